"""Commands called in this process, and what a command left behind, in this process or another."""

from __future__ import annotations

from dataclasses import dataclass

from typer.testing import CliRunner

from pql.cli.main import app

__all__ = ["Said", "called"]


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def called(*arguments: str, stdin: str | None = None) -> Said:
    """Call a command in this process; what it lets through as an exception goes on."""
    done = CliRunner().invoke(app, list(arguments), input=stdin)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Said(done.exit_code, done.stdout, done.stderr)
