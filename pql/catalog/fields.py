"""The catalog of fields: one table, one line a field. SPEC's field table is generated from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = [
    "ARTIFACT_FIELDS",
    "CONNECTION_FIELDS",
    "ENTITIES",
    "HISTORY_FUNCTIONS",
    "POINT_FIELDS",
    "RELATIONS",
    "RUN_FIELDS",
    "RUN_KINDS",
    "STATUSES",
    "Entity",
    "Family",
    "Field",
    "Relation",
    "Section",
    "entity_of",
    "find_field",
    "find_relation",
]


class Family(Enum):
    """What a field holds, which decides the operations and literals it takes.

    STRING texts with like and regex; UUID texts compared without dashes; VALUE texts by equality;
    SCALAR numbers; DURATION numbers of seconds; CPU numbers of cores; MEMORY numbers of bytes;
    BOOL, DATETIME; ANY JSON values typed by the literal; FLAG a JSON value asked as a boolean; JSON a
    mapping that is there or not.
    """

    STRING = "string"
    UUID = "uuid"
    VALUE = "value"
    INTEGER = "integer"
    SCALAR = "scalar"
    DURATION = "duration"
    CPU = "cpu"
    MEMORY = "memory"
    BOOL = "bool"
    DATETIME = "datetime"
    ANY = "any"
    FLAG = "flag"
    JSON = "json"


class Section(Enum):
    """Where keyed values live; `metrics` reads the same values as `outputs`."""

    INPUTS = "inputs"
    OUTPUTS = "outputs"
    META_INFO = "meta_info"


class Relation(Enum):
    """Related things. Some are one run at most (`to_one`), the others any number of elements."""

    PIPELINE = "pipeline"
    CONTROLLER = "controller"
    ORIGINAL = "original"
    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"
    ARTIFACTS = "artifacts"
    CONNECTIONS = "connections"
    RUN = "run"
    """The run that an artifact or a point belongs to."""

    @property
    def to_one(self) -> bool:
        """Whether a run has at most one."""
        return self in (Relation.PIPELINE, Relation.CONTROLLER, Relation.ORIGINAL, Relation.RUN)

    @property
    def to_runs(self) -> bool:
        """Whether its elements are runs."""
        return self not in (Relation.ARTIFACTS, Relation.CONNECTIONS)

    @property
    def walkable(self) -> bool:
        """Whether it may be followed transitively (`upstream*`)."""
        return self in (Relation.UPSTREAM, Relation.DOWNSTREAM)


@dataclass(frozen=True, slots=True)
class Field:
    """One field a query may name.

    `column` is its column in the entity's table. `is_set` says that the column holds a set. `closed`
    lists the only values it can have. `section` is set for fields that take a key; `numbers_only` then
    says that other values count as nil. `doc` is its line in the reference.
    """

    name: str
    family: Family
    column: str = ""
    aliases: tuple[str, ...] = ()
    is_set: bool = False
    closed: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    section: Section | None = None
    numbers_only: bool = False
    doc: str = ""


STATUSES = (
    *("created", "resuming", "on_schedule", "compiled", "queued", "scheduled", "starting", "running"),
    *("processing", "stopping", "failed", "stopped", "succeeded", "skipped", "warning", "unschedulable"),
    *("upstream_failed", "retrying", "unknown", "done"),
)

RUN_KINDS = (
    *("job", "service", "dag", "daskcluster", "raycluster", "mpijob", "tfjob", "pytorchjob", "matrix"),
    *("schedule", "tuner", "watchdog", "notifier", "cleaner", "builder"),
)

HISTORY_FUNCTIONS = ("min", "max", "mean", "first", "last", "count", "argmin", "argmax", "at")


def _column(name: str, family: Family, doc: str, *aliases: str, column: str = "") -> Field:
    return Field(name, family, column or name, aliases, doc=doc)


def _set(name: str, doc: str, column: str = "") -> Field:
    return Field(name, Family.VALUE, column or name, is_set=True, doc=doc)


def _keyed(name: str, family: Family, section: Section, doc: str, *aliases: str, only: bool = False) -> Field:
    return Field(name, family, "", aliases, section=section, numbers_only=only, doc=doc)


RUN_FIELDS: tuple[Field, ...] = (
    _column("uuid", Family.UUID, "the run's id, with or without dashes", "id", "uid"),
    _column("name", Family.STRING, "the run's name"),
    _column("description", Family.STRING, "free text"),
    _column("created_at", Family.DATETIME, "when the run was made"),
    _column("updated_at", Family.DATETIME, "when the run last changed"),
    _column("started_at", Family.DATETIME, "when the run started"),
    _column("finished_at", Family.DATETIME, "when the run ended"),
    _column("schedule_at", Family.DATETIME, "when the run is due"),
    _column("duration", Family.DURATION, "seconds from start to end"),
    _column("wait_time", Family.DURATION, "seconds from creation to start"),
    _column("user", Family.VALUE, "who made the run"),
    _column("owner", Family.VALUE, "the organization"),
    _column("project", Family.VALUE, "the project's name", "project.name", "project.id"),
    _column("agent", Family.VALUE, "the agent that ran it"),
    _column("queue", Family.VALUE, "the queue it went through"),
    _column("artifacts_store", Family.VALUE, "the store of its artifacts"),
    _column("namespace", Family.VALUE, "the cluster's namespace"),
    _column("component_state", Family.VALUE, "content identity of its component"),
    _column("state", Family.VALUE, "content identity of the run"),
    _column("cloning_kind", Family.VALUE, "copy, restart or cache, for a run made from another"),
    _column("managed_by", Family.VALUE, "user, cli or agent"),
    _column("pending", Family.VALUE, "what the run waits for"),
    _column("live_state", Family.INTEGER, "1 live, 0 archived, -1 being deleted"),
    _column("framework", Family.VALUE, "the learning framework"),
    _column("backend", Family.VALUE, "what executes it"),
    _set("commit", "names of the run's code references"),
    Field("status", Family.VALUE, "status", closed=STATUSES, doc="the last status"),
    Field("kind", Family.VALUE, "kind", known=RUN_KINDS, doc="job, service, dag, matrix …"),
    Field("runtime", Family.VALUE, "runtime", known=RUN_KINDS, doc="job, service, dag, matrix …"),
    _column("is_managed", Family.BOOL, "whether the platform manages the run"),
    _set("tags", "the run's tags"),
    _set("contributors", "users who took part"),
    _set("teams", "teams that took part"),
    _set("in_artifact_kind", "kinds of the input artifacts"),
    _set("out_artifact_kind", "kinds of the output artifacts"),
    _column("cost", Family.SCALAR, "cost"),
    _column("gpu", Family.SCALAR, "requested GPUs"),
    _column("custom", Family.SCALAR, "requested custom resources"),
    _column("cpu", Family.CPU, "requested cores: `0.5`, `500m`"),
    _column("memory", Family.MEMORY, "requested memory: `128Mi`, `4Gi`, `129M`, bytes"),
    _keyed("inputs", Family.ANY, Section.INPUTS, "params, any JSON value", "in", "params"),
    _keyed("outputs", Family.ANY, Section.OUTPUTS, "results, any JSON value", "out"),
    _keyed("metrics", Family.SCALAR, Section.OUTPUTS, "the numbers among the outputs", only=True),
    _keyed("meta_info", Family.ANY, Section.META_INFO, "what the platform notes", "meta_values"),
    _keyed("meta_flags", Family.FLAG, Section.META_INFO, "has_events, has_tensorboard, has_model …"),
)

ARTIFACT_FIELDS: tuple[Field, ...] = (
    _column("name", Family.STRING, "the artifact's name"),
    _column("kind", Family.VALUE, "model, metric, data, coderef …"),
    _column("path", Family.STRING, "path in the run, or URI"),
    _column("state", Family.VALUE, "content identity", "id"),
    _column("is_input", Family.BOOL, "whether the run read it"),
    _column("summary", Family.JSON, "what was noted of it"),
)

POINT_FIELDS: tuple[Field, ...] = (
    _column("key", Family.STRING, "the metric's name"),
    _column("step", Family.SCALAR, "the step it was logged at"),
    _column("time", Family.DATETIME, "when it was logged"),
    _column("value", Family.SCALAR, "what was logged"),
)

CONNECTION_FIELDS: tuple[Field, ...] = (
    _column("name", Family.STRING, "the connection's name"),
    _column("kind", Family.VALUE, "the connection's kind"),
)

RELATIONS: dict[str, Relation] = {
    "pipeline": Relation.PIPELINE,
    "controller": Relation.CONTROLLER,
    "original": Relation.ORIGINAL,
    "upstream": Relation.UPSTREAM,
    "upstream_runs": Relation.UPSTREAM,
    "downstream": Relation.DOWNSTREAM,
    "downstream_runs": Relation.DOWNSTREAM,
    "artifacts": Relation.ARTIFACTS,
    "connections": Relation.CONNECTIONS,
}


class Entity(Enum):
    """What a query selects or a relation leads to."""

    RUN = "runs"
    ARTIFACT = "artifacts"
    CONNECTION = "connections"
    POINT = "points"


ENTITIES: dict[Entity, tuple[Field, ...]] = {
    Entity.RUN: RUN_FIELDS,
    Entity.ARTIFACT: ARTIFACT_FIELDS,
    Entity.CONNECTION: CONNECTION_FIELDS,
    Entity.POINT: POINT_FIELDS,
}

_INDEX: dict[Entity, dict[str, Field]] = {
    entity: {name: field for field in fields for name in (field.name, *field.aliases)}
    for entity, fields in ENTITIES.items()
}


def entity_of(relation: Relation) -> Entity:
    """What the relation leads to."""
    match relation:
        case Relation.ARTIFACTS:
            return Entity.ARTIFACT
        case Relation.CONNECTIONS:
            return Entity.CONNECTION
        case _:
            return Entity.RUN


def find_field(entity: Entity, name: str) -> Field | None:
    """The field of that name or alias, or None."""
    return _INDEX[entity].get(name)


def find_relation(name: str) -> Relation | None:
    """The relation of that name or alias, or None."""
    return RELATIONS.get(name)
