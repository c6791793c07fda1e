"""Exit codes, and the one place where errors become words and a code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from pql.diagnostics.diagnostic import Diagnostic

__all__ = ["CHECK_EPILOG", "EPILOG", "RUN_EPILOG", "Exit", "fail", "guarded", "say", "tell", "warn"]


class Exit(IntEnum):
    """What the process says with its exit code."""

    FOUND = 0
    NOTHING = 1
    USAGE = 2
    INDEX = 3
    INTERNAL = 70
    OUTPUT = 74
    INTERRUPTED = 130


EPILOG = (
    "Exit codes: 0 found (or done), 1 nothing found, 2 wrong usage or query, "
    "3 index missing or unreadable, 70 internal error, 74 output not writable, 130 interrupted."
)

CHECK_EPILOG = (
    "Exit codes: 0 nothing found, 1 findings, 2 wrong usage or a file that can't be read, "
    "3 index missing or unreadable."
)

RUN_EPILOG = (
    "Exit codes: 0 every run succeeded (or was there already), 1 some did not, 2 wrong usage or file, "
    "3 index unreadable, 130 interrupted, 143 terminated."
)


def fail(message: str, code: Exit) -> NoReturn:
    """Say what is wrong on standard error and end with the code."""
    warn(message)
    raise SystemExit(int(code))


def warn(message: str) -> None:
    """Say something on standard error; what its first word says of it (`error: …`) is seen at once."""
    from pql.cli.streams import in_colour
    from pql.cli.text import printable

    message = "\n".join(printable(line) for line in message.split("\n"))

    kind, colon, rest = message.partition(":")
    kinds = {"error": "ERROR", "internal error": "ERROR", "warning": "WARNING"}
    style = kinds.get(kind.partition("[")[0])
    if style is not None and in_colour(sys.stderr):
        from pql.diagnostics.style import Style, painted

        message = painted(kind, Style[style]) + colon + rest
    say(message)


def say(message: str) -> None:
    """Printable lines on standard error, folded to what a terminal has room for."""
    from pql.cli.streams import columns_of
    from pql.cli.text import fold

    columns = columns_of(sys.stderr)
    print("\n".join(fold(line, columns) for line in message.split("\n")), file=sys.stderr)


def tell(diagnostic: Diagnostic, text: str) -> None:
    """A diagnostic about a text on standard error."""
    from pql.cli.streams import columns_of, in_colour
    from pql.diagnostics.render import render

    columns = columns_of(sys.stderr)
    print(render(diagnostic, text, coloured=in_colour(sys.stderr), columns=columns), file=sys.stderr)


@contextmanager
def guarded() -> Iterator[None]:
    """Turn every expected error inside into one message and its exit code."""
    from pql.diagnostics.diagnostic import PqlError

    try:
        yield
    except PqlError as error:
        tell(error.diagnostic, error.text)
        raise SystemExit(int(Exit.USAGE)) from None
    except Exception as error:
        from lineage_index.store.errors import StoreError
        from pql.cli.text import printable

        if isinstance(error, StoreError):
            fail(f"error: {printable(str(error).splitlines()[0])}", Exit.INDEX)
        raise
