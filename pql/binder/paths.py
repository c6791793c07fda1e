"""Names to values: what of which entity a field path means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from pql.binder.bound import ColumnValue, ElementId, HistoryValue, KeyValue, SectionValue, Step, Value
from pql.catalog.fields import (
    ENTITIES,
    HISTORY_FUNCTIONS,
    RELATIONS,
    Entity,
    Family,
    Field,
    Relation,
    entity_of,
    find_field,
    find_relation,
)
from pql.catalog.numbers import spelt_number
from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.suggest import suggestion
from pql.syntax.ast import Call, FieldPath, Subject

__all__ = ["Target", "bind_subject", "keyless"]

_FURTHEST = 4
"""Hops from one run to another that a single path may take."""

_ID_FIELDS = {
    Relation.ARTIFACTS: Field("artifacts", Family.VALUE),
    Relation.CONNECTIONS: Field("connections", Family.VALUE),
}
_RUN_ID = Field("uuid", Family.UUID)
_HISTORY = Field("history", Family.SCALAR)


@dataclass(frozen=True, slots=True)
class Target:
    """What a subject means: the hops, the value at their end, and the field that types its literals."""

    path: tuple[Step, ...]
    value: Value
    field: Field
    name: str


def bind_subject(subject: Subject, entity: Entity, text: str) -> Target:
    """The target of a subject in a query on `entity`. Raises PqlError (PQL1xx, PQL2xx)."""
    if isinstance(subject, Call):
        return _bind_call(subject, entity, text)
    return _bind_path(subject, entity, text)


def spelled(path: FieldPath) -> str:
    """The path as a user would write it (unquoted), for messages."""
    return ".".join((path.name + ("*" if path.transitive else ""), *path.segments))


def _bind_call(call: Call, entity: Entity, text: str) -> Target:
    if call.function not in HISTORY_FUNCTIONS:
        hint = suggestion(call.function, HISTORY_FUNCTIONS) or "functions: " + ", ".join(HISTORY_FUNCTIONS)
        raise PqlError(Diagnostic("PQL205", call.span, {"function": call.function}, hint), text)
    inner = _bind_path(call.argument, entity, text)
    takes = "a metric and a step" if call.function == "at" else "a metric"
    payload = {"function": call.function, "takes": takes}
    example = "at(metrics.loss, 100)" if call.function == "at" else f"{call.function}(metrics.loss)"
    if isinstance(inner.value, SectionValue):
        raise keyless(call.argument, text)
    if not isinstance(inner.value, KeyValue) or not inner.value.numbers_only:
        raise PqlError(Diagnostic("PQL113", call.argument.span, payload, f"write `{example}`"), text)
    step: int | None = None
    if call.function == "at":
        number = spelt_number(call.extra or "")
        step = number if isinstance(number, int) else None
    if (call.function == "at") != (step is not None) or (call.extra is not None and step is None):
        raise PqlError(Diagnostic("PQL113", call.span, payload, f"write `{example}`"), text)
    value = HistoryValue(call.function, inner.value.key, step)
    return Target(inner.path, value, _HISTORY, f"{call.function}({inner.name})")


def _bind_path(path: FieldPath, entity: Entity, text: str) -> Target:
    steps: list[Step] = []
    name, segments, quoted = path.name, path.segments, path.quoted
    transitive = path.transitive
    while True:
        relation = _relation(name, entity)
        if relation is None:
            break
        if transitive and not relation.walkable:
            _unknown(f"{name}*", path, entity, text)
        if relation is Relation.RUN and not segments:
            uuid = find_field(Entity.RUN, "uuid")
            assert uuid is not None
            return Target((*steps, Step(relation)), ColumnValue(uuid), uuid, spelled(path))
        if relation.to_one and not segments:
            field = Field(relation.value, Family.UUID, relation.value)
            return Target(tuple(steps), ColumnValue(field), field, spelled(path))
        steps.append(Step(relation, transitive))
        if len(steps) > _FURTHEST:
            _unknown(spelled(path), path, entity, text)
        if not segments:
            return Target(tuple(steps), ElementId(), _ID_FIELDS.get(relation, _RUN_ID), spelled(path))
        entity = entity_of(relation)
        head = segments[0]
        transitive = head.endswith("*") and not (quoted and quoted[0])
        name, segments, quoted = head.removesuffix("*") if transitive else head, segments[1:], quoted[1:]
    if transitive:
        _unknown(f"{name}*", path, entity, text)
    return _bind_field(name, segments, quoted, tuple(steps), entity, path, text)


def _relation(name: str, entity: Entity) -> Relation | None:
    if entity is Entity.RUN:
        return find_relation(name)
    if entity in (Entity.ARTIFACT, Entity.POINT) and name == "run":
        return Relation.RUN
    return None


def _bind_field(
    name: str,
    segments: tuple[str, ...],
    quoted: tuple[bool, ...],
    steps: tuple[Step, ...],
    entity: Entity,
    path: FieldPath,
    text: str,
) -> Target:
    shown = spelled(path)
    if len(segments) == 1:  # names with a dot of their own, e.g. project.name
        dotted = find_field(entity, f"{name}.{segments[0]}")
        if dotted is not None:
            return Target(steps, ColumnValue(dotted), dotted, shown)
    field = find_field(entity, name)
    if field is None:
        _unknown(name, path, entity, text)
    if field.section is None:
        if segments:
            payload = {"field": name, "key": ".".join(segments)}
            raise PqlError(Diagnostic("PQL203", path.span, payload, f"write `{name}`"), text)
        return Target(steps, ColumnValue(field), field, shown)
    if not segments:
        return Target(steps, SectionValue(field.section, field.numbers_only), field, shown)
    return Target(steps, KeyValue(field.section, segments, quoted, field.numbers_only), field, shown)


def keyless(path: FieldPath, text: str) -> PqlError:
    """A section was asked for something that only its keys have."""
    name = spelled(path)
    hint = f"e.g. `{name}.loss`; `{name}:nil` asks whether it has no values at all"
    return PqlError(Diagnostic("PQL202", path.span, {"field": name}, hint), text)


def _unknown(name: str, path: FieldPath, entity: Entity, text: str) -> NoReturn:
    known = [each for field in ENTITIES[entity] for each in (field.name, *field.aliases)]
    if entity is Entity.RUN:
        known += RELATIONS
    hint = suggestion(name, known)
    if not hint and not path.segments and entity is Entity.RUN:
        hint = f"keys live in sections: `metrics.{name}`, `inputs.{name}`, `outputs.{name}`"
    raise PqlError(Diagnostic("PQL201", path.span, {"field": name}, hint), text)
