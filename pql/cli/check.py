"""`pql check`: what is wrong in query specs, before anything runs."""

from __future__ import annotations

import difflib
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pql.binder.binder import Clock
from pql.check.changes import ChangesError, changed_files
from pql.check.config import ConfigError, NotTomlError, Settings, find_settings
from pql.check.engine import Selection, UnknownCodeError, all_codes, select
from pql.check.files import LARGEST, Found, UnreadableError, decoded, find_targets, kind_of, read_text
from pql.check.fixes import fixed
from pql.check.known import Known
from pql.check.many import Item, check_all
from pql.check.output import FORMATS
from pql.check.output.text import coloured
from pql.check.pages import listing
from pql.check.report import CheckReport, Unread
from pql.check.rules import RULES
from pql.check.saved import read_saved
from pql.cli.check_saved import Narrowed, narrowed, saved_items
from pql.cli.exits import Exit, fail, guarded, warn
from pql.cli.progress import progress
from pql.cli.streams import in_colour
from pql.cli.text import printable
from pql.diagnostics.suggest import suggestion
from pql.joins.source import Source

__all__ = ["CheckOptions", "run_check"]

_PATIENCE = 0.5
"""Seconds after which a word about progress is welcome."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """The options of the command, as they are given."""

    paths: tuple[str, ...]
    queries: tuple[str, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    fix: bool
    diff: bool
    output: str
    output_file: str | None
    as_of: str | None
    index: str | None
    changed_since: str | None
    stdin_filename: str | None
    list_rules: bool
    force_exclude: bool = False


def run_check(options: CheckOptions) -> None:
    """Check, and end with 0 if nothing is found, 1 if something is, 2 if it can't be checked."""
    if options.list_rules:
        print(listing(), end="")
        return
    _refuse_nonsense(options)
    settings, selection = _settings(options)
    items, closed = _items(options, settings)
    seen = {each.path.resolve() for each in items if each.path is not None}
    saved = [each for each in _saved(options) if each.item.path and each.item.path.resolve() not in seen]
    items = (*items, *(each.item for each in saved))
    _refuse_unread_settings(settings, items)
    clock = Clock(datetime.now(UTC))
    if options.diff:
        raise SystemExit(int(_diff(items, clock, selection)))
    if options.fix:
        _fix(items, clock, selection)
    with _index(options.index, options.as_of) as known:
        report = check_all(
            items,
            clock,
            selection,
            known,
            unread=closed,
            progress=progress("files checked", patience=_PATIENCE),
        )
    report = narrowed(report, saved)
    _print(report, options)
    for each in report.unread:
        warn(f"error: {printable(f'{each.file}: {each.reason}')}")
    if report.unread:
        raise SystemExit(int(Exit.USAGE))
    if report.findings:
        raise SystemExit(int(Exit.NOTHING))


def _refuse_nonsense(options: CheckOptions) -> None:
    if options.output not in FORMATS:
        fail(f"error: --format is one of {', '.join(FORMATS)}, not {options.output!r}", Exit.USAGE)
    if options.fix and options.diff:
        fail("error: --fix and --diff exclude each other", Exit.USAGE)
    if options.fix and (options.queries or "-" in options.paths):
        fail("error: --fix rewrites files; --diff shows what it would do to other texts", Exit.USAGE)
    if options.diff and any(each.startswith("@") for each in options.queries):
        fail("error: --diff shows what changes in whole files; name the file of the saved query", Exit.USAGE)
    if options.stdin_filename is not None and "-" not in options.paths:
        fail("error: --stdin-filename names what `-` reads", Exit.USAGE)


def _saved(options: CheckOptions) -> tuple[Narrowed, ...]:
    return saved_items([each[1:] for each in options.queries if each.startswith("@")])


def _settings(options: CheckOptions) -> tuple[Settings, Selection]:
    try:
        settings = find_settings(Path.cwd())
    except NotTomlError as error:
        settings = Settings(file=error.path, broken=True)
    except ConfigError as error:
        fail(f"error: {printable(str(error))}", Exit.USAGE)
    wanted = _parts(options.select) or settings.select
    try:
        return settings, select(wanted, (*settings.ignore, *_parts(options.ignore)))
    except UnknownCodeError as error:
        known = (*all_codes(), *(rule.name for rule in RULES))
        hint = suggestion(str(error), known) or "`pql check --list-rules` lists them"
        fail(f"error: no code or rule {str(error)!r}; {hint}", Exit.USAGE)


