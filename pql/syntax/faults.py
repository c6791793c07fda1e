"""From what the parser did not expect to a diagnostic that a person can act on."""

from __future__ import annotations

import re

from lark import UnexpectedInput, UnexpectedToken

from pql.diagnostics.diagnostic import Diagnostic
from pql.diagnostics.span import Span
from pql.syntax.build import quote, unquote
from pql.syntax.grammar import lark_parser

__all__ = ["explain_unexpected"]

_LAST_FIELD = re.compile(
    r"""([A-Za-z_][A-Za-z0-9_]*\*?(?:\.(?:"(?:\\.|[^"\\])*"|[^\s:,()|"'<>=~.]+))*)\s*\Z"""
)
_QUOTED = re.compile(r"""(["'])(?:\\.|(?!\1)[^\\])*\1""", re.DOTALL)
_NAMES = {
    "_AND": "AND",
    "_OR": "OR",
    "_OR_BAR": "`|`",
    "NOT": "NOT",
    "_BAR": "`|`",
    "_COMMA": "`,`",
    "_COLON": "`:`",
    "DOTS": "`..`",
    "OPEN": "`..`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "TILDE": "`~`",
    "MINUS": "`-`",
    "COMPARE": "a comparison",
    "CALL": "a function",
    "FIELD": "a field",
    "QUOTED": "a quoted value",
    "REGEX": "a regular expression",
    "BARE": "a value",
    "$END": "the end",
}
_BARE_KEY = re.compile(r"""[^\s:,()|"'<>=~.]+(?:\.[^\s:,()|"'<>=~.]+)*""")
_WANTED = {"query": "a condition `field:value`", "sort": "a sort key"}
_QUOTE_IT = "quote a value that holds a parenthesis"
_AFTER_CONDITION = {"_AND", "_OR", "_OR_BAR", "_BAR", "_COMMA", "$END"}


def explain_unexpected(text: str, start: str) -> Diagnostic:
    """The diagnostic for a text that does not parse; `start` is `query` or `sort`.

    lark reads it again, as it can tell what could have come. ValueError if it finds nothing wrong.
    """
    try:
        lark_parser().parse(text, start=start)
    except UnexpectedInput as error:
        return _diagnostic(error, text, start)
    raise ValueError("the text can be parsed")


def _diagnostic(error: UnexpectedInput, text: str, start: str) -> Diagnostic:
    expected, span, found = _facts(error, text)
    position = span.start
    before = text[:position]
    if found == "RPAR" and expected and expected <= _AFTER_CONDITION:
        return Diagnostic("PQL106", span, hint="remove it, or quote the value if it is part of one")
    opens_quote = position < len(text) and text[position] in "\"'"
    closed = _QUOTED.match(text, position)
    if closed and expected == {"BARE"}:  # the second argument of a call
        return _unexpected_quotes(closed, "a step", "write the step without quotes")
    if closed and before[-1:] == ".":
        return _unexpected_quotes(
            closed, "a key", f"keys take double quotes: write `{quote(unquote(closed[0]))}`"
        )
    if closed and "FIELD" in expected:
        hint = 'a field stands without quotes, only its key may have some: `metrics."my loss"`'
        return _unexpected_quotes(closed, _WANTED[start], hint)
    if opens_quote and (expected & {"QUOTED", "BARE"} or before[-1:] == "."):
        return Diagnostic("PQL107", Span(position, len(text)), hint="a backslash escapes a quote inside")
    if "_COLON" in expected and expected <= {"_COLON", "_COMMA"} and start == "query":
        name = _LAST_FIELD.search(before)
        where = Span(name.start(1), name.end(1)) if name else span
        if name and name[1].lower() in ("and", "or"):  # a connective with nothing before it, read as a name
            return _general({"FIELD"}, where, text, start)
        payload = {"field": name[1] if name else before.split()[-1]}  # a call, or a dot without a key
        return Diagnostic("PQL103", where, payload, _instead(payload["field"], text[len(before.rstrip()) :]))
    if "BARE" in expected and "QUOTED" in expected and "FIELD" not in expected:
        after = before.rstrip()
        shown = after[-1:] if after else ""
        hint = _QUOTE_IT if found == "LPAR" else "`nil` asks for a missing value"
        return Diagnostic("PQL104", span, {"after": shown}, hint)
    if position >= len(text) and "RPAR" in expected:
        opening = _unclosed(text)
        return Diagnostic("PQL105", Span(opening, opening + 1), hint="add `)`")
    if before.rstrip()[-1:] in {'"', "'"} and found not in {"_COMMA", "RPAR"}:
        return Diagnostic("PQL108", span, hint="put the whole value in the quotes, or a comma between")
    return _general(expected, span, text, start)


