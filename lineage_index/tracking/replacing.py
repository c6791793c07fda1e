"""Files that appear whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import get_native_id

__all__ = ["replacing"]


@contextmanager
def replacing(target: str) -> Iterator[str]:
    """A path beside `target`, of this thread alone. What the block writes there stands at `target`
    afterwards, in place of what was there; if the block fails, nothing is left of it. Raises OSError."""
    temporary = f"{target}.{get_native_id()}.tmp"
    try:
        yield temporary
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
