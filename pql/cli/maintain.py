"""`pql index …`: look after an index."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

from lineage_index.index.locate import locate_index
from lineage_index.store.snapshot import open_snapshot
from pql.cli.exits import Exit, fail, guarded
from pql.cli.output import folded, paints, terminal_width
from pql.cli.output_index import snapshot_of
from pql.cli.progress import progress
from pql.cli.table import stack_table
from pql.cli.text import printable

__all__ = [
    "run_compact",
    "run_export",
    "run_history",
    "run_migrate",
    "run_stats",
    "run_vacuum",
    "run_verify",
]

_PATIENCE = 0.5
"""Seconds after which a word about progress is welcome."""

_AGE = re.compile(r"(\d+)([smhdw])\Z")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def run_history(index: str | None, output: str) -> None:
    """List the versions that were committed."""
    from lineage_index.store.maintain import history

    _check_format(output)
    with guarded():
        versions = history(locate_index(index))
    if output == "json":
        rows = [
            {
                "version": each.version,
                "created_at": each.created_at.isoformat(),
                "operation": each.operation,
                "runs": each.runs,
                "kept": each.kept,
            }
            for each in versions
        ]
        print(json.dumps(rows, indent=2))
        return
    columns = [
        ("version", [str(each.version) for each in versions], True),
        ("committed (UTC)", [f"{each.created_at:%Y-%m-%d %H:%M:%S}" for each in versions], False),
        ("operation", [each.operation for each in versions], False),
        ("runs", [f"{each.runs:,}" for each in versions], True),
        ("kept", ["yes" if each.kept else "vacuumed" for each in versions], False),
    ]
    print(stack_table(columns, terminal_width(), coloured=paints())[0])


def run_compact(index: str | None) -> None:
    """Rewrite scattered files, drop dead rows, choose the promoted keys anew."""
    from lineage_index.store.compaction import compact

    with guarded():
        path = locate_index(index)
        before = open_snapshot(path)
        compact(path, progress=progress("rows", patience=_PATIENCE))
        after = open_snapshot(path)
    if after.version == before.version:
        print(f"nothing to compact; snapshot {after.version}")
        return
    files = [sum(len(each) for each in snapshot.data_files.values()) for snapshot in (before, after)]
    print(f"{files[0]:,} files became {files[1]:,}; snapshot {after.version}")


def run_migrate(index: str | None) -> None:
    """Give an older index the tables and columns of this program."""
    from lineage_index.store.migrate import migrate

    with guarded():
        path = locate_index(index)
        before = open_snapshot(path)
        migrate(path)
        after = open_snapshot(path)
    was, now = (".".join(map(str, each.schema)) for each in (before, after))
    if before.version == after.version:
        print(f"nothing to migrate: format {now}; snapshot {after.version}")
    else:
        print(f"format {was} became {now}; snapshot {after.version}")


def run_vacuum(index: str | None, older_than: str) -> None:
    """Take away old versions and the files that only they had."""
    from lineage_index.store.maintain import vacuum

    age = _age(older_than)
    with guarded():
        done = vacuum(locate_index(index), older_than=age, now=datetime.now(UTC))
    taken = f"{len(done.versions):,} versions and {done.files:,} files taken away"
    print(f"{taken}, {done.size / 1e6:,.1f} MB freed, logs {done.entries:,} entries shorter")


def run_verify(index: str | None, as_of: str | None, store: str | None, output: str) -> None:
    """Check that the tables agree with each other, and with the store's files if one is given."""
    from lineage_index.index.refresh import StoreMissing, compare_with_store
    from lineage_index.store.verify import verify

    _check_format(output)
    with guarded():
        snapshot = snapshot_of(index, as_of)
        findings = [
            (each.table, each.code, each.message)
            for each in verify(snapshot, progress("rows", patience=_PATIENCE))
        ]
        if store is not None:
            try:
                findings += [("store", code, text) for code, text in compare_with_store(snapshot, store)]
            except StoreMissing as error:
                fail(f"error: {printable(str(error))}", Exit.USAGE)
    if output == "json":
        keys = ("table", "code", "message")
        print(json.dumps([dict(zip(keys, each, strict=True)) for each in findings], indent=2))
    else:
        for table, code, message in findings:
            print(f"{table}: {message} [{code}]")
        rows = sum(snapshot.rows.values())
        found = "all agree" if not findings else f"{len(findings):,} findings"
        print(f"snapshot {snapshot.version}: {snapshot.runs:,} runs, {rows:,} rows, {found}")
    if findings:
        raise SystemExit(int(Exit.INDEX))


def run_stats(index: str | None, as_of: str | None, output: str) -> None:
    """Say how large the index is, and where its keys live."""
    _check_format(output)
    with guarded():
        snapshot = snapshot_of(index, as_of)
        tables = {
            name: {
                "files": len(files),
                "rows": snapshot.rows[name],
                "bytes": sum(size for _, _, size in files),
            }
            for name, files in snapshot.data_files.items()
        }
        promoted = sum(bool(each.num or each.text or each.flag) for each in snapshot.layout.keys.values())
        summary = {
            "index": snapshot.place,
            "version": snapshot.version,
            "created_at": snapshot.created_at.isoformat(),
            "schema": ".".join(map(str, snapshot.schema)),
            "runs": snapshot.runs,
            "dead_runs": snapshot.dead_runs,
            "keys": len(snapshot.layout.keys),
            "promoted_keys": promoted,
            "tables": tables,
        }
    if output == "json":
        print(json.dumps(summary, indent=2))
        return
    told = (
        f"snapshot {snapshot.version} of {snapshot.created_at:%Y-%m-%d %H:%M:%S} UTC: "
        f"{snapshot.runs:,} runs, {len(snapshot.layout.keys):,} keys ({promoted:,} promoted)"
    )
    print(folded(told))
    names = list(tables)
    columns = [("table", names, False)]
    columns += [
        (what, [f"{tables[name][what]:,}" for name in names], True) for what in ("files", "rows", "bytes")
    ]
    print(stack_table(columns, terminal_width(), coloured=paints())[0])


def run_export(target: str, index: str | None, as_of: str | None, output: str) -> None:
    """Write every table for other tools."""
    from lineage_index.index.export import FORMATS, ExportExists, export

    if output not in FORMATS:
        fail(f"error: --format is one of {', '.join(FORMATS)}, not {output!r}", Exit.USAGE)
    with guarded():
        try:
            counts = export(snapshot_of(index, as_of), target, output, progress("rows", patience=_PATIENCE))
        except ExportExists as error:
            fail(f"error: {printable(str(error))}", Exit.USAGE)
    print(f"{sum(counts.values()):,} rows of {len(counts)} tables written to {printable(target)}")


def _check_format(output: str) -> None:
    if output not in ("text", "json"):
        fail(f"error: --format is text or json, not {output!r}", Exit.USAGE)


def _age(text: str) -> timedelta:
    match = _AGE.match(text)
    if match is None:
        fail(f"error: --older-than takes an age such as 7d or 12h, not {text!r}", Exit.USAGE)
    try:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        fail(f"error: --older-than is too long: {text!r}", Exit.USAGE)