def _unexpected_quotes(closed: re.Match[str], expected: str, hint: str) -> Diagnostic:
    payload = {"found": f"`{closed[0][:20]}`", "expected": expected}
    return Diagnostic("PQL102", Span(*closed.span()), payload, hint)


_SUBSCRIPT = re.compile(r"""\s*\[\s*(?P<key>"[^"]*"|'[^']*')\s*\]""")
_FOREIGN = re.compile(r"""\s*(?P<sign>!=|==?(?![<>])|<>|[<>]=?|=[<>])\s*(?P<value>[^\s,()|:"']*)""")
_SIGNS = {"=": "", "==": "", "!=": "~", "<>": "~", "=<": "<=", "=>": ">="}
_REST_OF_KEY = re.compile(r"\s+(?P<rest>[^\s:,()|\"'<>=~]+)\s*:")


def _instead(field: str, rest: str) -> str:
    """What to write, where what follows a field is how other languages spell a condition or a key."""
    if field.endswith("!") and rest.startswith("="):  # `!` may be a part of a key
        field, rest = field[:-1], "!" + rest
    if found := _SUBSCRIPT.match(rest):
        key = unquote(found["key"])
        return f"write `{field}.{key if _BARE_KEY.fullmatch(key) else quote(key)}`"
    if found := _FOREIGN.match(rest):
        sign = _SIGNS.get(found["sign"], found["sign"])
        return f"write `{field}:{sign}{found['value'] or '…'}`"
    if "." in field and (found := _REST_OF_KEY.match(rest)):
        section, _, key = field.partition(".")
        if '"' not in key:
            whole = quote(f"{key} {found['rest']}")
            return f"a key with a blank is quoted: write `{section}.{whole}`"
    return "write `field:value`, e.g. `metrics.loss:<0.01`"


def _facts(error: UnexpectedInput, text: str) -> tuple[set[str], Span, str]:
    """The terminals that could have come, the span of what came instead, and its terminal."""
    if isinstance(error, UnexpectedToken):
        token = error.token
        expected = set(error.expected)
        if token.type == "$END":
            return expected, Span(len(text), len(text)), "$END"
        return expected, Span(token.start_pos or 0, token.end_pos or len(text)), token.type
    position = getattr(error, "pos_in_stream", None) or 0
    allowed = set(getattr(error, "allowed", None) or ())
    found = {")": "RPAR", ",": "_COMMA", "(": "LPAR", "|": "_BAR"}.get(text[position : position + 1], "")
    return allowed, Span(position, min(position + 1, len(text))), found


def _general(expected: set[str], span: Span, text: str, start: str) -> Diagnostic:
    shown = text[span.start : span.end]
    found = f"`{shown[:20]}`" if shown else "end of the text"
    if "FIELD" in expected:
        wanted = _WANTED[start]
    elif expected & {"_AND", "_OR"}:
        wanted = "`,`, AND, OR or the end"
    else:
        names = sorted({_NAMES.get(each, each) for each in expected})
        wanted = " or ".join(names) or "something else"
    hint = ""
    if shown.startswith("@") and "FIELD" in expected:
        hint = "a saved query stands alone: write out its conditions to add others"
    if expected == {"LPAR"}:
        hint = "`~` stands after the colon (`field:~value`) or in front of a group (`~(…)`)"
    if shown == "(" and "_COMMA" in expected:
        hint = _QUOTE_IT
    return Diagnostic("PQL102", span, {"found": found, "expected": wanted}, hint)


def _unclosed(text: str) -> int:
    """The offset of the innermost `(` that is still open at the end; quoted text is passed over."""
    stack: list[int] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character in "\"'" and text[:position].rstrip()[-1:] in {":", "|", "<", ">", "=", "~", "."}:
            end = position + 1
            while end < len(text) and text[end] != character:
                end += 2 if text[end] == "\\" else 1
            position = end
        elif character == "(":
            stack.append(position)
        elif character == ")" and stack:
            stack.pop()
        position += 1
    return stack[-1] if stack else max(0, len(text) - 1)
