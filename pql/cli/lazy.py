"""Groups of commands that are imported when they are called; their list is known without."""

from __future__ import annotations

import sys
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from pql.cli.exits import EPILOG, Exit, fail
from pql.cli.streams import COLOURS, ask_colour, closing_quietly, in_colour
from pql.cli.text import printable

__all__ = ["LazyGroup", "Listed", "take_colour"]


class Listed(NamedTuple):
    """A line of a table of commands: the name, the module with the function of that name, what it is for."""

    name: str
    module: str
    help: str
    """The first sentence of the function's docstring."""
    epilog: str = EPILOG
    hidden: bool = False


class LazyGroup(TyperGroup):
    """A group whose commands stand in `table`.

    It also sees to the output before Typer does, which would end a command with 1 when its reader has gone.
    """

    table: ClassVar[Sequence[Listed]] = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Commands(self.table, self.commands)

    def list_commands(self, ctx: Any) -> list[str]:
        hidden = {each.name for each in self.table if each.hidden}
        return [name for name in self.commands if name not in hidden]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        told = {each.name: each.help for each in self.table}
        rows = [
            (name, told.get(name) or self.commands[name].get_short_help_str())
            for name in self.list_commands(ctx)
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def get_help(self, ctx: Any) -> str:
        return _told(super().get_help(ctx), ctx)

    def make_context(self, *args: Any, **options: Any) -> Any:
        with closing_quietly(), _inert_faults():  # --help and --version print here
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        with closing_quietly(), _inert_faults():
            return super().invoke(ctx)


@contextmanager
def _inert_faults() -> Iterator[None]:
    """What Typer says of wrong usage repeats the argument: nothing in it may steer a terminal."""
    try:
        yield
    except Exception as error:
        fault: Any = error
        if hasattr(fault, "format_message"):  # its class has another name from one Typer to the next
            fault.message = printable(fault.message)
        raise


class _Commands(MutableMapping[str, Any]):
    """Commands by name, in the order of the table; asking for one builds that one."""

    def __init__(self, table: Sequence[Listed], built: MutableMapping[str, Any]) -> None:
        self._listed = {each.name: each for each in table}
        self._built = dict(built)

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = _built(self._listed[name])
        return self._built[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._built[name] = command

    def __delitem__(self, name: str) -> None:
        self._listed.pop(name, None)
        self._built.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        yield from self._listed
        yield from (name for name in self._built if name not in self._listed)

    def __len__(self) -> int:
        return len(self._listed.keys() | self._built.keys())


class _Command(TyperCommand):
    def get_help(self, ctx: Any) -> str:
        return _told(super().get_help(ctx), ctx)


def _told(text: str, ctx: Any) -> str:
    """The help, in colour where that is wanted."""
    ctx.color = in_colour(sys.stdout)  # Typer takes escapes away unless it is told so
    if not ctx.color:
        return text
    from pql.cli.tones import coloured_help

    return coloured_help(text)


def _built(listed: Listed) -> Any:
    function = getattr(import_module(listed.module), listed.name.replace("-", "_"))
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    alone.command(listed.name, cls=_Command, epilog=listed.epilog)(function)
    command = typer.main.get_command(alone)
    if not listed.hidden and all("--color" not in each.opts for each in command.params):
        command.params.append(_color_option())
    return command


def _color_option() -> Any:
    """`--color` behind a command; in front of it stands that of the whole program."""
    return TyperOption(
        param_decls=["--color"],
        metavar="WHEN",
        help="auto, always or never.",
        expose_value=False,
        is_eager=True,
        callback=take_colour,
    )


def take_colour(ctx: Any, param: Any, value: str | None) -> None:
    """The callback of `--color`."""
    if value is None:
        return
    if value not in COLOURS:
        fail(f"error: --color is one of {', '.join(COLOURS)}, not {value!r}", Exit.USAGE)
    ask_colour(value)
