"""Templates: `{{ name }}` and `{{ name.part }}`, in Jinja's grammar, with nothing of it that computes.

Jinja's sandbox parses an expression; its tree must be a look-up of names, perhaps with the filter `pql`.
The look-up is then done on plain data: no attribute of any object is read and no code is generated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion
from pql.joins.source import Piece, Placed

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.sandbox import SandboxedEnvironment

__all__ = ["LONGEST", "Hole", "Names", "assemble", "holes", "look_up", "render_text", "text_of"]

LONGEST = 8 << 20
"""Characters that a text may have after its templates."""

_LONGEST_EXPRESSION = 500
_OPENING = re.compile(r"\{[{%#]")

Names = Mapping[str, Any]
"""What templates may name: plain data."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A template in a text: where it stands, what it looks up, and whether it pastes query text."""

    span: Span
    path: tuple[str | int, ...]
    paste: bool = False

    @property
    def name(self) -> str:
        """The look-up as it is written."""
        first, *rest = self.path
        return str(first) + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in rest)


def holes(text: Placed) -> tuple[Hole, ...]:
    """The templates of a text, in order. Raises PqlError (PQL609) for anything but look-ups."""
    found: list[Hole] = []
    position = 0
    while opened := _OPENING.search(text.text, position):
        start = opened.start()
        if opened[0] != "{{":
            end = text.text.find("%}" if opened[0] == "{%" else "#}", start)
            where = Span(start, len(text.text) if end < 0 else end + 2)
            _refuse(text, where, "a block" if opened[0] == "{%" else "a comment")
        end = _closing(text.text, start + 2)
        if end < 0:
            _refuse(text, Span(start, len(text.text)), "a template without its `}}`")
        where = Span(start, end + 2)
        found.append(_hole(text, where, text.text[start + 2 : end]))
        position = end + 2
    return tuple(found)


def _closing(text: str, position: int) -> int:
    """The offset of the `}}` that closes a template; quoted text is passed over."""
    quote = ""
    while position < len(text):
        character = text[position]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif text.startswith("}}", position):
            return position
        position += 1
    return -1


def _refuse(text: Placed, span: Span, found: str, hint: str = "") -> NoReturn:
    raise text.error("PQL609", span, hint or "write `{{ name }}` or `{{ name.part }}`", found=found)


def _hole(text: Placed, span: Span, inner: str) -> Hole:
    if len(inner) > _LONGEST_EXPRESSION:
        _refuse(text, span, "so long a template")
    if inner[:1] in ("-", "+") or inner[-1:] in ("-", "+"):
        _refuse(text, span, "control of blanks")
    if not inner.strip():
        _refuse(text, span, "a template without a name")
    expression = _parsed(text, span, inner)
    from jinja2 import nodes

    paste = False
    if isinstance(expression, nodes.Filter):
        if expression.name != "pql" or expression.args or expression.kwargs or expression.node is None:
            _refuse(text, span, f"the filter `{expression.name}`", "the only filter is `pql`")
        paste, expression = True, expression.node
    return Hole(span, _path(text, span, expression), paste)


def _parsed(text: Placed, span: Span, inner: str) -> nodes.Expr:
    from jinja2 import TemplateError

    try:
        return _expression(inner)
    except (TemplateError, RecursionError) as error:
        _refuse(text, span, f"`{inner.strip()[:40]}`", str(error).partition("\n")[0])


@lru_cache(maxsize=1024)
def _expression(inner: str) -> nodes.Expr:
    """The tree of one expression. Few names are in many templates."""
    from jinja2 import TemplateSyntaxError, nodes

    match _environment().parse("{{" + inner + "}}").body:
        case [nodes.Output(nodes=[nodes.Expr() as expression])]:
            return expression
        case _:
            raise TemplateSyntaxError("expected one expression", 1)


@cache
def _environment() -> SandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(undefined=StrictUndefined)


