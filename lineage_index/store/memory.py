"""A whole index in memory: what the tables would hold, without files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from lineage_index.store.keys import keys_table, layout_code
from lineage_index.store.layouts import CodedKeys
from lineage_index.store.promotion import Promotion
from lineage_index.store.records import Run
from lineage_index.store.rows import Member, member_of, rows_of
from lineage_index.store.schema import arrow_schema
from lineage_index.store.series import PointTables, points_of_records
from lineage_index.store.winners import winner
from pql.catalog.layout import Layout

__all__ = ["tables_in_memory"]


def tables_in_memory(
    records: Iterable[Run],
    promotion: Promotion = "auto",
    *,
    store: str = "store",
    points: Iterable[pa.Table] = (),
) -> tuple[dict[str, pa.Table], Layout]:
    """All tables of the catalog for `records`, and where each key lives.

    `promotion` says which keys get columns. Of records with one uuid the newest is taken. `points` are tables
    as `lineage_index.store.series.PointTables` takes them; points on the records are taken too.
    """
    every = list(records)
    kept = _winners(every, store)
    run_ids = list(range(len(every)))
    rows = rows_of([every[place] for place in kept], store=store, run_ids=kept, promotion=promotion)
    tables = dict(rows.tables)
    tables["keys"] = keys_table(rows.counts, rows.plan)
    found = points_of_records(every, run_ids)
    every_point = pa.concat_tables(
        [
            arrow_schema("points").empty_table(),
            *([] if found is None else [found]),
            *(each.cast(arrow_schema("points")) for each in PointTables(every, run_ids).convert(points)),
        ]
    )
    tables["points"] = every_point.filter(pc.is_in(every_point.column("run_id"), pa.array(kept, pa.int64())))
    return tables, Layout(CodedKeys(layout_code(rows.counts, rows.plan)))


def _winners(records: Sequence[Run], store: str) -> list[int]:
    """The places of the records that stand for their uuids."""
    claims: dict[str, list[Member]] = {}
    for place, each in enumerate(records):
        claims.setdefault(each.uuid, []).append(member_of(each, place, store))
    return sorted(winner(members).run_id for members in claims.values())
