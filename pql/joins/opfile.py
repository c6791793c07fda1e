"""Operation files: which operation is meant, its params, its component and its inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion
from pql.joins.document import Mapping, Node, Scalar, Sequence, read_document
from pql.joins.read import read_flag, wrong_kind
from pql.joins.source import Source

__all__ = [
    "Input",
    "Operation",
    "Param",
    "declared",
    "every_operation",
    "is_operation",
    "named_operation",
    "params_of",
    "read_operation",
]

_SIGNS = frozenset(("joins", "component", "run", "hubRef", "dagRef", "pathRef", "urlRef", "matrix"))
_ELSEWHERE = ("hubRef", "pathRef", "urlRef", "dagRef", "component")


@dataclass(frozen=True, slots=True)
class Param:
    """A param of an operation: a value, or a value taken from what `ref` names."""

    name: str
    value: Node | None
    ref: Scalar | None
    key: Scalar
    context_only: bool
    to_init: bool
    connection: str | None


@dataclass(frozen=True, slots=True)
class Input:
    """What a component declares under `inputs` (or `outputs`, which a param may fill too)."""

    name: str
    type: str | None
    is_list: bool
    is_optional: bool
    to_init: bool
    connection: str | None
    value: Node | None
    span: Span
    is_output: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a file.

    `component` is None where it is not in the file; `elsewhere` then says where it is. `dag` is the component
    whose run holds the operation, `dag_params` what fills its inputs.
    """

    source: Source
    node: Mapping
    component: Mapping | None
    elsewhere: str = ""
    dag: Mapping | None = None
    dag_params: Mapping | None = None

    @property
    def name(self) -> str | None:
        """The operation's name."""
        return _name(self.node)

    @property
    def run(self) -> Mapping | None:
        """The component's section `run`."""
        run = None if self.component is None else self.component.get("run")
        return run if isinstance(run, Mapping) else None

    def params(self) -> dict[str, Param]:
        """The params of the operation. Raises PqlError (PQL603)."""
        return params_of(self.node.get("params"), self.source)

    def inputs(self) -> dict[str, Input]:
        """What the component declares; empty where it is not in the file. Raises PqlError (PQL603)."""
        return declared(self.component, self.source)


def is_operation(root: Mapping) -> bool:
    """Whether a mapping is meant as an operation or a component: it says so, or has a section of theirs."""
    kind = root.get("kind")
    named = isinstance(kind, Scalar) and kind.value in ("operation", "component")
    return named or any(key.value in _SIGNS for key, _ in root.entries)


def read_operation(data: bytes | str, name: str, wanted: str | None = None) -> Operation:
    """The operation of a file: the file itself, or the one called `wanted` in its DAG. Without `wanted` a DAG
    must have just one operation with joins.

    Raises PqlError: PQL601 to PQL604 for the file, PQL607 if the operation can't be told.
    """
    source, root = read_document(data, name)
    if not isinstance(root, Mapping):
        raise wrong_kind("the file", "a mapping", root, source)
    every = list(every_operation(root, source))
    if not is_operation(root):
        hint = "write `kind: operation`, and its `joins`"
        raise source.error("PQL607", _first(root), hint, reason="the file holds no operation")
    if wanted is not None:
        return named_operation(every, wanted, root, source)
    if every and every[0].node is root and not any(each.dag is not None for each in every):
        return every[0]
    joining = [each for each in every if each.node.get("joins") is not None]
    if len(joining) == 1:
        return joining[0]
    if not every:
        reason, hint = "a component has no joins", "write an operation with `joins` and this `component`"
    else:
        reason = f"{len(joining) or 'none'} of the operations {'have' if joining else 'has'} joins"
        names = ", ".join(each.name or "(no name)" for each in joining or every)
        hint = f"say which one with `--op NAME`: {names}"
    raise source.error("PQL607", _first(root), hint, reason=reason)


def named_operation(every: list[Operation], wanted: str, root: Mapping, source: Source) -> Operation:
    """The one of that name. Raises PqlError (PQL607)."""
    named = [each for each in every if each.name == wanted]
    if len(named) == 1:
        return named[0]
    if named:
        hint, reason = "give each a name of its own", f"{len(named)} operations are named `{wanted}`"
        raise source.error("PQL607", _first(root), hint, reason=reason)
    for outer in every:
        if outer.dag is not None and wanted in _names_below(outer):
            hint = "write that component to a file of its own"
            reason = f"`{wanted}` is in the component of `{outer.name}`, a DAG in this DAG"
            raise source.error("PQL607", _first(outer.node), hint, reason=reason)
    known = [each.name for each in every if each.name is not None]
    hint = suggestion(wanted, known) or (f"there are: {', '.join(known)}" if known else "")
    raise source.error("PQL607", _first(root), hint, reason=f"no operation is named `{wanted}`")


