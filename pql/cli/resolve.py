"""`pql resolve`: the operation of a file, its joins resolved."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lineage_index.index.index import Index
from lineage_index.index.resolve import JoinSearch, ResolvedOperation, preview
from pql.catalog.numbers import spelt_number
from pql.cli.exits import Exit, fail, guarded, tell
from pql.cli.output_index import open_index
from pql.cli.params import context_of, read_file
from pql.cli.progress import doing
from pql.cli.text import inert_json, printable
from pql.diagnostics.diagnostic import Diagnostic
from pql.diagnostics.span import Span
from pql.joins.lock import LockUnusableError, lock_bytes, moved, read_lock
from pql.joins.opfile import Operation, read_operation

__all__ = ["run_resolve"]

_FORMATS = ("yaml", "json")


def run_resolve(
    file: str,
    wanted: str | None,
    params: Sequence[str],
    run: str | None,
    dag_run: str | None,
    dry_run: bool,
    lock: str | None,
    locked: bool,
    update: bool,
    fetch: str | None,
    output: str,
    as_of: str | None,
    index: str | None,
) -> None:
    """Resolve and print; with a lock file, write it or hold the outcome against it."""
    if output not in _FORMATS:
        fail(f"error: --format is one of {', '.join(_FORMATS)}, not {output!r}", Exit.USAGE)
    if locked and update:
        fail("error: --locked and --update exclude each other", Exit.USAGE)
    if dry_run and (lock or locked or update):
        fail("error: --dry-run resolves nothing that a lock file could hold", Exit.USAGE)
    if dry_run and fetch:
        fail("error: --dry-run resolves nothing that could be fetched", Exit.USAGE)
    context = context_of(params, run, dag_run)
    folder = None if fetch is None else _fresh(fetch)
    if folder is not None:
        context = replace(context, globals={"artifacts_path": str(folder), **context.globals})
    locking = Path(lock or f"{file}.lock") if lock or locked or update else None
    with guarded():
        operation = read_operation(read_file(Path(file)), file, wanted)
        with open_index(index, as_of) as opened:
            if dry_run:
                searches, warnings = preview(opened, operation, context)
                _say(warnings, operation)
                _show(searches, output)
                return
            resolved = opened.resolve(operation, context)
            _say(resolved.warnings, operation)
            if locking is not None:
                _lock(locking, resolved.lock, operation, locked, update)
            if context.run is not None:
                from lineage_index.store.recorded import record_edges

                record_edges(opened.snapshot.path, context.run, resolved.edges)
            if folder is not None:
                _fetch(opened, resolved, folder)
            _print(resolved.operation, output)


def _fresh(name: str) -> Path:
    """A folder that is not there yet, or is empty."""
    folder = Path(name).absolute()
    try:
        taken = folder.exists() and any(folder.iterdir())
    except OSError as error:
        fail(f"error: {printable(name)}: {error.strerror}", Exit.USAGE)
    if taken:
        fail(f"error: --fetch: {printable(name)} is not empty; name a new folder", Exit.USAGE)
    return folder


def _fetch(opened: Index, resolved: ResolvedOperation, folder: Path) -> None:
    """Lay out what `init` names, and say what can't be had."""
    from lineage_index.local.boards import homes_of
    from lineage_index.local.init import lay_out, paths_of

    homes = homes_of(opened, sorted({path.partition("/")[0] for path in paths_of(resolved.operation)}))

    def place(inside: str) -> Path:
        uuid, _, below = inside.partition("/")
        return Path(homes[uuid], below) if uuid in homes else folder / "not in the index"

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with doing(f"fetching into {printable(str(folder))}"):
            said = lay_out(resolved.operation, place, folder)
    except OSError as error:
        fail(f"error: {printable(str(folder))}: {error.strerror}", Exit.OUTPUT)
    for sentence in said:
        print(f"warning: {printable(sentence)}", file=sys.stderr)


def _say(warnings: Sequence[Diagnostic], operation: Operation) -> None:
    for each in warnings:
        tell(each, operation.source.text)


def _show(searches: Sequence[JoinSearch], output: str) -> None:
    if output == "json":
        told = [
            {
                "query": each.join.query.text,
                "sort": each.join.sort.text or None,
                "limit": each.join.limit,
                "offset": each.join.offset,
                "params": [param.name for param in each.join.params],
                "matched": each.total,
                "taken": each.taken,
            }
            for each in searches
        ]
        print(inert_json(json.dumps(told, ensure_ascii=False, indent=2)))
        return
    for number, each in enumerate(searches, start=1):
        join = each.join
        print(f"join {number}")
        print(f"  query:  {printable(join.query.text)}")
        print(f"  sort:   {printable(join.sort.text) or '-updated_at (the default)'}")
        print(f"  limit:  {'none' if join.limit is None else join.limit}")
        print(f"  offset: {join.offset}")
        print(f"  params: {printable(', '.join(param.name for param in join.params)) or 'none'}")
        print(f"  {each.total:,} {'run matches' if each.total == 1 else 'runs match'}, {each.taken:,} taken")
    if not searches:
        print("no joins")


def _lock(path: Path, fresh: Mapping[str, Any], operation: Operation, locked: bool, update: bool) -> None:
    """Write the lock file, or (`locked`) end with what is not as it says."""
    known = None if update else _known(path, operation)
    if locked and known is None:
        hint = "`--lock FILE` writes one"
        reason = f"there is none at {printable(str(path))}"
        raise operation.source.error("PQL622", _place(operation), hint, reason=reason)
    differences = [] if known is None else moved(known, fresh)
    if differences:
        hint = "`--update` writes the lock file again"
        what = "; ".join(differences)
        raise operation.source.error("PQL621", _place(operation), hint, what=what)
    if known is None:
        try:
            path.write_bytes(lock_bytes(fresh))
        except OSError as error:
            fail(f"error: {printable(str(path))}: {error.strerror}", Exit.USAGE)


def _known(path: Path, operation: Operation) -> dict[str, Any] | None:
    """What the lock file holds; None if there is none yet."""
    try:
        return read_lock(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        fail(f"error: {printable(str(path))}: {error.strerror}", Exit.USAGE)
    except LockUnusableError as error:
        hint = f"{printable(str(path))}: `--update` writes it again"
        raise operation.source.error("PQL622", _place(operation), hint, reason=str(error)) from None


def _place(operation: Operation) -> Span:
    node = operation.node
    return (node.key("joins") or node.entries[0][0]).span


def _print(operation: Mapping[str, Any], output: str) -> None:
    if output == "json":
        print(inert_json(json.dumps(operation, ensure_ascii=False, indent=2, default=str)))
        return
    import yaml

    class _Dumper(yaml.SafeDumper):
        """What stands in the file twice is written twice."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        # Other readers of YAML take `1e5` for a number, and a uuid may look like that.
        style = "|" if "\n" in value else "'" if spelt_number(value) is not None else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style)

    _Dumper.add_representer(str, text)

    def dumped(unicode: bool) -> str:
        shown: str = yaml.dump(
            dict(operation), Dumper=_Dumper, sort_keys=False, allow_unicode=unicode, width=110
        )
        return shown

    shown = dumped(unicode=True)
    steady = all(each.isprintable() for each in shown.split("\n"))
    sys.stdout.write(shown if steady else dumped(unicode=False))
