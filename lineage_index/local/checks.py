"""What can be told of params before anything runs, and of trials before the first of them does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lineage_index.local.plan import Plan, Step
from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion
from pql.joins.document import Mapping as MappingNode
from pql.joins.document import Node
from pql.joins.document import Sequence as SequenceNode
from pql.joins.inputs import fits
from pql.joins.opfile import Operation, declared
from pql.joins.space import SearchSpace

__all__ = ["check_filled", "check_trials"]


def check_filled(plan: Plan, given: Mapping[str, Any]) -> None:
    """Every input of every operation gets a value, and every given param is one that the file takes.

    Raises PqlError (PQL615, PQL616).
    """
    if plan.dag is not None:
        inputs = declared(plan.dag, plan.source)
        params = plan.root.get("params") if plan.root is not plan.dag else None
        filled = {*given, *(_keys(params) or ())}
        for name in given:
            if name not in inputs:
                known = ", ".join(inputs) or "none"
                hint = suggestion(name, inputs) or f"inputs of the DAG: {known}"
                raise plan.source.error("PQL615", plan.root.entries[0][0].span, hint, param=name)
        for each in inputs.values():
            if not (each.is_output or each.is_optional or each.value is not None or each.name in filled):
                raise plan.source.error("PQL616", each.span, _give(each.name), input=each.name)
    for step in plan.steps:
        _check_step(step, given)


def _give(name: str) -> str:
    return f"give it under `params`, or with `-P {name}=…`"


def _check_step(step: Step, given: Mapping[str, Any]) -> None:
    operation = step.operation
    varied = _varied(step.matrix)
    if varied is None:
        return
    filled = {*operation.params(), *given, *varied}
    joins = operation.node.get("joins")
    for join in joins.items if isinstance(joins, SequenceNode) else ():
        filled |= set(_keys(join.get("params") if isinstance(join, MappingNode) else None) or ())
    for each in operation.inputs().values():
        if not (each.is_output or each.is_optional or each.value is not None or each.name in filled):
            raise operation.source.error("PQL616", each.span, _give(each.name), input=each.name)


def _varied(matrix: Node | None) -> list[str] | None:
    """The names that a matrix varies; None where only its templates know them."""
    if matrix is None:
        return []
    if not isinstance(matrix, MappingNode):
        return None
    if matrix.get("values") is None:
        return _keys(matrix.get("params"))
    values = matrix.get("values")
    items = values.items if isinstance(values, SequenceNode) else ()
    names = [_keys(item) for item in items]
    return None if not names or None in names else [name for each in names for name in each or ()]


def _keys(node: Node | None) -> list[str] | None:
    return [key.text for key, _ in node.entries] if isinstance(node, MappingNode) else None


def check_trials(operation: Operation, space: SearchSpace, trials: Sequence[Mapping[str, Any]]) -> None:
    """Hold what a matrix varies against the component's inputs.

    Raises PqlError: PQL614 (type), PQL615 (no such input), PQL617 (given under `params` too).
    """
    source, inputs, params = operation.source, operation.inputs(), operation.params()
    for name, place in space.places.items():
        if name in params:
            raise source.error("PQL617", place, param=name, reason="by `params` and by the matrix")
        if name not in inputs:
            hint = suggestion(name, inputs) or "declare it under `inputs` of the component"
            raise source.error("PQL615", place, hint, param=name)
    for trial in trials:
        for name, value in trial.items():
            _check_type(operation, name, value, space.places[name])


def _check_type(operation: Operation, name: str, value: Any, place: Span) -> None:
    wanted = operation.inputs()[name]
    values = value if wanted.is_list and isinstance(value, list) else [value]
    if (wanted.is_list and not isinstance(value, list)) or not all(
        fits(wanted.type, each) for each in values
    ):
        takes = f"a list of {wanted.type or 'any'}" if wanted.is_list else f"one {wanted.type}"
        gives = f"`{str(value)[:40]}`"
        raise operation.source.error("PQL614", place, input=name, takes=takes, param=name, gives=gives)
