"""Groups of commands that are imported when they are called; their list is known without."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import typer
from typer.core import TyperGroup

from pql.cli.exits import EPILOG
from pql.cli.streams import closing_quietly

__all__ = ["LazyGroup", "Listed"]


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

    def make_context(self, *args: Any, **options: Any) -> Any:
        with closing_quietly():  # --help and --version print here
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        with closing_quietly():
            return super().invoke(ctx)


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


def _built(listed: Listed) -> Any:
    function = getattr(import_module(listed.module), listed.name.replace("-", "_"))
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    alone.command(listed.name, epilog=listed.epilog)(function)
    return typer.main.get_command(alone)
