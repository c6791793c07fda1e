"""The queries of the search bench, each in PQL and as SQL written by hand for the same tables.

The SQL is what someone who knows the layout and the engine would write: promoted columns by name, semi-joins
only where a table has to be asked, the top of a key's own file before the join. It is the limit that a search
is measured against, so it may use everything it knows of the data, but its answer has to be the same for any
data: ties are broken by uuid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lineage_index.store.snapshot import Snapshot

__all__ = ["JOIN_RUNS", "QUERIES", "Query", "bind_names"]

JOIN_RUNS = 5_000


@dataclass(frozen=True, slots=True)
class Query:
    """One query. `{…}` in texts are filled with what `bind_names` finds in the data. `kind` says what is
    asked for: a page of uuids, a count, or two values of every run of a join. `metric` marks queries
    over metric values that end only when all have been seen; the newest runs without one are soon found."""

    name: str
    pql: str
    sql: str
    sort: str = "-updated_at"
    limit: int | None = 20
    kind: str = "page"
    metric: bool = False


_SELECTED = "SELECT uuid FROM runs WHERE"
_RECENT = "ORDER BY updated_at DESC, uuid LIMIT 20"
_OR = "(metrics.loss:<0.05 OR metrics.acc:>0.97), status:succeeded, inputs.optimizer:adam"
_OR_SQL = "({loss} < 0.05 OR {acc} > 0.97) AND status = 'succeeded' AND {optimizer} = 'adam'"

QUERIES: tuple[Query, ...] = (
    Query(
        "metric top ten",
        "metrics.loss:<0.05",
        f"{_SELECTED} {{loss}} < 0.05 ORDER BY {{loss}}, uuid LIMIT 10",
        sort="metrics.loss",
        limit=10,
        metric=True,
    ),
    Query(
        "metric top ten, no condition",
        "",
        "SELECT uuid FROM runs ORDER BY {loss} NULLS LAST, uuid LIMIT 10",
        sort="metrics.loss",
        limit=10,
        metric=True,
    ),
    Query(
        "pipeline",
        "pipeline:{pipeline}",
        f"{_SELECTED} pipeline = '{{pipeline}}' {_RECENT}",
    ),
    Query(
        "status + date + tag",
        "status:failed, created_at:>=2025-01-01, tags:prod",
        f"{_SELECTED} status = 'failed' AND created_at >= '2025-01-01' AND contains(tags, '|prod|') "
        "ORDER BY created_at DESC, uuid LIMIT 20",
        sort="-created_at",
    ),
    Query(
        "OR of metrics + status + input",
        _OR,
        f"{_SELECTED} {_OR_SQL} ORDER BY {{acc}} DESC NULLS LAST, uuid LIMIT 20",
        sort="-metrics.acc",
        metric=True,
    ),
    Query(
        "two numbers + name like",
        "inputs.lr:<0.0001, outputs.best_epoch:>50, name:%resnet%",
        f"{_SELECTED} {{lr}} < 0.0001 AND {{best_epoch}} > 50 AND contains(lower(name), 'resnet') {_RECENT}",
    ),
    Query(
        "artifact kind + metric",
        "artifacts.kind:model, metrics.loss:<0.1",
        f"{_SELECTED} {{loss}} < 0.1 AND (contains(in_artifact_kind, '|model|') "
        "OR contains(out_artifact_kind, '|model|')) "
        "ORDER BY {loss}, uuid LIMIT 10",
        sort="metrics.loss",
        limit=10,
        metric=True,
    ),
    Query("one uuid", "uuid:{uuid}", f"{_SELECTED} uuid = '{{uuid}}'"),
    Query("count", _OR, f"SELECT count(*) FROM runs WHERE {_OR_SQL}", kind="count", metric=True),
    Query(
        "metric missing",
        "metrics.loss:nil",
        f"{_SELECTED} {{loss}} IS NULL ORDER BY created_at DESC, uuid LIMIT 20",
        sort="-created_at",
    ),
    Query(
        "key of one project",
        "metrics.p03_m5:<0.3",
        "SELECT r.uuid FROM runs r JOIN \"values\" v USING (run_id) WHERE v.section = 'outputs' "
        "AND v.key = 'p03_m5' AND v.num < 0.3 ORDER BY v.num, r.uuid LIMIT 10",
        sort="metrics.p03_m5",
        limit=10,
        metric=True,
    ),
    Query(
        "rare key",
        "metrics.rare_auc:>0.5",
        "SELECT r.uuid FROM runs r JOIN \"values\" v USING (run_id) WHERE v.section = 'outputs' "
        "AND v.key = 'rare_auc' AND v.num > 0.5 AND NOT isnan(v.num) ORDER BY v.num DESC, r.uuid LIMIT 10",
        sort="-metrics.rare_auc",
        limit=10,
        metric=True,
    ),
    Query(
        "history minimum",
        "min(metrics.loss):<0.02",
        "SELECT r.uuid FROM runs r JOIN series h USING (run_id) WHERE h.section = 'metrics' "
        "AND h.kind = 'metric' AND h.name = 'loss' AND h.min < 0.02 ORDER BY h.min, r.uuid LIMIT 10",
        sort="min(metrics.loss)",
        limit=10,
        metric=True,
    ),
    Query(
        "descendants of a run",
        "upstream*.uuid:{root}",
        "WITH RECURSIVE k AS MATERIALIZED (SELECT upstream, downstream FROM edges), "
        "w(uuid) AS (SELECT downstream FROM k WHERE upstream = '{root}' "
        "UNION SELECT e.downstream FROM k e JOIN w ON e.upstream = w.uuid) "
        "SELECT r.uuid FROM runs r JOIN w USING (uuid) ORDER BY r.created_at DESC, r.uuid LIMIT 20",
        sort="-created_at",
    ),
    Query(
        "descendants of the best",
        "upstream*.metrics.loss:<0.005",
        "WITH RECURSIVE k AS MATERIALIZED (SELECT upstream, downstream FROM edges), "
        "w(uuid) AS (SELECT e.downstream FROM k e JOIN runs u ON u.uuid = e.upstream "
        "WHERE u.{loss} < 0.005 UNION SELECT e.downstream FROM k e JOIN w ON e.upstream = w.uuid) "
        "SELECT r.uuid FROM runs r JOIN w USING (uuid) ORDER BY r.created_at DESC, r.uuid LIMIT 20",
        sort="-created_at",
        metric=True,
    ),
    Query(
        "join of 5,000 runs",
        "metrics.loss:~nil, status:succeeded",
        "SELECT uuid, {loss}, {lr} FROM runs WHERE {loss} IS NOT NULL AND status = 'succeeded' "
        f"ORDER BY {{loss}}, uuid LIMIT {JOIN_RUNS}",
        sort="metrics.loss",
        limit=JOIN_RUNS,
        kind="join",
        metric=True,
    ),
)


def bind_names(snapshot: Snapshot, ask: Callable[..., list[tuple[Any, ...]]]) -> Mapping[str, str]:
    """What the texts of the queries leave open: names of promoted columns, and uuids from the middle."""
    names: dict[str, str] = {}
    promoted = (
        ("outputs", "loss"),
        ("outputs", "acc"),
        ("outputs", "best_epoch"),
        ("inputs", "lr"),
        ("inputs", "optimizer"),
    )
    for section, key in promoted:
        places = snapshot.layout.of(section, key)
        column = places.num or places.text
        if column is None or places.long:
            raise ValueError(f"{section}.{key} is not in one column: the data are not what they should be")
        names[key] = column
    ((names["uuid"], names["pipeline"]),) = ask(
        "SELECT uuid, pipeline FROM runs WHERE pipeline IS NOT NULL "
        "ORDER BY created_at, uuid LIMIT 1 OFFSET (SELECT count(*) // 2 FROM runs)"
    )
    ((names["root"],),) = ask(
        "SELECT e.upstream FROM edges e JOIN runs r ON r.uuid = e.upstream WHERE r.pipeline = $1 "
        "AND e.upstream NOT IN (SELECT downstream FROM edges) LIMIT 1",
        [names["pipeline"]],
    )
    return names
