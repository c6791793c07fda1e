"""Figures of charting libraries, told by where they come from: none has to be imported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lineage_index.tracking.jsonfile import plain

__all__ = ["CHART_KINDS", "chart_of", "is_matplotlib"]

CHART_KINDS = ("plotly", "vega", "bokeh")


def is_matplotlib(figure: Any) -> bool:
    """Whether `figure` is a matplotlib figure."""
    return type(figure).__module__.partition(".")[0] == "matplotlib" and hasattr(figure, "savefig")


def chart_of(figure: Any, kind: str | None) -> dict[str, Any]:
    """What a chart event holds: `kind` and `figure`. Raises TypeError for what is no known figure,
    ValueError for an unknown kind."""
    if kind is not None and kind not in CHART_KINDS:
        raise ValueError(f"kind must be one of {', '.join(CHART_KINDS)}, not {kind!r}")
    if isinstance(figure, Mapping):
        if kind is None:
            raise ValueError(f"a chart given as a mapping needs kind=, one of {', '.join(CHART_KINDS)}")
        return {"kind": kind, "figure": plain(figure)}
    library = type(figure).__module__.partition(".")[0]
    if library == "plotly" and hasattr(figure, "to_json"):
        return {"kind": "plotly", "figure": json.loads(figure.to_json())}
    if hasattr(figure, "to_dict") and library in ("altair", "vegafusion"):
        return {"kind": "vega", "figure": plain(figure.to_dict())}
    raise TypeError(
        f"log_chart takes plotly, altair and matplotlib figures, or a mapping; not {type(figure).__name__}"
    )
