"""Params against the inputs of the component that takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pql.catalog.numbers import spelt_number
from pql.diagnostics.diagnostic import Diagnostic
from pql.diagnostics.suggest import suggestion
from pql.joins.model import Join, JoinParam, Paths, Resolution
from pql.joins.opfile import Input, Operation
from pql.joins.references import Place, Reference, Yield
from pql.joins.values import Context

__all__ = ["TAKES", "check_input", "check_inputs", "check_values"]

# The input types that an entry of a type fits. An input without a type, or of a type that is not listed
# anywhere here, takes anything.
TAKES: dict[Yield, frozenset[str]] = {
    Yield.ANY: frozenset(
        ("any", "str", "int", "float", "bool", "dict", "list", "uri", "path", "date", "datetime", "uuid")
    ),
    Yield.TEXT: frozenset(("any", "str", "uri", "path")),
    Yield.UUID: frozenset(("any", "str", "uuid")),
    Yield.NUMBER: frozenset(("any", "float", "int")),
    Yield.TIME: frozenset(("any", "str", "datetime", "date")),
    Yield.PATH: frozenset(("any", "str", "path", "uri")),
    Yield.MAPPING: frozenset(("any", "dict")),
    Yield.ARTIFACTS: frozenset(("any", "artifacts", "dict")),
}
_KNOWN = frozenset().union(*TAKES.values())


def check_inputs(operation: Operation, joins: Sequence[Join], context: Context) -> tuple[Diagnostic, ...]:
    """Hold all params against the component's inputs, before anything is searched.

    Raises PqlError: PQL614 (type), PQL615 (no such input), PQL616 (an input without a value), PQL617 (a param
    that a join fills too).
    """
    own = operation.params()
    for join in joins:
        for param in join.params:
            if param.name in own:
                reason = "by `params` and by a join"
                raise join.source.error("PQL617", param.span, param=param.name, reason=reason)
    if operation.component is None:
        span = (operation.node.key("joins") or operation.node.entries[0][0]).span
        return (operation.source.finding("PQL653", span, component=operation.elsewhere),)
    inputs = operation.inputs()
    for each in own.values():
        if not each.context_only and each.name not in inputs:
            raise operation.source.error(
                "PQL615", each.key.span, _undeclared(each.name, inputs), param=each.name
            )
    for join in joins:
        for param in join.params:
            if not param.context_only:
                check_input(param, join, inputs)
    joined = {param.name for join in joins for param in join.params}
    for declared in inputs.values():
        filled = declared.name in joined or declared.name in own or declared.name in context.params
        if not (filled or declared.is_optional or declared.is_output or declared.value is not None):
            hint = f"give it under `params`, or with `-P {declared.name}=…`"
            raise operation.source.error("PQL616", declared.span, hint, input=declared.name)
    return ()


def _undeclared(name: str, inputs: Mapping[str, Input]) -> str:
    return suggestion(name, inputs) or "declare it under `inputs`, or add `contextOnly: true`"


def check_input(param: JoinParam, join: Join, inputs: Mapping[str, Input]) -> None:
    """Hold one param of a join against the input it fills. Raises PqlError (PQL614, PQL615)."""
    declared = inputs.get(param.name)
    if declared is None:
        raise join.source.error("PQL615", param.span, _undeclared(param.name, inputs), param=param.name)
    kind = declared.type or "any"
    if isinstance(param.value, Paths):
        given, gives = Yield.ARTIFACTS, "`files` and `dirs`"
        wrong = kind in _KNOWN and kind not in TAKES[given]
    else:
        given = param.value.at(Place.VALUE) or Yield.ANY
        gives = f"a list with {given.value} for each run"
        wrong = not declared.is_list or (kind in _KNOWN and kind not in TAKES[given])
    if wrong:
        takes = f"a list of {kind}" if declared.is_list else "one value" if kind == "any" else f"one {kind}"
        hint = (
            ""
            if declared.is_list or given is Yield.ARTIFACTS
            else f"add `isList: true` to the input `{declared.name}`"
        )
        raise join.source.error(
            "PQL614", param.span, hint, input=declared.name, takes=takes, param=param.name, gives=gives
        )


def _number(value: Any) -> int | float | None:
    """The number that a value is or spells."""
    if isinstance(value, str):
        return spelt_number(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _is_whole(value: Any) -> bool:
    number = _number(value)
    return isinstance(number, int) or (number is not None and number.is_integer())


_FITS: dict[str | None, Callable[[Any], bool]] = {
    "int": _is_whole,
    "float": lambda value: _number(value) is not None,
    "bool": lambda value: isinstance(value, bool) or value in ("true", "false"),
    "str": lambda value: isinstance(value, str),
    "dict": lambda value: isinstance(value, dict),
}


def fits(kind: str | None, value: Any) -> bool:
    """Whether a value is one that an input of this type takes."""
    test = _FITS.get(kind)
    return value is None or test is None or test(value)


def check_values(operation: Operation, joins: Sequence[Join], resolution: Resolution) -> None:
    """Hold the values that inputs and outputs of runs gave against the types of the component's inputs; nulls
    are warned of elsewhere. Raises PqlError (PQL614)."""
    inputs = operation.inputs()
    for join in joins:
        for param in join.params:
            declared = inputs.get(param.name)
            if declared is None or param.context_only or not isinstance(param.value, Reference):
                continue
            if param.value.at(Place.VALUE) is not Yield.ANY:
                continue
            for value in resolution.params[param.name].value:
                if not fits(declared.type, value):
                    raise join.source.error(
                        "PQL614",
                        param.span,
                        input=declared.name,
                        takes=f"a list of {declared.type}",
                        param=param.name,
                        gives=f"`{str(value)[:40]}` among others",
                    )