def _refuse_unread_settings(settings: Settings, items: Sequence[Item]) -> None:
    """Settings that can't be read are a finding where they are checked, too; else nothing can be checked."""
    if settings.broken and settings.file is not None:
        own = settings.file.resolve()
        if not any(each.path is not None and each.path.resolve() == own for each in items):
            with guarded():
                read_saved(Source(str(settings.file), read_text(settings.file)[0]))


def _parts(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _items(options: CheckOptions, settings: Settings) -> tuple[tuple[Item, ...], tuple[Unread, ...]]:
    """The texts to check, and the folders that can't be looked into."""
    queries = [
        Item("query" if len(options.queries) == 1 else f"query {number}", "query", None, text)
        for number, text in enumerate(options.queries, start=1)
        if not text.startswith("@")
    ]
    if "-" in options.paths:
        name = options.stdin_filename or "stdin"
        kind = kind_of(name) if options.stdin_filename else "guess"
        queries.append(Item(name, kind, None, _standard_input()))
    paths = [path for path in options.paths if path != "-"]
    if not paths and not queries and not options.queries:
        paths = ["."]
    found = _found(paths, settings, options)
    return (*queries, *(Item(each.name, each.kind, each.path) for each in found.targets)), found.closed


def _found(paths: Sequence[str], settings: Settings, options: CheckOptions) -> Found:
    revision = options.changed_since
    try:
        found = find_targets(paths, settings.exclude, named_too=options.force_exclude)
        if revision is None:
            return found
        changed = changed_files(revision, Path.cwd())
    except (UnreadableError, ChangesError) as error:
        fail(f"error: {printable(str(error))}", Exit.USAGE)
    return Found(tuple(each for each in found.targets if each.path.resolve() in changed), found.closed)


def _standard_input() -> str:
    """All of it, as it is: no line end is changed."""
    try:
        return decoded(sys.stdin.buffer.read(LARGEST + 1), "standard input")[0]
    except UnreadableError as error:
        fail(f"error: {error}", Exit.USAGE)


@contextmanager
def _index(path: str | None, as_of: str | None) -> Iterator[Known | None]:
    if path is None:
        if as_of is not None:
            fail("error: --as-of is of an index: give --index, too", Exit.USAGE)
        yield None
        return
    from lineage_index.index.known import IndexKnown
    from pql.cli.output_index import open_index

    with guarded(), open_index(path, as_of) as opened:
        yield IndexKnown(opened)


def _fix(items: Sequence[Item], clock: Clock, selection: Selection) -> None:
    """Write every file that a fix changes; each is whole at any moment."""
    count = files = 0
    for item in items:
        if item.path is None:
            continue
        try:
            text, mark = read_text(item.path)
            new, made = fixed(item.name, text, item.kind, clock=clock, selection=selection)
            if made:
                _write(item.path, (mark + new).encode("utf-8"))
        except UnreadableError:
            continue  # told by the check that follows
        except OSError as error:
            fail(f"error: {printable(str(item.path))}: {error.strerror}", Exit.USAGE)
        count, files = count + made, files + bool(made)
    if count:
        print(f"fixed {count:,} in {files:,} file{'' if files == 1 else 's'}", file=sys.stderr)


def _write(path: Path, data: bytes) -> None:
    """Replace a file (what a link leads to) in one step, with the rights it had."""
    real = path.resolve()
    handle, beside = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
        shutil.copymode(real, beside)
        os.replace(beside, real)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _diff(items: Sequence[Item], clock: Clock, selection: Selection) -> Exit:
    """Print what --fix would change; NOTHING (1) if that is anything, USAGE (2) if a text can't be read."""
    code = Exit.FOUND
    for item in items:
        try:
            text = item.text if item.path is None else read_text(item.path)[0]
        except UnreadableError as error:
            warn(f"error: {printable(str(error))}")
            code = Exit.USAGE
            continue
        new, made = fixed(item.name, text, item.kind, clock=clock, selection=selection)
        if not made:
            continue
        code = max(code, Exit.NOTHING)
        lines = difflib.unified_diff(_lines(text), _lines(new), item.name, item.name)
        for line in lines:
            print(line, end="" if line.endswith("\n") else "\n\\ No newline at end of file\n")
    return code


def _lines(text: str) -> list[str]:
    return io.StringIO(text, newline="\n").readlines()


def _print(report: CheckReport, options: CheckOptions) -> None:
    if options.output_file is not None:
        try:
            told = FORMATS[options.output](report)
            Path(options.output_file).write_text(told, "utf-8", "backslashreplace")
        except OSError as error:
            fail(f"error: {printable(options.output_file)}: {error.strerror}", Exit.USAGE)
        return
    colour = options.output == "text" and in_colour(sys.stdout)
    told = coloured(report) if colour else FORMATS[options.output](report)
    print(told, end="")
