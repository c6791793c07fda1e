"""Read the keys of `run.plx.json`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lineage_index.ingest.names import uuid_hex
from lineage_index.ingest.problems import Reporter
from lineage_index.ingest.quantity import cores, memory_bytes, plain_number
from lineage_index.ingest.record import EdgeRecord, Relation, StatusRecord
from lineage_index.ingest.times import parse_time

__all__ = ["RunFile", "read_run_file"]

_TEXTS = (
    *("name", "description", "status", "kind", "runtime", "user", "owner", "project"),
    *("managed_by", "pending", "framework", "backend"),
)
_TIMES = ("created_at", "updated_at", "started_at", "finished_at", "schedule_at")
_SECONDS = ("duration", "wait_time")
_RESOURCES: dict[str, Callable[[object], float | None]] = {
    "cpu": cores,
    "memory": memory_bytes,
    "gpu": plain_number,
    "custom": plain_number,
    "cost": plain_number,
}
_CLONINGS = ("copy", "restart", "cache")
_DEFAULT_EDGE = "manual"
_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class RunFile:
    """What a run's file says, under the names that `RunRecord` gives it; `uuid` None where it has none."""

    uuid: str | None = None
    scalars: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    meta_info: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    connections: tuple[tuple[str, str | None], ...] = ()
    pipeline: Relation | None = None
    original: Relation | None = None
    controller: str | None = None
    statuses: tuple[StatusRecord, ...] = ()
    edges: tuple[EdgeRecord, ...] = ()
    rest: dict[str, Any] = field(default_factory=dict)


def read_run_file(value: object, report: Reporter) -> RunFile:
    """Take the run's keys apart.

    A key of a wrong type is reported and stays in `rest` only; a JSON null is as good as no key. A missing
    `status` is the type of the last condition, else `unknown`; a missing `updated_at` is the time of the
    last condition, else of finish, start or creation. The kind of the original is the kind of cloning; it
    is the kind of the run there only when it is no kind of cloning. An upstream edge without a kind is of
    kind `manual`.
    """
    if not isinstance(value, dict):
        message = f"the file should hold a mapping, not {_type_name(value)}"
        report("wrong-type", message, lost="everything this file says")
        return RunFile(scalars={"status": "unknown"})
    keys = _Keys(value, report)
    scalars: dict[str, Any] = {}
    for name in _TEXTS:
        _put(scalars, name, keys.text(name))
    for name in _TIMES:
        _put(scalars, name, keys.time(name))
    for name in _SECONDS:
        _put(scalars, name, keys.finite(name))
    _put(scalars, "live_state", keys.integer("live_state"))
    _put(scalars, "is_managed", keys.flag("is_managed"))
    state = keys.text("state")
    _put(scalars, "state", state and (uuid_hex(state) or state))
    _read_resources(keys, scalars)
    _read_settings(keys, scalars)
    statuses = tuple(_conditions(keys))
    original, cloning_kind = _original(keys.relation("original"))
    _put(scalars, "cloning_kind", cloning_kind)
    _complete(scalars, statuses)
    controller = keys.relation("controller")
    return RunFile(
        uuid=keys.uuid("uuid"),
        scalars=scalars,
        inputs=keys.values("inputs"),
        outputs=keys.values("outputs"),
        meta_info=keys.values("meta_info"),
        tags=_distinct(keys.names("tags", ())),
        contributors=_distinct(keys.names("contributors", ("username", "name"))),
        teams=_distinct(keys.names("teams", ("name",))),
        connections=tuple(dict.fromkeys(_connections(keys))),
        pipeline=keys.relation("pipeline"),
        original=original,
        controller=controller.uuid if controller else None,
        statuses=statuses,
        edges=tuple(_edges(keys)),
        rest=keys.rest,
    )