def _path(text: Placed, span: Span, expression: nodes.Node) -> tuple[str | int, ...]:
    from jinja2 import nodes

    steps: list[str | int] = []
    while True:
        step: str | int
        match expression:
            case nodes.Name():
                steps.append(expression.name)
                return tuple(reversed(steps))
            case nodes.Getattr():
                step, inner = expression.attr, expression.node
            case nodes.Getitem(arg=nodes.Const(value=int() | str() as value)) if not isinstance(value, bool):
                step, inner = value, expression.node
            case _:
                _refuse(text, span, _described(expression))
        if isinstance(step, str) and step.startswith("__"):
            _refuse(text, span, f"the attribute `{step}`")
        steps.append(step)
        expression = inner


def _described(node: nodes.Node) -> str:
    names = {
        "Call": "a call",
        "Filter": "another filter inside",
        "Test": "a test",
        "CondExpr": "a condition",
        "Const": "a constant",
        "Getitem": "a computed key",
        "List": "a list",
        "Dict": "a mapping",
        "Compare": "a comparison",
    }
    return names.get(type(node).__name__, f"`{type(node).__name__}`")


def look_up(hole: Hole, text: Placed, names: Names) -> Any:
    """What a template names. Raises PqlError (PQL608) if nothing is defined there."""
    value: Any = names
    for position, step in enumerate(hole.path):
        if not _has(value, step):
            _undefined(hole, text, value, position)
        value = value[step]
    return value


def _has(value: Any, step: str | int) -> bool:
    if isinstance(step, str):
        return isinstance(value, Mapping) and step in value
    return _is_list(value) and 0 <= step < len(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _undefined(hole: Hole, text: Placed, value: Any, position: int) -> NoReturn:
    before = Hole(hole.span, hole.path[:position] or ("",)).name
    inside = f" in `{before}`" if position else ""
    if isinstance(value, Mapping):
        known = sorted(str(each) for each in value)
        close = suggestion(str(hole.path[position]), known)
        listed = f"defined{inside}: {', '.join(known)}" if known else f"nothing is defined{inside or ' here'}"
        hint = f"{close} {listed}".strip()
    elif _is_list(value):
        hint = f"`{before}` has {len(value):,} entries, counted from 0"
    else:
        hint = f"`{before}` is no mapping and has no parts"
    raise text.error("PQL608", hole.span, hint, name=hole.name)


def text_of(value: Any) -> str:
    """A value as text: texts as they are, anything else as JSON."""
    match value:
        case str():
            return value
        case date():
            return value.isoformat()
        case _:
            return json.dumps(value, ensure_ascii=False, default=str)


def assemble(text: Placed, parts: Sequence[tuple[Span, str]], longest: int = LONGEST) -> Placed:
    """The text with parts of it replaced; the parts are in order and don't overlap.

    Raises PqlError (PQL623) if it grows too long.
    """
    chunks: list[str] = []
    pieces: list[Piece] = []
    length = position = 0
    for span, new in (*parts, (Span(len(text.text), len(text.text)), "")):
        if span.start > position:
            kept = text.text[position : span.start]
            pieces += _moved(text, Span(position, span.start), length)
            chunks.append(kept)
            length += len(kept)
        if new:
            pieces.append(Piece(length, length + len(new), text.locate(span), False))
            chunks.append(new)
            length += len(new)
        position = span.end
        if length > longest:
            raise text.error("PQL623", length=f"more than {longest:,}", limit=f"{longest:,}")
    return Placed("".join(chunks), text.source, text.whole, tuple(pieces))


def _moved(text: Placed, span: Span, to: int) -> list[Piece]:
    """The pieces of a part of the text, as pieces of another text where it begins at `to`."""
    moved: list[Piece] = []
    for piece in text.pieces:
        start, end = max(piece.start, span.start), min(piece.end, span.end)
        if start < end:
            where = piece.span
            if piece.verbatim:
                begin = piece.span.start + start - piece.start
                where = Span(begin, begin + end - start)
            moved.append(Piece(start - span.start + to, end - span.start + to, where, piece.verbatim))
    return moved


def render_text(text: Placed, names: Names) -> Placed:
    """The text with every template replaced by the text of its value.

    Raises PqlError (PQL608, PQL609, PQL623).
    """
    return assemble(text, [(hole.span, text_of(look_up(hole, text, names))) for hole in holes(text)])
