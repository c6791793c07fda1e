"""A page with a chart in it: all that it needs is inside, and it may reach nothing else."""

from __future__ import annotations

import json
from html import escape
from typing import Any

__all__ = ["page"]

_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)
"""Vega makes functions of its expressions, and offers the picture as a link to data."""

_LIGHT, _DARK = "#ffffff", "#1c1c1c"
"""The sheet; what is drawn on it is of middling lightness."""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 1rem; background: light-dark({light}, {dark}); font-family: sans-serif; }}
</style>
</head>
<body>
<div id="chart"></div>
<script>{library}</script>
<script>
const spec = {spec};
const dark = matchMedia("(prefers-color-scheme: dark)");
const sheet = {{ background: "{dark}", axis: {{ gridColor: "#444" }}, text: {{ color: "white" }} }};
const draw = () => vegaEmbed("#chart", spec, {{
  renderer: "canvas",
  ...(dark.matches ? {{ theme: "dark", config: sheet }} : {{ config: {{ background: "{light}" }} }}),
  actions: {{ export: true, source: false, compiled: false, editor: false }},
}});
dark.addEventListener("change", draw);
draw();
</script>
</body>
</html>
"""


def page(title: str, spec: dict[str, Any], library: str) -> str:
    """The HTML document; `library` is JavaScript that defines `vegaEmbed`."""
    return _PAGE.format(
        policy=escape(_POLICY, quote=True),
        title=escape(title),
        light=_LIGHT,
        dark=_DARK,
        library=library.replace("</script", "<\\/script"),
        spec=_inert(spec),
    )


def _inert(spec: dict[str, Any]) -> str:
    """JSON that no HTML parser finds an end or a comment in: `<` only stands in texts."""
    text = json.dumps(spec, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
