"""Names that look like a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["did_you_mean", "nearest", "suggestion"]


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known names closest to `name`, best first; empty if none is close."""
    from difflib import get_close_matches

    folded: dict[str, str] = {}
    for each in known:
        folded.setdefault(each.lower(), each)
    return [folded[match] for match in get_close_matches(name.lower(), folded, n=most, cutoff=0.6)]


def suggestion(name: str, known: Iterable[str]) -> str:
    """A hint that names the closest known names, or an empty text."""
    return did_you_mean(nearest(name, known))


def did_you_mean(names: Iterable[str]) -> str:
    """A hint that offers these names, or an empty text where there are none."""
    offered = " or ".join(f"`{each}`" for each in names)
    return f"did you mean {offered}?" if offered else ""