def _names_below(outer: Operation) -> list[str | None]:
    """The names of the operations that the component of an operation holds."""
    component = outer.component
    return [] if component is None else [each.name for each in every_operation(component, outer.source)]


def _first(node: Mapping) -> Span:
    return node.entries[0][0].span if node.entries else node.span


def _name(node: Mapping) -> str | None:
    name = node.get("name")
    return str(name.value) if isinstance(name, Scalar) else None


def every_operation(root: Mapping, source: Source) -> Iterator[Operation]:
    """The operation that the file is, and those of its DAG. Raises PqlError (PQL603)."""
    kind = root.get("kind")
    if kind is not None and not (isinstance(kind, Scalar) and kind.value in ("operation", "component")):
        raise wrong_kind("kind", "`operation` or `component`", kind, source)
    is_component = kind.value == "component" if isinstance(kind, Scalar) else root.get("run") is not None
    component: Node | None = root if is_component else root.get("component")
    inline = component if isinstance(component, Mapping) else None
    if not is_component:
        yield Operation(source, root, inline, _elsewhere(root))
    run = None if inline is None else inline.get("run")
    if not isinstance(run, Mapping):
        return
    operations = run.get("operations")
    if operations is None:
        return
    if not isinstance(operations, Sequence):
        raise wrong_kind("operations", "a list of operations", operations, source)
    params = None if is_component else root.get("params")
    for each in operations.items:
        if not isinstance(each, Mapping):
            raise wrong_kind("operations", "a list of operations", each, source)
        own = each.get("component") or _of_dag(each, run)
        yield Operation(
            source,
            each,
            own if isinstance(own, Mapping) else None,
            _elsewhere(each),
            inline,
            params if isinstance(params, Mapping) else None,
        )


def _of_dag(operation: Mapping, run: Mapping) -> Node | None:
    """The component of the DAG that `dagRef` names."""
    name, components = operation.get("dagRef"), run.get("components")
    if not isinstance(name, Scalar) or not isinstance(components, Sequence):
        return None
    named = (each for each in components.items if isinstance(each, Mapping) and _name(each) == name.value)
    return next(named, None)


def _elsewhere(operation: Mapping) -> str:
    for key in _ELSEWHERE:
        value = operation.get(key)
        if isinstance(value, Scalar):
            return f"{key}: {value.text[:60]}"
    return "none is given"


def params_of(node: Node | None, source: Source) -> dict[str, Param]:
    """The params of a section `params` by name. Raises PqlError (PQL603)."""
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        raise wrong_kind("params", "a mapping of names to params", node, source)
    found: dict[str, Param] = {}
    for key, value in node.entries:
        if not isinstance(value, Mapping):
            hint = f"write `{key.text}: {{value: …}}`"
            raise source.error(
                "PQL603", key.span, hint, field=key.text, takes="a mapping", found="a bare value"
            )
        ref, connection = value.get("ref"), value.get("connection")
        if ref is not None and not isinstance(ref, Scalar):
            raise wrong_kind("ref", "a text", ref, source)
        found[key.text] = Param(
            key.text,
            value.get("value"),
            ref,
            key,
            read_flag(value, source, "contextOnly", "context_only"),
            read_flag(value, source, "toInit", "to_init"),
            connection.text if isinstance(connection, Scalar) else None,
        )
    return found


def declared(component: Mapping | None, source: Source) -> dict[str, Input]:
    """The inputs and outputs of a component by name. Raises PqlError (PQL603)."""
    found: dict[str, Input] = {}
    for section in ("outputs", "inputs"):
        node = None if component is None else component.get(section)
        if node is None:
            continue
        if not isinstance(node, Sequence):
            raise wrong_kind(section, f"a list of {section}", node, source)
        for each in node.items:
            name = each.get("name") if isinstance(each, Mapping) else None
            if not isinstance(each, Mapping) or not isinstance(name, Scalar):
                raise wrong_kind(section, "entries with a `name`", each, source)
            kind, connection = each.get("type"), each.get("connection")
            found[name.text] = Input(
                name.text,
                kind.text if isinstance(kind, Scalar) else None,
                read_flag(each, source, "isList", "is_list"),
                read_flag(each, source, "isOptional", "is_optional"),
                read_flag(each, source, "toInit", "to_init"),
                connection.text if isinstance(connection, Scalar) else None,
                each.get("value"),
                name.span,
                section == "outputs",
            )
    return found
