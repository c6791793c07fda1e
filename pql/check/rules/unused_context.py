"""ContextOnly param that nothing uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.units import Unit
from pql.diagnostics.diagnostic import PqlError
from pql.joins.document import Mapping, Node, Scalar, Sequence

__all__ = ["RULE"]

_TEMPLATE = re.compile(r"\{[{%].*?[}%]\}", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def _check(unit: Unit) -> Iterator[Report]:
    if unit.operation.component is None:
        return  # what uses the param is not in the file
    try:
        own = unit.operation.params()
    except PqlError:
        return
    given = [(each.name, each.key.span) for each in own.values() if each.context_only]
    given += [(p.name, p.span) for join in unit.joins for p in join.params if p.context_only]
    used = set(_used(unit.operation.node)) | set(_used(unit.operation.component))
    if "params" in used:
        return  # all of them at once
    for name, span in given:
        if name not in used:
            yield Report(span, {"param": name}, f"use it as `{{{{ {name} }}}}`, or take it away")


def _used(root: Node) -> Iterator[str]:
    """Every name in a template; of `params.x` the x alone."""
    stack: list[Node] = [root]
    while stack:
        match stack.pop():
            case Scalar(text=text) if "{" in text:
                for template in _TEMPLATE.findall(text):
                    names = _NAME.findall(template)
                    whole = not any(f"params.{each}" in template for each in names)
                    yield from (each for each in names if each != "params" or whole)
            case Sequence(items):
                stack.extend(items)
            case Mapping(entries):
                stack.extend(value for _, value in entries)
            case _:
                pass


RULE = Rule(
    name="unused-context",
    codes=("PQL741",),
    title="contextOnly param that nothing uses",
    message="nothing in the operation uses `{param}`",
    doc="""\
A `contextOnly` param is there for templates alone. No template of the operation, its joins or its
component names it, and no other operation of the file does.
""",
    wrong="""\
kind: operation
params:
  lr: {value: 0.1, contextOnly: true}
component:
  run: {kind: job, container: {args: ["none"]}}
""",
    right="""\
kind: operation
params:
  lr: {value: 0.1, contextOnly: true}
component:
  run: {kind: job, container: {args: ["{{ lr }}"]}}
""",
    on_unit=_check,
)
