"""A whole index in memory: what the tables would hold, without files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from lineage_index.store.keys import keys_table, layout_code
from lineage_index.store.layouts import CodedKeys
from lineage_index.store.promotion import Promotion
from lineage_index.store.records import Run
from lineage_index.store.rows import Member, member_of, rows_of
from lineage_index.store.schema import arrow_schema
from lineage_index.store.series import points_of_records
from lineage_index.store.winners import winner
from pql.catalog.layout import Layout

__all__ = ["tables_in_memory"]


def tables_in_memory(
    records: Iterable[Run],
    promotion: Promotion = "auto",
    *,
    store: str = "store",
) -> tuple[dict[str, pa.Table], Layout]:
    """All tables of the catalog for `records`, and where each key lives.

    `promotion` says which keys get columns. Of records with one uuid the newest is taken.
    """
    every = list(records)
    kept = _winners(every, store)
    rows = rows_of([every[place] for place in kept], store=store, run_ids=kept, promotion=promotion)
    tables = dict(rows.tables)
    tables["keys"] = keys_table(rows.counts, rows.plan)
    points = points_of_records([every[place] for place in kept], kept)
    tables["points"] = arrow_schema("points").empty_table() if points is None else points
    return tables, Layout(CodedKeys(layout_code(rows.counts, rows.plan)))


def _winners(records: Sequence[Run], store: str) -> list[int]:
    """The places of the records that stand for their uuids."""
    claims: dict[str, list[Member]] = {}
    for place, each in enumerate(records):
        claims.setdefault(each.uuid, []).append(member_of(each, place, store))
    return sorted(winner(members).run_id for members in claims.values())
