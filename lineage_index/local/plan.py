"""What a file asks to be run: its operations in an order in which each comes after what it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pql.binder.binder import Clock
from pql.check.engine import check_text, select
from pql.check.model import Finding
from pql.diagnostics.diagnostic import Diagnostic, PqlError, Severity
from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion
from pql.joins.document import Mapping, Node, Scalar, Sequence, read_document
from pql.joins.opfile import Operation, every_operation, named_operation
from pql.joins.read import wrong_kind
from pql.joins.source import Source

__all__ = ["TRIGGERS", "FaultsError", "Plan", "Step", "read_plan"]

TRIGGERS = ("all_succeeded", "all_failed", "all_done", "one_succeeded", "one_failed", "one_done")
"""When an operation of a DAG goes on, by how those before it ended."""

_OF_OPERATION = frozenset(
    (
        *("version", "kind", "name", "description", "tags", "params", "joins", "matrix", "component"),
        *("dependencies", "trigger", "hubRef", "pathRef", "urlRef", "dagRef"),
    )
)
_OF_COMPONENT = frozenset(("version", "kind", "name", "description", "tags", "inputs", "outputs", "run"))
_OF_RUN = frozenset(("kind", "container", "ports", "init"))
_OF_DAG = frozenset(("kind", "operations", "components"))
_OF_CONTAINER = frozenset(("name", "command", "args", "env", "workingDir", "working_dir"))
_NAMED = re.compile(r"""\{\{\s*ops(?:\.|\[\s*["'])([A-Za-z0-9_-]+)""")


class FaultsError(Exception):
    """The file has faults that a check finds without running anything."""

    def __init__(self, findings: tuple[Finding, ...], text: str) -> None:
        super().__init__(findings[0].message)
        self.findings = findings
        self.text = text


@dataclass(frozen=True, slots=True)
class Step:
    """One operation; `upstream` names those it comes after, `trigger` is one of TRIGGERS."""

    name: str
    operation: Operation
    upstream: tuple[str, ...] = ()
    trigger: str = "all_succeeded"

    @property
    def matrix(self) -> Node | None:
        """The section `matrix`."""
        return self.operation.node.get("matrix")


@dataclass(frozen=True, slots=True)
class Plan:
    """The operations of a file. `dag` is the component that holds them, None for a single one. `alone`: of
    those of the DAG just the one that is in `steps`."""

    name: str
    source: Source
    steps: tuple[Step, ...]
    dag: Mapping | None
    root: Mapping
    warnings: tuple[Diagnostic, ...] = ()
    alone: bool = False


def read_plan(data: bytes | str, name: str, called: str, clock: Clock, wanted: str | None = None) -> Plan:
    """The plan of a file; `called` is what the run is named where the file has no name, `wanted` the one
    operation that is meant.

    Raises PqlError (PQL601 to PQL604, PQL607, PQL632), and FaultsError for what a check finds.
    """
    source, root = read_document(data, name)
    if not isinstance(root, Mapping) or not root.entries:
        raise wrong_kind("the file", "a mapping", root, source)
    every = list(every_operation(root, source))
    _check(source, clock)
    title = root.get("name")
    own = title.text if isinstance(title, Scalar) else called
    inner = [each for each in every if each.dag is not None]
    if wanted is not None:
        one = named_operation(every, wanted, root, source)
        if one.dag is not None:
            return _with_warnings(Plan(wanted, source, (_step(one, ""),), one.dag, root, alone=True))
    if not inner:
        first = every[0] if every else Operation(source, root, root)
        return _with_warnings(Plan(own, source, (_step(first, own),), None, root))
    for key in ("matrix", "joins"):
        where = root.key(key) if root.get(key) is not None else None
        if where is not None:
            raise _refused(source, where.span, f"`{key}` of a DAG as a whole")
    steps = tuple(_step(each, "") for each in inner)
    return _with_warnings(Plan(own, source, _ordered(steps, source), inner[0].dag, root))


def _refused(source: Source, span: Span, reason: str, hint: str = "") -> PqlError:
    return source.error("PQL632", span, hint, reason=reason)


def _check(source: Source, clock: Clock) -> None:
    """What a check of the file calls an error would come up in the middle of the run."""
    found = check_text(
        source.name,
        source.text,
        "yaml",
        clock=clock,
        selection=select(("PQL1", "PQL2", "PQL3", "PQL4", "PQL6")),
    )
    faults = tuple(each for each in found if each.severity is Severity.ERROR)
    if faults:
        raise FaultsError(faults, source.text)


def _step(operation: Operation, called: str) -> Step:
    source, node = operation.source, operation.node
    head = node.entries[0][0].span
    name = operation.name or called
    if not name:
        raise _refused(source, head, "an operation of a DAG without a `name`")
    if operation.component is None:
        hint = "put the component into the file, under `component`"
        raise _refused(source, head, f"the component is not in the file ({operation.elsewhere})", hint)
    run = operation.run
    kind = None if run is None else run.get("kind")
    if run is None or not isinstance(kind, Scalar):
        raise _refused(source, head, "the component has no `run` with a `kind`")
    if kind.text == "dag":
        hint = "write this component to a file of its own, and run that"
        raise _refused(source, kind.span, "a DAG in a DAG", hint)
    if kind.text not in ("job", "service"):
        raise _refused(source, kind.span, f"a run of kind {kind.text[:40]}", "kinds are job and service")
    container = run.get("container")
    if not isinstance(container, Mapping):
        raise _refused(source, kind.span, "a run without a `container` that has a `command`")
    words = 0
    for key in ("command", "args"):
        value = container.get(key)
        if value is not None and not isinstance(value, Sequence):
            raise wrong_kind(key, "a list of texts", value, source)
        words += 0 if value is None else len(value.items)
    if not words:
        raise _refused(
            source,
            container.entries[0][0].span if container.entries else kind.span,
            "a container without a `command`",
        )
    trigger = node.get("trigger")
    if trigger is not None and not (isinstance(trigger, Scalar) and trigger.text in TRIGGERS):
        raise wrong_kind("trigger", ", ".join(TRIGGERS), trigger, source)
    return Step(
        name,
        operation,
        tuple(dict.fromkeys(_needs(operation))),
        trigger.text if isinstance(trigger, Scalar) else TRIGGERS[0],
    )


def _needs(operation: Operation) -> Iterator[str]:
    """The operations that this one names: as dependencies, in references, in templates."""
    dependencies = operation.node.get("dependencies")
    if dependencies is not None:
        items = dependencies.items if isinstance(dependencies, Sequence) else (dependencies,)
        for each in items:
            if not isinstance(each, Scalar):
                raise wrong_kind("dependencies", "a list of names", dependencies, operation.source)
            yield each.text
    for param in operation.params().values():
        if param.ref is not None and param.ref.text.strip().startswith("ops."):
            yield param.ref.text.strip().removeprefix("ops.")
    stack: list[Node] = [operation.node]
    while stack:
        match stack.pop():
            case Scalar(text=text) if "{{" in text:
                yield from _NAMED.findall(text)
            case Sequence(items):
                stack += items
            case Mapping(entries):
                stack += [value for _, value in entries]


def _ordered(steps: tuple[Step, ...], source: Source) -> tuple[Step, ...]:
    """Each after those it needs, else as in the file."""
    known = {step.name: step for step in steps}
    for step in steps:
        node = step.operation.node
        where = node.key("name") or node.entries[0][0]
        if known[step.name] is not step:
            raise _refused(source, where.span, f"two operations named `{step.name}`")
        for name in step.upstream:
            if name not in known:
                span = (node.key("dependencies") or node.key("params") or where).span
                raise _refused(source, span, f"there is no operation `{name}`", suggestion(name, known))
    done: dict[str, Step] = {}
    while len(done) < len(steps):
        ready = [
            each for each in steps if each.name not in done and all(name in done for name in each.upstream)
        ]
        if not ready:
            left = next(each for each in steps if each.name not in done)
            span = (left.operation.node.key("name") or left.operation.node.entries[0][0]).span
            raise _refused(source, span, f"`{left.name}` needs what needs itself")
        done[ready[0].name] = ready[0]
    return tuple(done.values())


def _with_warnings(plan: Plan) -> Plan:
    """Sections that a local run makes nothing of, each said once."""
    found: dict[str, Diagnostic] = {}

    def look(node: Node | None, known: frozenset[str], prefix: str = "") -> None:
        for key, value in node.entries if isinstance(node, Mapping) else ():
            if key.value not in known and not (isinstance(value, Scalar) and value.value is None):
                name = f"{prefix}{key.text}"
                found.setdefault(name, plan.source.finding("PQL657", key.span, section=name))

    if plan.dag is not None:
        if plan.root is not plan.dag:
            look(plan.root, _OF_OPERATION)
        look(plan.dag, _OF_COMPONENT)
        look(plan.dag.get("run"), _OF_DAG, "run.")
    for step in plan.steps:
        operation = step.operation
        if operation.node is not operation.component:
            look(operation.node, _OF_OPERATION)
        look(operation.component, _OF_COMPONENT)
        look(operation.run, _OF_RUN, "run.")
        look(None if operation.run is None else operation.run.get("container"), _OF_CONTAINER, "container.")
    return replace(plan, warnings=tuple(found.values()))