class _Keys:
    """The keys of a mapping, taken one by one; `rest` holds those that are left."""

    def __init__(self, mapping: dict[str, Any], report: Reporter, prefix: str = "") -> None:
        self.rest = dict(mapping)
        self._report = report
        self._prefix = prefix

    def _take(self, name: str, type_: type | tuple[type, ...], expected: str) -> Any:
        value = self.rest.get(name)
        if value is None:
            if name in self.rest:
                del self.rest[name]
            return None
        if not isinstance(value, type_) or (isinstance(value, bool) and type_ is not bool):
            self._refuse("wrong-type", name, f"should be {expected}, not {_type_name(value)}")
            return None
        del self.rest[name]
        return value

    def _refuse(self, code: str, name: str, message: str) -> None:
        key = self._prefix + name
        self._report(code, f"{key} {message}", lost=f"the value of {key}")

    def _unreadable(self, name: str, value: object, expected: str) -> None:
        self.rest[name] = value
        self._refuse("bad-value", name, f"is not {expected}: {_shortened(value)}")

    def text(self, name: str) -> str | None:
        value = self._take(name, str, "a text")
        return value if value is None else str(value)

    def time(self, name: str) -> datetime | None:
        value = self._take(name, str, "a time")
        if value is None:
            return None
        time = parse_time(value)
        if time is None:
            self._unreadable(name, value, "an ISO 8601 time")
        return time

    def finite(self, name: str) -> float | None:
        value = self._take(name, (int, float), "a number")
        if value is None:
            return None
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
        self._unreadable(name, value, "a finite number")
        return None

    def integer(self, name: str) -> int | None:
        value = self._take(name, int, "an integer")
        if value is None:
            return None
        if value in _INT64:
            return int(value)
        self._unreadable(name, value, "an integer of 64 bits")
        return None

    def flag(self, name: str) -> bool | None:
        value = self._take(name, bool, "true or false")
        return value if value is None else bool(value)

    def uuid(self, name: str) -> str | None:
        value = self._take(name, str, "a uuid")
        if value is None:
            return None
        found = uuid_hex(value)
        if found is None:
            self._unreadable(name, value, "a uuid")
        return found

    def amount(self, name: str, read: Callable[[object], float | None]) -> float | None:
        value = self._take(name, (int, float, str), "an amount")
        if value is None:
            return None
        amount = read(value)
        if amount is None:
            self._unreadable(name, value, "an amount")
        return amount

    def named(self, name: str) -> str | None:
        """A text, or the `name` of a mapping."""
        value = self._take(name, (str, dict), "a name")
        if isinstance(value, dict):
            return self.below(name, value).text("name")
        return value if value is None else str(value)

    def values(self, name: str) -> dict[str, Any]:
        """A mapping of free keys, kept as it is but for integers that are beyond every double."""
        found: dict[str, Any] = self._take(name, dict, "a mapping") or {}
        for key, value in found.items():
            if type(value) is int and value.bit_length() > 1023:
                try:
                    float(value)
                except OverflowError:
                    found[key] = math.inf if value > 0 else -math.inf
                    message = f"{self._prefix}{name}.{key} is an integer beyond every double"
                    self._report("huge-number", message, lost="its value: it counts as infinite")
        return found

    def entries(self, name: str) -> list[Any]:
        if self.rest.get(name) == {}:  # so some of Polyaxon's clients write a list without entries
            del self.rest[name]
        return self._take(name, list, "a list") or []

    def names(self, name: str, inside: tuple[str, ...]) -> Iterator[str]:
        """The texts of a list; an entry may also be a mapping that holds its name under a key of `inside`,
        and then the list stays in `rest` too, for what else it says."""
        entries = self.entries(name)
        if any(isinstance(entry, dict) for entry in entries):
            self.rest[name] = entries
        for place, entry in enumerate(entries, 1):
            text = entry
            if isinstance(entry, dict):
                text = next((entry[key] for key in inside if key in entry), None)
            if isinstance(text, str):
                yield text
            else:
                self.bad_entry(name, place, f"should be a text, not {_type_name(entry)}")

    def mappings(self, name: str) -> Iterator[_Keys]:
        for place, entry in enumerate(self.entries(name), 1):
            if isinstance(entry, dict):
                yield self.below(f"{name}[{place}]", entry)
            else:
                self.bad_entry(name, place, f"should be a mapping, not {_type_name(entry)}")

    def bad_entry(self, name: str, place: int, message: str) -> None:
        self._report("bad-entry", f"{self._prefix}{name}[{place}] {message}", lost="this entry")

    def below(self, name: str, mapping: dict[str, Any]) -> _Keys:
        return _Keys(mapping, self._report, f"{self._prefix}{name}.")

    def section(self, name: str) -> _Keys:
        """A mapping with keys of its own; what it leaves is put back by `leave`."""
        return self.below(name, self._take(name, dict, "a mapping") or {})

    def leave(self, name: str, section: _Keys) -> None:
        if section.rest:
            self.rest[name] = section.rest

    def relation(self, name: str) -> Relation | None:
        """A run, as a uuid or as a mapping that holds one."""
        value = self._take(name, (str, dict), "a run")
        if value is None:
            return None
        keys = self.below(name, {"uuid": value} if isinstance(value, str) else value)
        uuid = keys.uuid("uuid")
        if uuid is None:
            if "uuid" not in keys.rest:
                keys._refuse("bad-value", "uuid", "is missing")
            self.rest[name] = value
            return None
        return Relation(uuid, keys.text("name"), keys.text("kind"), keys.text("runtime"))


