"""Pictures as files: a Vega-Lite chart, drawn to SVG or PNG, or a page that opens offline."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pql.cli.exits import Exit, fail
from pql.cli.plot_chart import chart_of
from pql.cli.plot_model import Picture
from pql.cli.plot_page import page

__all__ = ["encode_picture", "load_libraries"]

_SCALE = 2
"""Pixels of a PNG for one of the picture."""


def load_libraries() -> tuple[Any, Any]:
    """altair and vl_convert; ends the process where one of them is not installed."""
    try:
        return import_module("altair"), import_module("vl_convert")
    except ImportError as error:
        name = {"vl_convert": "vl-convert-python"}.get(error.name or "", error.name or "altair")
        fail(f"error: `plot -o` needs {name}: pip install 'pql-lineage[plot]'", Exit.USAGE)


def encode_picture(picture: Picture, suffix: str) -> bytes:
    """The picture as the bytes of a `.html`, `.svg` or `.png` file."""
    altair, convert = load_libraries()
    spec = chart_of(altair, picture, zoom=suffix == ".html")
    version = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    if suffix == ".html":
        return page(picture.title, spec, convert.javascript_bundle(vl_version=version)).encode()
    # Nothing that a chart names may be fetched.
    how = {"vl_version": version, "config": {"background": "white"}, "allowed_base_urls": []}
    if suffix == ".svg":
        svg: str = convert.vegalite_to_svg(spec, **how)
        return svg.encode()
    png: bytes = convert.vegalite_to_png(spec, scale=_SCALE, **how)
    return png
