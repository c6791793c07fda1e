"""`pql search`: a page of what is found, in the form that the reader wants."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from lineage_index.index.index import ENTITY_NAMES, Index
from lineage_index.index.result import SearchResult
from pql.binder.bound import BoundQuery
from pql.catalog.fields import Entity
from pql.cli.exits import Exit, fail, guarded, say, tell
from pql.cli.output import (
    chosen_format,
    encode,
    folded,
    paints,
    tabulate,
    terminal_width,
    write_bytes,
    write_text,
)
from pql.cli.output_cells import json_text
from pql.cli.output_columns import (
    ShownColumn,
    asked_columns,
    default_columns,
    part_columns,
    wide_columns,
)
from pql.cli.output_index import open_index
from pql.cli.table import fit_table
from pql.diagnostics.diagnostic import PqlError
from pql.syntax.parser import LONGEST

__all__ = ["SearchOptions", "run_search", "say_why_nothing", "whole"]

_DEFAULT_LIMIT = 20
_FIRST = "start"
"""The token in front of the first page."""


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """What the command line said, as text."""

    query: str | None
    sort: str | None = None
    limit: str | None = None
    offset: str = "0"
    every: bool = False
    entity: str = "runs"
    columns: str | None = None
    format: str | None = None
    file: str | None = None
    after: str | None = None
    as_of: str | None = None
    index: str | None = None
    defaults: str | None = None
    query_file: str | None = None

    @property
    def longest(self) -> int | None:
        """Of a query that stands in a file, its writer has thought; one may also come in from elsewhere."""
        return LONGEST if self.query_file is None else None


def run_search(options: SearchOptions) -> None:
    """Search and print; ends the process with 1 if nothing is found."""
    form = chosen_format(options.format, options.file)
    if options.entity not in ENTITY_NAMES:
        fail(f"error: --entity is one of {', '.join(ENTITY_NAMES)}, not {options.entity!r}", Exit.USAGE)
    if options.every and options.limit is not None:
        fail("error: --all and --limit exclude each other", Exit.USAGE)
    if options.query_file is not None:
        if options.query is not None:
            fail("error: a query and --query-file exclude each other", Exit.USAGE)
        options = replace(options, query=_read_query(options.query_file))
    if options.defaults is not None:
        from pql.cli.defaults import asked_query

        entity = ENTITY_NAMES[options.entity]
        options = replace(
            options, query=asked_query(options.query, options.defaults, entity, options.longest)
        )
    as_of = _version_of(options)
    limit = _limit(options)
    offset = whole(options.offset, "--offset", 0)
    after = None if options.after == _FIRST else options.after
    with guarded(), open_index(options.index, as_of) as opened:
        try:
            result = opened.search(
                options.query,
                sort=options.sort,
                limit=limit,
                offset=offset,
                entity=options.entity,
                after=after,
                max_length=options.longest,
            )
        except PqlError as error:
            from pql.cli.names import sort_error

            raise sort_error(opened, error, options.entity) from None
        except ValueError as error:
            fail(f"error: --after: {error}", Exit.USAGE)
        for warning in result.warnings:
            text = options.sort if warning.source == "sort" else options.query
            tell(warning, text or "")
        bound = opened.bind(
            options.query, sort=options.sort, entity=options.entity, max_length=options.longest
        )
        _Answer(opened, result, bound, form, options).write()
        if not len(result):
            if not result.total and form in ("table", "wide", "markdown"):
                say_why_nothing(opened, bound, options.query)
            raise SystemExit(int(Exit.NOTHING))


def _read_query(file: str) -> str:
    """The text of a file, or of standard input."""
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8-sig").strip()
    except OSError as error:
        fail(f"error: {file}: {error.strerror}", Exit.USAGE)
    except UnicodeDecodeError as error:
        fail(f"error: {file}: not UTF-8: {error.reason} at byte {error.start}", Exit.USAGE)


def _limit(options: SearchOptions) -> int | None:
    if options.every:
        return None
    return _DEFAULT_LIMIT if options.limit is None else whole(options.limit, "--limit", 1)


def _version_of(options: SearchOptions) -> str | None:
    """The version to open: a page by a token is of the token's."""
    if options.after is None or options.after == _FIRST:
        return options.as_of
    from lineage_index.index.keyset import read_token

    if options.as_of is not None:
        fail("error: --after has its own version; --as-of can't be given beside it", Exit.USAGE)
    try:
        return str(read_token(options.after).snapshot)
    except ValueError as error:
        fail(f"error: --after: {error}", Exit.USAGE)


