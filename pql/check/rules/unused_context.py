"""ContextOnly param that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.units import Unit
from pql.check.uses import EVERYTHING, used
from pql.diagnostics.diagnostic import PqlError

__all__ = ["RULE"]


def _check(unit: Unit) -> Iterator[Report]:
    operation = unit.operation
    if operation.component is None:
        return  # what uses the param is not in the file
    try:
        own = operation.params()
    except PqlError:
        return
    # What is fetched into the run is used by being there. A join's params come too late for the joins.
    given = [(p.name, p.key.span) for p in own.values() if p.context_only and not p.to_init]
    joined = [
        (p.name, p.span) for join in unit.joins for p in join.params if p.context_only and not p.to_init
    ]
    joins = operation.node.get("joins")
    late = used(operation.component) | used(operation.node, without=joins)
    early = late if joins is None or not given else late | used(joins)
    for places, known in ((given, early), (joined, late)):
        for name, span in places if EVERYTHING not in known else ():
            if name not in known:
                yield Report(span, {"param": name}, f"use it as `{{{{ {name} }}}}`, or take it away")


RULE = Rule(
    name="unused-context",
    codes=("PQL741",),
    title="contextOnly param that nothing uses",
    message="nothing in the operation uses `{param}`",
    doc="""\
A `contextOnly` param is there for templates alone. No template of the operation or its component looks it up;
a join's param is not there yet when the joins' own queries are made. Nothing is said where the component is
not in the file, where a template takes all of `params`, and of what `toInit` fetches.
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
