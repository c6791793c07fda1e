"""`pql check`: what is wrong in query specs, before anything runs."""

from __future__ import annotations

import difflib
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pql.binder.binder import Clock
from pql.check.changes import ChangesError, changed_files
from pql.check.config import ConfigError, Settings, find_settings
from pql.check.contents import Kind
from pql.check.engine import Selection, UnknownCodeError, all_codes, check_text, select
from pql.check.files import Target, UnreadableError, find_targets, kind_of, read_text
from pql.check.fixes import fixed
from pql.check.known import Known
from pql.check.model import Finding
from pql.check.output import FORMATS
from pql.check.output.text import coloured
from pql.check.pages import listing
from pql.check.report import CheckReport
from pql.check.rules import RULES
from pql.cli.exits import Exit, fail, guarded
from pql.cli.text import printable
from pql.diagnostics.suggest import suggestion

__all__ = ["CheckOptions", "run_check"]

_MANY = 60
"""Files from which on several processes pay."""

_CHUNK = 20


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
    index: str | None
    changed_since: str | None
    stdin_filename: str | None
    list_rules: bool


@dataclass(frozen=True, slots=True)
class _Item:
    """One text to check: of a file, of standard input, or of the command line."""

    name: str
    kind: Kind
    path: Path | None = None
    text: str = ""


def run_check(options: CheckOptions) -> None:
    """Check, and end with 0 if nothing is found, 1 if something is, 2 if it can't be checked."""
    if options.list_rules:
        print(listing(), end="")
        return
    _refuse_nonsense(options)
    settings, selection = _settings(options)
    items = _items(options, settings)
    clock = Clock(datetime.now(UTC))
    if options.diff:
        raise SystemExit(int(_diff(items, clock, selection)))
    if options.fix:
        _fix(items, clock, selection)
    with _index(options.index) as known:
        report = _checked(items, clock, selection, known)
    _print(report, options)
    if report.findings:
        raise SystemExit(int(Exit.NOTHING))


def _refuse_nonsense(options: CheckOptions) -> None:
    if options.output not in FORMATS:
        fail(f"error: --format is one of {', '.join(FORMATS)}, not {options.output!r}", Exit.USAGE)
    if options.fix and options.diff:
        fail("error: --fix and --diff exclude each other", Exit.USAGE)
    if options.fix and (options.queries or "-" in options.paths):
        fail("error: --fix rewrites files; --diff shows what it would do to other texts", Exit.USAGE)
    if options.stdin_filename is not None and "-" not in options.paths:
        fail("error: --stdin-filename names what `-` reads", Exit.USAGE)


def _settings(options: CheckOptions) -> tuple[Settings, Selection]:
    try:
        settings = find_settings(Path.cwd())
    except ConfigError as error:
        fail(f"error: {printable(str(error))}", Exit.USAGE)
    wanted = _parts(options.select) or settings.select
    try:
        return settings, select(wanted, (*settings.ignore, *_parts(options.ignore)))
    except UnknownCodeError as error:
        known = (*all_codes(), *(rule.name for rule in RULES))
        hint = suggestion(str(error), known) or "`pql check --list-rules` lists them"
        fail(f"error: no code or rule {str(error)!r}; {hint}", Exit.USAGE)


def _parts(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _items(options: CheckOptions, settings: Settings) -> tuple[_Item, ...]:
    queries = [
        _Item("query" if len(options.queries) == 1 else f"query {number}", "query", None, text)
        for number, text in enumerate(options.queries, start=1)
    ]
    if "-" in options.paths:
        name = options.stdin_filename or "stdin"
        kind = kind_of(name) if options.stdin_filename else "guess"
        queries.append(_Item(name, kind, None, _standard_input()))
    paths = [path for path in options.paths if path != "-"]
    if not paths and not queries:
        paths = ["."]
    targets = _targets(paths, settings, options.changed_since)
    return (*queries, *(_Item(each.name, each.kind, each.path) for each in targets))


def _targets(paths: Sequence[str], settings: Settings, revision: str | None) -> tuple[Target, ...]:
    try:
        targets = find_targets(paths, settings.exclude)
        if revision is None:
            return targets
        changed = changed_files(revision, Path.cwd())
    except (UnreadableError, ChangesError) as error:
        fail(f"error: {printable(str(error))}", Exit.USAGE)
    return tuple(each for each in targets if each.path.resolve() in changed)


def _standard_input() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        fail(f"error: standard input is not UTF-8: {error}", Exit.USAGE)


@contextmanager
def _index(path: str | None) -> Iterator[Known | None]:
    if path is None:
        yield None
        return
    from lineage_index.index.index import Index
    from lineage_index.index.known import IndexKnown

    with guarded(), Index.open(path) as opened:
        yield IndexKnown(opened)


Outcome = tuple[tuple[Finding, ...], str]


def _checked(items: Sequence[_Item], clock: Clock, selection: Selection, known: Known | None) -> CheckReport:
    """The report over all texts. Many files are shared out among processes, unless an index is asked."""
    workers = min(_cores(), len(items) // _MANY + 1)
    outcomes: list[Outcome]
    try:
        if known is None and workers > 1:
            with ProcessPoolExecutor(workers, initializer=_rarely_collect) as pool:
                check = partial(_check_one, clock=clock, selection=selection)
                outcomes = list(pool.map(check, items, chunksize=_CHUNK))
        else:
            outcomes = [_check_one(each, clock=clock, selection=selection, known=known) for each in items]
    except UnreadableError as error:
        fail(f"error: {printable(str(error))}", Exit.USAGE)
    pairs = list(zip(items, outcomes, strict=True))
    findings = tuple(finding for _, (found, _) in pairs for finding in found)
    texts = {item.name: text for item, (found, text) in pairs if found}
    return CheckReport(findings, texts, len(items))


def _cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _rarely_collect() -> None:
    """Trees of queries hold no cycles: looking for some took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _check_one(item: _Item, *, clock: Clock, selection: Selection, known: Known | None = None) -> Outcome:
    """The findings about one text, and the text if there are any. Raises UnreadableError."""
    text = item.text if item.path is None else read_text(item.path)[0]
    found = check_text(item.name, text, item.kind, clock=clock, selection=selection, known=known)
    return found, text if found else ""


def _fix(items: Sequence[_Item], clock: Clock, selection: Selection) -> None:
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
        except UnreadableError as error:
            fail(f"error: {printable(str(error))}", Exit.USAGE)
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


def _diff(items: Sequence[_Item], clock: Clock, selection: Selection) -> Exit:
    """Print what --fix would change; NOTHING (1) if that is anything."""
    changed = False
    for item in items:
        try:
            text = item.text if item.path is None else read_text(item.path)[0]
        except UnreadableError as error:
            fail(f"error: {printable(str(error))}", Exit.USAGE)
        new, made = fixed(item.name, text, item.kind, clock=clock, selection=selection)
        if not made:
            continue
        changed = True
        lines = difflib.unified_diff(
            text.splitlines(keepends=True), new.splitlines(keepends=True), item.name, item.name
        )
        for line in lines:
            print(line, end="" if line.endswith("\n") else "\n\\ No newline at end of file\n")
    return Exit.NOTHING if changed else Exit.FOUND


def _print(report: CheckReport, options: CheckOptions) -> None:
    if options.output_file is not None:
        try:
            Path(options.output_file).write_text(FORMATS[options.output](report), "utf-8")
        except OSError as error:
            fail(f"error: {printable(options.output_file)}: {error.strerror}", Exit.USAGE)
        return
    colour = options.output == "text" and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    told = coloured(report) if colour else FORMATS[options.output](report)
    print(told, end="")
