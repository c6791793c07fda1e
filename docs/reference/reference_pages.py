"""Pages of the reference that are written from the code: commands, fields, settings, exit codes, the library.

`python docs/generate.py` writes them; a test fails where the files are not what this would write.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import Any

import typer

from pql.catalog.fields import Entity
from pql.check import config, saved
from pql.cli.exits import CHECK_EPILOG, EPILOG, RUN_EPILOG, Exit
from pql.cli.main import COMMANDS, INDEX_COMMANDS, app

HERE = Path(__file__).parent
sys.path.append(str(HERE))
sys.path.append(str(HERE.parent))

from generate import family_table, field_table  # noqa: E402
from library_pages import library_pages  # noqa: E402

ENTITY_TITLES = {
    Entity.RUN: "Of a run",
    Entity.ARTIFACT: "Of an artifact",
    Entity.POINT: "Of a point of a metric",
    Entity.CONNECTION: "Of a connection",
}
CHECK_SETTINGS = {
    "select": "a list of codes, beginnings of codes, or names of rules: only these",
    "ignore": "a list of the same: not these",
    "exclude": "a list of patterns as in `.gitignore`: folders that are left out",
}
QUERY_SETTINGS = {
    "query": "the query; without it, every run",
    "sort": "the default of `--sort`",
    "limit": "the default of `--limit`, a whole number of at least 1",
    "columns": "the default of `--columns`",
    "entity": "`runs`, `artifacts` or `points`",
    "description": "what the query is for, in words",
}
ENVIRONMENT = {
    "PQL_INDEX": "the index, where `--index` is not given",
    "PQL_STORE": "where `tracking` puts run folders, and where `pql run` puts its own",
    "PQL_RUN_UUID": "set by `pql run` for each process: the run that it is",
    "PQL_CACHE": "copies of indexes at URLs (else `$XDG_CACHE_HOME/pql`, else `~/.cache/pql`)",
    "PQL_CACHE_SIZE": "how large the copies of one index may become, such as `500M` (else 20 GiB)",
    "PQL_TRACEBACK": "`1` shows the traceback of an internal error",
    "NO_COLOR": "anything: no colours, unless `--color` asks for them",
    "FORCE_COLOR": "anything but `0`: colours in a pipe, too; so does `CLICOLOR_FORCE`",
    "COLUMNS": "the width of tables and pictures",
    "TMPDIR": "where runs of a store at a URL are copied to while they are read",
}
EXIT_WORDS = {
    Exit.FOUND: "found, or done",
    Exit.NOTHING: "nothing found",
    Exit.USAGE: "wrong usage, a wrong query, or a store that can't be read",
    Exit.INDEX: "the index is missing, unreadable, or of a newer version",
    Exit.INTERNAL: "an internal error: please report it",
    Exit.OUTPUT: "the output can't be written",
    Exit.INTERRUPTED: "interrupted",
}
COMMANDS_INTRO = """\
As `--help` of each command tells them. [Exit codes](exit-codes.md) and [settings](settings.md) have
pages of their own.
"""
FIELDS_INTRO = """\
What a query can ask about. `.*` stands for a key: `metrics.loss`, `inputs.model.dim`. The
[language](../../grammar/SPEC.md) says what each means; `pql keys` lists the keys of an index.
"""
FIELDS_END = """\
## Relations

Lead to one run at most: `pipeline`, `controller`, `original`. To any number of runs: `upstream`,
`downstream`; at any distance: `upstream*`, `downstream*`. To what a run has: `artifacts`, `connections`.
After the dot stands any field of what they lead to: `pipeline.name`, `upstream.metrics.loss`,
`artifacts.kind`.

## History of a metric

`min` `max` `mean` `first` `last` `count` of all points, `argmin` and `argmax` (the step of the extreme),
and `at(metrics.loss, 100)` (the value at that step, or the last before it).
"""
SETTINGS_INTRO = """\
`pql.toml` stands beside the code, in git. It is looked for in the working directory, then upwards. The
same tables may stand in `pyproject.toml` below `[tool.pql]`.
"""
EXIT_NOTES = """\
`pql diff` ends with 1 if nothing changed, `pql why` if the run does not match, `pql fmt --check` if the
query is not in its canonical form, `pql index verify` with 3 if tables disagree.

