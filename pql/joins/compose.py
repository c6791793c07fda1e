"""The resolved operation: params in place, init containers for what is fetched, command and args rendered."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from typing import Any

from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.joins.document import Mapping, Node, Scalar, Sequence, plain
from pql.joins.model import Resolution
from pql.joins.opfile import Input, Operation, Param
from pql.joins.read import wrong_kind
from pql.joins.references import Yield
from pql.joins.source import Source
from pql.joins.templates import holes, look_up, render_text
from pql.joins.values import template_names

__all__ = ["compose"]

_PLATFORM = frozenset(
    ("connections", "init", "sidecars", "environment", "hooks", "events", "dag", "artifacts")
)
"""Names that the platform defines when it starts a run."""

_RENDERED = ("command", "args", "env", "workingDir", "working_dir")
_INIT_KEYS: dict[str | None, str] = {
    "git": "git",
    "dockerfile": "dockerfile",
    "artifacts": "artifacts",
    "path": "paths",
}


def compose(
    operation: Operation, values: AnyMapping[str, Any], resolution: Resolution, known: AnyMapping[str, Any]
) -> tuple[dict[str, Any], tuple[Diagnostic, ...]]:
    """The operation as plain data without its joins, and warnings.

    `values` are those of the params that joins don't fill, `known` what templates may name besides. Sections
    that say nothing of this pass through as they are. Raises PqlError for templates (PQL608, PQL609).
    """
    every = {**values, **{name: param.value for name, param in resolution.params.items()}}
    warnings: list[Diagnostic] = []
    inputs = operation.inputs()
    init = _init(operation, values, resolution, inputs)
    result = {key.value: plain(value) for key, value in operation.node.entries if key.value != "joins"}
    params = _params(operation, values, resolution)
    if params:
        result["params"] = params
    if operation.component is None or operation.run is None:
        if init:
            patch = operation.node.get("runPatch")
            if patch is not None and not isinstance(patch, Mapping):
                raise wrong_kind("runPatch", "a mapping", patch, operation.source)
            own = {} if patch is None else plain(patch)
            result["runPatch"] = {**own, "init": [*_own_entries(patch, operation.source), *init]}
        return result, ()
    names = template_names(every, known)
    component = plain(operation.component)
    for declared in component.get("inputs") or ():
        declared.pop("toInit", None)
        declared.pop("to_init", None)
    run = _run(operation.run, operation.source, names, warnings)
    if init := [*_own_entries(operation.run, operation.source), *init]:
        run["init"] = init
    component["run"] = run
    result.pop("dagRef", None)
    result["component"] = component
    return result, tuple(warnings)


def _params(operation: Operation, values: AnyMapping[str, Any], resolution: Resolution) -> dict[str, Any]:
    own = operation.params()
    params: dict[str, Any] = {}
    for name, value in values.items():
        param = own.get(name)
        if param is None and name in operation.inputs() and _is_default(operation, name, value):
            continue
        params[name] = {"value": value, **_passing(param)}
    for name, joined in resolution.params.items():
        params[name] = {"value": joined.value, **_passing(joined)}
    return params


def _is_default(operation: Operation, name: str, value: Any) -> bool:
    default = operation.inputs()[name].value
    return default is not None and plain(default) == value


def _passing(param: Any) -> dict[str, Any]:
    """What is said of a param beside its value; `toInit` is done with."""
    if param is None:
        return {}
    said: dict[str, Any] = {"contextOnly": True} if param.context_only else {}
    return {**said, "connection": param.connection} if param.connection else said


def _init(
    operation: Operation,
    values: AnyMapping[str, Any],
    resolution: Resolution,
    inputs: AnyMapping[str, Input],
) -> list[dict[str, Any]]:
    """The init containers of `toInit` params; the input may ask for it in the param's place."""
    found: list[dict[str, Any]] = []
    for param in operation.params().values():
        declared = inputs.get(param.name)
        if param.to_init or (declared is not None and declared.to_init):
            found.append(_own_init(operation, param, declared, values[param.name]))
    for name, joined in resolution.params.items():
        declared = inputs.get(name)
        if joined.to_init or (declared is not None and declared.to_init):
            key = "artifacts" if joined.type is Yield.ARTIFACTS else "paths"
            if joined.type not in (Yield.ARTIFACTS, Yield.PATH):
                raise operation.source.error(
                    "PQL612", joined.span, "only paths can be fetched", reference=name, place="with `toInit`"
                )
            value = joined.value
            if key == "paths":
                value = [path for path in value if path is not None]
            connection = joined.connection or (None if declared is None else declared.connection)
            found.append({key: value, **({"connection": connection} if connection else {})})
    return found


def _own_entries(section: Mapping | None, source: Source) -> list[Any]:
    """The `init` that a section has in the file. Raises PqlError (PQL603)."""
    node = None if section is None else section.get("init")
    if node is None:
        return []
    if not isinstance(node, Sequence):
        raise wrong_kind("init", "a list", node, source)
    return [plain(each) for each in node.items]


def _own_init(operation: Operation, param: Param, declared: Input | None, value: Any) -> dict[str, Any]:
    key = None if declared is None else _INIT_KEYS.get(declared.type)
    connection = param.connection or (None if declared is None else declared.connection)
    if key is None and not connection:
        source: Source = operation.source
        hint = "types that can: git, dockerfile, artifacts, path, or any with a `connection`"
        raise source.error("PQL612", param.key.span, hint, reference=param.name, place="with `toInit`")
    said: dict[str, Any] = {}
    if key is not None:
        said[key] = [value] if key == "paths" and not isinstance(value, list) else value
    return {**said, "connection": connection} if connection else said


def _run(
    run: Mapping, source: Source, names: AnyMapping[str, Any], warnings: list[Diagnostic]
) -> dict[str, Any]:
    """The section `run` with the command and args of its containers rendered."""
    result: dict[str, Any] = {}
    for key, value in run.entries:
        if key.value == "container" and isinstance(value, Mapping):
            result[key.value] = _container(value, source, names, warnings)
        elif isinstance(value, Mapping) and isinstance(value.get("container"), Mapping):
            result[key.value] = _run(value, source, names, warnings)
        else:
            result[key.value] = plain(value)
    return result


def _container(
    container: Mapping, source: Source, names: AnyMapping[str, Any], warnings: list[Diagnostic]
) -> dict[str, Any]:
    return {
        key.value: _rendered(value, source, names, warnings) if key.value in _RENDERED else plain(value)
        for key, value in container.entries
    }


def _rendered(node: Node, source: Source, names: AnyMapping[str, Any], warnings: list[Diagnostic]) -> Any:
    match node:
        case Sequence(items):
            return [_rendered(each, source, names, warnings) for each in items]
        case Mapping(entries):
            return {key.value: _rendered(value, source, names, warnings) for key, value in entries}
        case Scalar(value=str()):
            text = node.placed(source)
            try:
                return render_text(text, names).text
            except PqlError as error:
                if error.diagnostic.code != "PQL608":
                    raise
                found = holes(text)
                for hole in found:
                    if hole.path[0] not in _PLATFORM:
                        look_up(hole, text, names)  # refuses what nobody knows
                left = next(hole for hole in found if hole.path[0] in _PLATFORM)
                warnings.append(source.finding("PQL654", text.locate(left.span), name=left.name))
                return node.value
        case _:
            return plain(node)
