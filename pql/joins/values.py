"""The values that an operation's templates may name before its joins are resolved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion
from pql.joins.document import Node, Scalar, plain
from pql.joins.evaluate import ARTIFACTS_PATH, CONTEXT_PATH
from pql.joins.opfile import Operation, Param, declared, params_of
from pql.joins.references import Reference, Root, UnknownReferenceError, parse_reference
from pql.joins.templates import holes, look_up, render_text

__all__ = ["Context", "LookUp", "RefError", "operation_globals", "operation_values", "template_names"]


class RefError(Exception):
    """Why what a `ref` names can't be looked up; the text goes into a diagnostic."""


LookUp = Callable[[str, Reference], Any]
"""(`ops.NAME` or `runs.UUID`, what of that run) → its value. Raises RefError."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a resolution is told beside the file.

    `params` go before those of the file; `globals` are values for `{{ globals.NAME }}`; `run` is the uuid of
    the run that joins (it is left out of the matches), `dag_run` that of the run of the DAG, whose runs
    `ops.NAME` is looked up among.
    """

    params: Mapping[str, Any] = field(default_factory=dict)
    globals: Mapping[str, Any] = field(default_factory=dict)
    run: str | None = None
    dag_run: str | None = None


def operation_globals(operation: Operation, known: Mapping[str, Any]) -> dict[str, Any]:
    """`globals` for the operation's templates: where containers find things, its name and ports, and what is
    `known` besides. `base_url` is empty: nothing stands between a user and a service."""
    found: dict[str, Any] = {
        "context_path": CONTEXT_PATH,
        "artifacts_path": ARTIFACTS_PATH,
        "base_url": "",
    }
    if operation.name is not None:
        found["name"] = operation.name
    ports = None if operation.run is None else operation.run.get("ports")
    if ports is not None:
        found["ports"] = plain(ports)
    return {**found, **known}


def template_names(values: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What templates may name: every param, `params`, and what is known besides (`globals`, `ops`)."""
    return {**values, "params": dict(values), **known}


def operation_values(
    operation: Operation, context: Context, known: Mapping[str, Any], look: LookUp
) -> dict[str, Any]:
    """Every param's value: the context's, else the file's, else the default of the component's input.

    `known` holds `globals` (and `ops`), which the params' own templates may name. Raises PqlError.
    """
    inputs, params = operation.inputs(), operation.params()
    over = dict(context.params)
    dag_values = _dag_values(operation, over, known, look)
    values = {name: plain(each.value) for name, each in inputs.items() if each.value is not None}
    for name, param in params.items():
        if name not in over:
            values[name] = _value(operation, param, dag_values, known, look)
    for name, value in over.items():
        if name in params or name in inputs or operation.component is None:
            values[name] = value
        elif name not in dag_values:
            _unknown_param(operation, name, [*params, *inputs, *dag_values])
    return values


def _unknown_param(operation: Operation, name: str, every: list[str]) -> None:
    listed = ", ".join(sorted(set(every)))
    hint = suggestion(name, every) or (f"there are: {listed}" if every else "the operation takes no params")
    raise operation.source.error("PQL615", _place(operation), hint, param=name)


def _place(operation: Operation) -> Span:
    node = operation.node
    key = node.key("params") or (node.entries[0][0] if node.entries else None)
    return node.span if key is None else key.span


def _dag_values(
    operation: Operation, over: Mapping[str, Any], known: Mapping[str, Any], look: LookUp
) -> dict[str, Any]:
    """The inputs of the DAG by name: what params give them, else their defaults (None: no value)."""
    inputs = declared(operation.dag, operation.source)
    values = {name: None if each.value is None else plain(each.value) for name, each in inputs.items()}
    for name, param in params_of(operation.dag_params, operation.source).items():
        if name not in over:
            values[name] = _value(operation, param, {}, known, look)
    return {**values, **{name: over[name] for name in inputs if name in over}}


def _rendered(operation: Operation, node: Node, known: Mapping[str, Any]) -> Any:
    """Plain data; a text that is one template gives what it names, other templates give texts."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return plain(node)
    text = node.placed(operation.source)
    found = holes(text)
    if len(found) == 1 and found[0].span == Span(0, len(text.text)):
        return look_up(found[0], text, known)
    return render_text(text, known).text


def _value(
    operation: Operation, param: Param, dag_values: Mapping[str, Any], known: Mapping[str, Any], look: LookUp
) -> Any:
    if param.ref is None:
        return None if param.value is None else _rendered(operation, param.value, known)
    source, ref = operation.source, param.ref
    if not isinstance(param.value, Scalar):
        raise source.error(
            "PQL603", param.key.span, field=param.name, takes="a reference as `value`", found="none"
        )
    try:
        reference = parse_reference(param.value.text)
    except UnknownReferenceError as error:
        hint = "e.g. `globals.uuid`, `outputs.loss`, `artifacts.model`"
        raise source.error("PQL611", param.value.span, hint, reference=error.text[:60]) from None
    try:
        if ref.text.strip() == "dag":
            return _of_dag(reference, dag_values)
        return look(ref.text.strip(), reference)
    except RefError as error:
        raise source.error("PQL620", ref.span, ref=ref.text, reason=str(error)) from None


def _of_dag(reference: Reference, dag_values: Mapping[str, Any]) -> Any:
    if reference.root is not Root.INPUTS or reference.key is None:
        raise RefError("of the DAG only `inputs.NAME` is known")
    if reference.key not in dag_values:
        raise RefError(f"the DAG has no input `{reference.key}`")
    return dag_values[reference.key]