Two commands have meanings of their own:
"""
_CODE = re.compile(r"(`[^`]*`)")


def pages() -> dict[str, str]:
    """The pages by their paths below docs/reference."""
    return {
        "commands.md": commands_page(),
        "fields.md": fields_page(),
        "settings.md": settings_page(),
        "exit-codes.md": exit_codes_page(),
        **{f"library/{name}": text for name, text in library_pages().items()},
    }


def commands_page() -> str:
    """Every command: what it is for, its arguments and options, its examples."""
    group: Any = typer.main.get_command(app)
    listed = [(each, group.commands[each.name]) for each in COMMANDS if not each.hidden]
    below = [(each, group.commands["index"].commands[each.name]) for each in INDEX_COMMANDS]
    parts = [
        "# Commands\n",
        COMMANDS_INTRO,
        "| command | |\n|---|---|",
        *(f"| [`pql {each.name}`](#pql-{each.name}) | {_cell(each.help)} |" for each, _ in listed),
        *(f"| [`pql index {each.name}`](#pql-index-{each.name}) | {_cell(each.help)} |" for each, _ in below),
        "",
        *(_command(f"pql {each.name}", command) for each, command in listed),
        *(_command(f"pql index {each.name}", command) for each, command in below),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _command(name: str, command: Any) -> str:
    told, _, examples = inspect.cleandoc(command.help).partition("\b\n")
    usage = " ".join([name, *command.collect_usage_pieces(typer.Context(command))])
    parts = [f"## {name}\n", f"{_text(told.strip())}\n", f"```\n{usage}\n```\n"]
    rows = [_parameter(each) for each in command.params if not getattr(each, "hidden", False)]
    if rows:
        parts.append("\n".join(["| argument, option | |\n|---|---|", *rows]) + "\n")
    if examples:
        parts.append("Examples:\n\n```\n" + examples.strip() + "\n```\n")
    return "\n".join(parts)


def _parameter(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"| `{_bar(parameter.human_readable_name.upper())}` | {_cell(parameter.help or '')} |"
    names = [*reversed(parameter.opts), *parameter.secondary_opts]
    takes = "" if parameter.is_flag else f" {parameter.metavar or parameter.type.name.upper()}"
    default = parameter.default
    plain = isinstance(default, str | int | float) and not isinstance(default, bool) and default != ""
    tail = f" Default: `{default}`." if plain else ""
    required = " Required." if parameter.required else ""
    return f"| `{_bar(', '.join(names) + takes)}` | {_cell(parameter.help or '')}{tail}{required} |"


def _bar(text: str) -> str:
    return text.replace("|", "\\|")


def _text(text: str) -> str:
    """Text of a help as Markdown: what stands in backticks stays, the rest has no markup."""
    pieces = _CODE.split(text)
    return "".join(
        piece if number % 2 else re.sub(r"([<>*\[\]])", r"\\\1", piece) for number, piece in enumerate(pieces)
    )


def _cell(text: str) -> str:
    return _bar(_text(" ".join(text.split())))


def fields_page() -> str:
    """Every field of every entity, and what each family takes."""
    parts = [
        "# Fields\n",
        FIELDS_INTRO,
        "## What each family takes\n",
        family_table() + "\n",
    ]
    for entity in Entity:
        parts += [f"## {ENTITY_TITLES[entity]}\n", field_table(entity) + "\n"]
    parts.append(FIELDS_END)
    return "\n".join(parts).rstrip() + "\n"


def settings_page() -> str:
    """Settings of pql.toml, and the environment."""
    queries = [f"| `{key}` | {QUERY_SETTINGS[key]} |" for key in saved.SETTINGS]
    check = [f"| `{key}` | {CHECK_SETTINGS[key]} |" for key in config._KEYS]
    parts = [
        "# Settings\n",
        SETTINGS_INTRO,
        "## `[queries.NAME]`\n",
        "A saved query, called `@NAME` on the command line. Options that are typed go before what it has.\n",
        "\n".join(["| key | |\n|---|---|", *queries]) + "\n",
        "## `[check]`\n",
        "What `pql check` looks for. `--select` and `--ignore` go before it.\n",
        "\n".join(["| key | |\n|---|---|", *check]) + "\n",
        "## Environment\n",
        "\n".join(["| variable | |\n|---|---|", *(f"| `{k}` | {v} |" for k, v in ENVIRONMENT.items())]),
    ]
    return "\n".join(parts).rstrip() + "\n"


def exit_codes_page() -> str:
    """What the process says with its exit code."""
    rows = [f"| {code.value} | {EXIT_WORDS[code]} |" for code in Exit]
    parts = [
        "# Exit codes\n",
        "Those of every command, as grep has them:\n",
        "\n".join(["| code | meaning |\n|---|---|", *rows]) + "\n",
        EXIT_NOTES,
        "\n".join(
            [
                "| code | `pql check` | `pql run` |\n|---|---|---|",
                *_two_columns(_spelled(CHECK_EPILOG), _spelled(RUN_EPILOG)),
            ]
        ),
    ]
    assert set(_spelled(EPILOG)) == {int(code) for code in Exit}
    return "\n".join(parts).rstrip() + "\n"


def _spelled(epilog: str) -> dict[int, str]:
    """The codes of an epilog and their words."""
    told = epilog.removeprefix("Exit codes: ").rstrip(".")
    return {int(code): words for code, words in re.findall(r"(\d+) ((?:(?!, \d).)+)", told)}


def _two_columns(first: dict[int, str], second: dict[int, str]) -> list[str]:
    codes = sorted(first.keys() | second.keys())
    return [f"| {code} | {first.get(code, '')} | {second.get(code, '')} |" for code in codes]


def write() -> None:
    """Write every page."""
    for name, text in pages().items():
        path = HERE / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