def whole(text: str, option: str, least: int) -> int:
    """The whole number that an option spells; ends the process if it spells none or one below `least`."""
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        fail(f"error: {option} takes a whole number of at least {least}, not {text!r}", Exit.USAGE)
    return number


@dataclass(frozen=True, slots=True)
class _Answer:
    """A result, and how it is to be written."""

    index: Index
    result: SearchResult
    bound: BoundQuery
    form: str
    options: SearchOptions

    def write(self) -> None:
        """Write the page, and say how many match and how to see more."""
        file = self.options.file
        match self.form:
            case "table":
                self._table()
            case "uuid":
                write_text("".join(f"{uuid}\n" for uuid in self.result.uuids), file)
            case "json":
                write_text(self._json(), file, utf8=True)
            case "jsonl" if self.options.columns is None:
                lines = "".join(json_text(row) + "\n" for row in self.result.rows)
                write_text(lines, file, utf8=True)
            case "parquet" | "arrow" if self.options.columns is None and self.bound.entity is Entity.RUN:
                write_bytes(encode(self.result.to_arrow(), self.form), file)
            case _:
                self._columns()
        self._more()

    def _table(self) -> None:
        file = self.options.file
        lines = ""
        if len(self.result):
            columns = [each.text() for each in self._chosen()]
            text, hidden = fit_table(
                columns, terminal_width(file), frozenset({"uuid", "run", "age"}), coloured=paints(file)
            )
            lines = text + "\n"
            if hidden:
                lines += folded(f"no room for: {', '.join(hidden)} (--columns or --format wide)", file) + "\n"
        self._counted(lines)

    def _columns(self) -> None:
        if self.form == "wide" and not len(self.result):
            self._counted("")
            return
        to_terminal = self.options.file is None and sys.stdout.isatty()
        content = tabulate(
            self._chosen(), self.form, terminal=to_terminal, coloured=paints(self.options.file)
        )
        if isinstance(content, bytes):
            write_bytes(content, self.options.file)
        elif self.form == "wide":
            self._counted(content)
        else:
            write_text(content, self.options.file, utf8=True)

    def _counted(self, lines: str) -> None:
        """A table, and below it how many match. Without a table that is told on standard error."""
        total, shown = self.result.total, len(self.result)
        what = self.bound.entity.value.removesuffix("s") + ("" if total == 1 else "s")
        if shown == total:
            more = ""
        elif not shown and int(self.options.offset) >= total:
            more = f"; none shown: --offset {int(self.options.offset):,} is past the last"
        else:
            more = f", {shown:,} shown (--all or --limit for more)"
        sentence = f"{total:,} {what} matched{more}\n"
        if self.options.file is not None:
            write_text(lines, self.options.file)
            sys.stderr.write(sentence)
        elif lines:
            write_text(lines + sentence, None)
        else:
            sys.stderr.write(sentence)

    def _chosen(self) -> list[ShownColumn]:
        if self.bound.entity is not Entity.RUN:
            return part_columns(self.result, self.options.columns)
        if self.options.columns is not None:
            return asked_columns(self.index, self.result, self.options.columns)
        if self.form == "wide":
            return wide_columns(self.index, self.result, self.bound)
        return default_columns(self.result, self.bound)

    def _json(self) -> str:
        """One object: the rows, a line each, and what else there is to know of the page."""
        rows = self.result.rows
        if self.options.columns is not None:
            columns = self._chosen()
            rows = [{each.name: each.cells[place] for each in columns} for place in range(len(rows))]
        lines = ",\n".join("  " + json_text(row) for row in rows)
        inside = f"[\n{lines}\n ]" if rows else "[]"
        head = {
            "total": self.result.total,
            "snapshot": self.result.snapshot,
            "next": self.result.next_token,
        }
        told = "".join(f' "{name}": {json_text(value)},\n' for name, value in head.items())
        return f'{{\n{told} "rows": {inside}\n}}\n'

    def _more(self) -> None:
        """How to go on, for whoever pages by tokens or sits at a terminal."""
        asked = self.options.after is not None
        if not asked and not (sys.stderr.isatty() and sys.stdout.isatty()):
            return
        token = self.result.next_token
        if token is not None:
            sys.stdout.flush()  # the page comes first, where both go to one place
            print(f"next page: --after {token}", file=sys.stderr)


def say_why_nothing(index: Index, bound: BoundQuery, query: str | None) -> None:
    from pql.cli.nothing import nothing_lines

    if len(query or "") > LONGEST:  # each of its values would be held against those that are there
        return
    for line in nothing_lines(index, bound, query or ""):
        say(line)
