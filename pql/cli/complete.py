"""What a shell may offer for a line that is being typed. Whatever goes wrong, it offers nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple, TypeVar

from pql.cli.complete_query import complete_names, complete_query, complete_saved, known_keys, stored_values
from pql.cli.streams import COLOURS

__all__ = ["FILES", "Word", "candidates", "complete_line", "split_line"]

FILES = ":files"
"""Said instead of candidates: the shell's own files and folders."""

_Found = TypeVar("_Found")

_QUERIES = ("query", "what")
_NAMES = {"sort": True, "columns": False, "by": False, "color": False, "of": True, "x": False, "y": False}
_CLOSED = {
    "entity": ("runs", "artifacts", "points"),
    "emit": ("text", "ast", "bound", "plan", "sql", "duckdb"),
    "report": ("text", "json"),
    "color": COLOURS,
    "defaults": ("polyaxon",),
    "by": ("content", "uri"),
}
_TABLES = ("table", "wide", "json", "jsonl", "csv", "parquet", "arrow", "markdown")
_FORMATS = {
    "search": (*_TABLES, "uuid"),
    "stats": _TABLES,
    "compare": _TABLES,
    "lineage": ("tree", "dot", "mermaid", "json", "openlineage"),
    "resolve": ("yaml", "json"),
    "check": ("text", "concise", "json", "sarif", "github", "junit"),
    "index export": ("parquet", "csv", "duckdb"),
}
_OPEN = {("stats", "by"), ("plot", "color")}
"""Options that have the name of a closed one."""

_ENDING = {"'": "'", '"': '"$`\\!'}
"""What an open quote doesn't hold as it is."""

_SPECIAL = re.compile(r"([^\w@%+=:,./~-])")


class Word(NamedTuple):
    """A word of a line, and the quote that is still open at its end."""

    text: str
    quote: str


def split_line(line: str) -> list[Word]:
    """The words of a command line up to the cursor; the last one is being typed, and may be empty."""
    words: list[Word] = []
    text, quote, begun, at = "", "", False, 0
    while at < len(line):
        character = line[at]
        if character == "\\" and quote != "'" and at + 1 < len(line):
            text += line[at + 1]
            begun, at = True, at + 1
        elif quote:
            text, quote = (text, "") if character == quote else (text + character, quote)
        elif character in "\"'":
            quote, begun = character, True
        elif character.isspace():
            if begun:
                words.append(Word(text, ""))
            text, begun = "", False
        else:
            text, begun = text + character, True
        at += 1
    return [*words, Word(text, quote)]


def complete_line(line: str, current: str | None = None) -> list[str]:
    """The candidates for the last word of a line. `current` is the part of it that bash replaces: bash ends
    words at colons and the like; the candidates are cut to that part, and escaped as the line needs it."""
    words = split_line(line)
    last = words[-1]
    found = [each for each in dict.fromkeys(candidates([each.text for each in words])) if _safe(each, last)]
    if current is None or found == [FILES]:
        return found
    if last.quote and len(found) == 1 and re.search("[:,]", found[0]):
        found.append(f"{found[0]},")  # bash ends the quote behind a word that can only be one
    cut = len(last.text) - len(current) if last.text.endswith(current) else 0
    parts = [each[cut:] for each in found]
    return parts if last.quote else [_SPECIAL.sub(r"\\\1", each) for each in parts]


def _safe(candidate: str, word: Word) -> bool:
    """Can the line hold it? Names and values are those of a run store: they must neither steer the terminal
    nor end the quote that is open, and be a command from there on."""
    return candidate.isprintable() and not set(candidate) & set(_ENDING.get(word.quote, ""))


def candidates(words: list[str]) -> Iterator[str]:
    """What the last of the words can become, as whole words without quotes."""
    import typer

    from pql.cli.main import app

    group: Any = typer.main.get_command(app)
    rest = words[1:]
    rest, path = _behind_options(rest), list[str]()
    while hasattr(group, "commands") and len(rest) > 1 and rest[0] in group.commands:
        group, rest, path = group.commands[rest[0]], rest[1:], [*path, rest[0]]
    last = rest[-1] if rest else ""
    options = {name: each for each in group.params for name in each.opts if name.startswith("-")}
    valued = {name for name, each in options.items() if not each.is_flag}
    if hasattr(group, "commands"):
        if len(rest) == 2 and rest[0] in valued:
            yield from _of_parameter(group.name, options[rest[0]], last, None)
        if len(rest) > 1:
            return
        names: Iterable[str] = group.list_commands(None)
        yield from (each for each in (*names, "--help", *options) if each.startswith(last))
        return
    command = " ".join(path)
    before = rest[:-1]
    given = _value_of(before, ("--index",))
    if before and before[-1] in valued:
        yield from _of_parameter(command, options[before[-1]], last, given)
    elif last.startswith("--") and "=" in last and last.partition("=")[0] in valued:
        name, _, value = last.partition("=")
        yield from (f"{name}={each}" for each in _of_parameter(command, options[name], value, given))
    elif last.startswith("-"):
        every = [name for each in group.params for name in (*each.opts, *each.secondary_opts)]
        yield from (each for each in (*every, "--help") if each.startswith(last) and each.startswith("--"))
    else:
        arguments = [each for each in group.params if not any(name.startswith("-") for name in each.opts)]
        place = sum(
            not each.startswith("-") and (not number or before[number - 1] not in valued)
            for number, each in enumerate(before)
        )
        if arguments and (place < len(arguments) or arguments[-1].nargs == -1):
            yield from _of_parameter(command, arguments[min(place, len(arguments) - 1)], last, given)


def _behind_options(words: list[str]) -> list[str]:
    """The words without what stands in front of a command: `--color never`."""
    if len(words) > 2 and words[0] == "--color":
        return words[2:]
    return words[1:] if len(words) > 1 and words[0].startswith("--color=") else words


def _value_of(words: list[str], names: tuple[str, ...]) -> str | None:
    for number, each in enumerate(words):
        if each in names and number + 1 < len(words):
            return words[number + 1]
        for name in names:
            if each.startswith(f"{name}="):
                return each.partition("=")[2]
    return None


def _of_parameter(command: str, parameter: Any, text: str, index: str | None) -> Iterator[str]:
    name = parameter.opts[0].lstrip("-").replace("-", "_")
    closed = () if (command, name) in _OPEN else _CLOSED.get(name, ())
    if name == "format":
        closed = _FORMATS.get(command, ("text", "json"))
    if closed:
        yield from (each for each in closed if each.startswith(text))
    elif name in _NAMES:
        yield from complete_names(text, _found({}, known_keys, index), sort=_NAMES[name])
    elif name in _QUERIES:
        if not text or text.startswith("@"):
            yield from complete_saved(text)
        values = partial(_found, list[str](), stored_values, index)
        yield from complete_query(text, _found({}, known_keys, index), values)
    elif name == "shell":
        yield from (each for each in ("bash", "zsh", "fish") if each.startswith(text))
    elif any(
        each in str(parameter.metavar or name).lower() for each in ("file", "dir", "path", "store", "target")
    ):
        yield FILES


def _found(nothing: _Found, read: Callable[..., _Found], *arguments: Any) -> _Found:
    """What an index says; where there is none, or none that can be read, there are the fields at least."""
    try:
        return read(*arguments)
    except Exception:  # noqa: BLE001 - a shell that completes shows no error
        return nothing