def _put(scalars: dict[str, Any], name: str, value: Any) -> None:
    if value is not None:
        scalars[name] = value


def _read_resources(keys: _Keys, scalars: dict[str, Any]) -> None:
    resources = keys.section("resources")
    for name, read in _RESOURCES.items():
        _put(scalars, name, resources.amount(name, read))
    keys.leave("resources", resources)


def _read_settings(keys: _Keys, scalars: dict[str, Any]) -> None:
    settings = keys.section("settings")
    _put(scalars, "namespace", settings.text("namespace"))
    for name in ("queue", "agent", "artifacts_store"):
        _put(scalars, name, settings.named(name))
    component = settings.section("component")
    _put(scalars, "component_state", component.text("state"))
    settings.leave("component", component)
    keys.leave("settings", settings)


def _conditions(keys: _Keys) -> Iterator[StatusRecord]:
    for condition in keys.mappings("status_conditions"):
        type_ = condition.text("type")
        if type_ is None:
            condition._refuse("bad-entry", "type", "is missing")
            continue
        status = condition.rest.get("status")
        if isinstance(status, str) and status.lower() in ("true", "false"):
            condition.rest["status"] = status.lower() == "true"
        yield StatusRecord(
            type_,
            condition.flag("status"),
            condition.text("reason"),
            condition.text("message"),
            condition.time("last_update_time"),
            condition.time("last_transition_time"),
        )


def _original(found: Relation | None) -> tuple[Relation | None, str | None]:
    if found is None or found.kind not in _CLONINGS:
        return found, found.kind if found else None
    return Relation(found.uuid, found.name, None, found.runtime), found.kind


def _complete(scalars: dict[str, Any], statuses: tuple[StatusRecord, ...]) -> None:
    if "status" not in scalars:
        scalars["status"] = statuses[-1].type if statuses else "unknown"
    if "updated_at" in scalars:
        return
    times = (each.last_update_time or each.last_transition_time for each in reversed(statuses))
    last = next((time for time in times if time is not None), None)
    candidates = (last, *(scalars.get(name) for name in ("finished_at", "started_at", "created_at")))
    _put(scalars, "updated_at", next((time for time in candidates if time is not None), None))


def _connections(keys: _Keys) -> Iterator[tuple[str, str | None]]:
    for place, entry in enumerate(keys.entries("connections"), 1):
        match entry:
            case str():
                yield entry, None
            case {"name": str(name)}:
                yield name, keys.below(f"connections[{place}]", entry).text("kind")
            case _:
                keys.bad_entry("connections", place, "should be a name, or a mapping that holds one")


def _edges(keys: _Keys) -> Iterator[EdgeRecord]:
    for edge in keys.mappings("upstream"):
        run = edge.relation("run")
        if run is None:
            if "run" not in edge.rest:
                edge._refuse("bad-entry", "run", "is missing")
            continue
        statuses = _distinct(edge.names("statuses", ()))
        yield EdgeRecord(run.uuid, edge.text("kind") or _DEFAULT_EDGE, edge.rest.get("values"), statuses)


def _distinct(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _type_name(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case dict():
            return "a mapping"
        case _:
            return "a list"


def _shortened(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # integers of thousands of digits have no decimal text
        return "a huge integer"
    return text if len(text) <= 60 else f"{text[:57]}..."
