"""The kinds of values that the tests of a query can tell apart.

Between two numbers that a query names, all numbers pass the same tests. So a field has finitely many kinds of
values, the cells: nil, each named number, each gap between them, each named text, and so on. A cell is kept
as the set of tests that its values pass. Where no cell is known to be empty it is taken to be inhabited; that
can only hide a finding, never make a wrong one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import combinations, pairwise, product
from typing import assert_never

from pql.binder.bound import (
    AllOf,
    AnyOf,
    ColumnValue,
    ElementId,
    FieldTest,
    FlagTest,
    HistoryValue,
    IsEmpty,
    IsNil,
    JsonEquals,
    KeyValue,
    NumberTest,
    Operator,
    SectionValue,
    Test,
    TextEquals,
    TextLike,
    TextMatches,
    TextOrder,
    TimeInside,
    TimeTest,
    Value,
)
from pql.catalog.fields import Family
from pql.catalog.numbers import spelt_number

__all__ = ["Kind", "kinds"]

Kind = frozenset[Test]
"""The tests that the values of a cell pass, among those asked about."""

_MOST_BASIC = 200
_MOST_FREE = 6
_MOST_MEMBERS = 8
_MOST_CELLS = 4000

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC, as all bound times are
_TICK = timedelta(microseconds=1)

_Number = int | float | Fraction


@dataclass(frozen=True, slots=True)
class _Cell:
    """One kind of value. `texts_open` says that `text` stands for the texts of a gap. `sides` tells for each
    other field how its number lies to this one: -1, 0, 1. `free` are tests whose outcome is anybody's guess,
    taken to be passed."""

    present: bool = True
    number: _Number | None = None
    text: str | None = None
    texts_open: bool = False
    flag: bool | None = None
    nested: str | None = None
    time: _Number | None = None
    members: frozenset[str] | None = None
    sides: tuple[tuple[KeyValue, int], ...] = ()
    free: frozenset[Test] = frozenset()


_NIL = _Cell(present=False)


def kinds(value: Value, tests: Iterable[Test]) -> tuple[Kind, ...] | None:
    """The kinds of values that `tests` can tell apart, or None where they are too many to list."""
    asked = tuple(dict.fromkeys(tests))
    basic = list(dict.fromkeys(each for test in asked for each in _basic(test)))
    if len(basic) > _MOST_BASIC:
        return None
    free: list[Test] = [each for each in basic if isinstance(each, TextLike | TextMatches)]
    others = list(dict.fromkeys(each.other for each in basic if isinstance(each, FieldTest)))
    members = {each.text for each in basic if isinstance(each, TextEquals)} if _is_set(value) else ()
    if len(free) > _MOST_FREE or len(others) > 2 or len(members) > _MOST_MEMBERS:
        return None
    found: dict[Kind, None] = {}
    for count, cell in enumerate(_expanded(_cells(value, basic), free, others)):
        if count > _MOST_CELLS:
            return None
        found[frozenset(test for test in asked if _passes(test, cell))] = None
    return tuple(found)


def _is_set(value: Value) -> bool:
    return isinstance(value, ColumnValue) and value.field.is_set


def _basic(test: Test) -> Iterator[Test]:
    if isinstance(test, AnyOf | AllOf):
        for each in test.tests:
            yield from _basic(each)
    else:
        yield test


def _cells(value: Value, basic: list[Test]) -> Iterator[_Cell]:
    """The cells before likes and other fields are looked at."""
    match value:
        case ColumnValue(field) if field.is_set:
            yield from _set_cells(basic)
        case ColumnValue(field):
            yield _NIL
            yield from _column_cells(field.family, basic)
        case HistoryValue(function):
            yield _NIL
            yield from _number_cells(basic, whole=function in ("count", "argmin", "argmax"))
        case KeyValue(numbers_only=True):
            yield _NIL
            yield from _number_cells(basic)
        case KeyValue():
            yield _NIL
            yield from _json_cells(basic)
        case SectionValue():
            yield _NIL
            yield _Cell()
        case ElementId():
            yield _NIL
            yield from _text_cells(basic)
        case _:
            assert_never(value)


def _column_cells(family: Family, basic: list[Test]) -> Iterator[_Cell]:
    match family:
        case Family.SCALAR | Family.DURATION | Family.CPU | Family.MEMORY:
            return _number_cells(basic)
        case Family.INTEGER:
            return _number_cells(basic, whole=True)
        case Family.BOOL:
            return iter((_Cell(flag=True), _Cell(flag=False)))
        case Family.DATETIME:
            times = [tick for each in basic for tick in _ticks(each)]
            return (_Cell(time=each) for each in _points(times, whole=True))
        case _:
            return _text_cells(basic)


def _ticks(test: Test) -> list[int]:
    match test:
        case TimeTest(_, instant):
            return [_tick(instant)]
        case TimeInside(start, end):
            return [_tick(each) for each in (start, end) if each is not None]
        case _:
            return []


def _tick(moment: datetime) -> int:
    return (moment - _EPOCH) // _TICK


def _number_cells(basic: list[Test], *, whole: bool = False) -> Iterator[_Cell]:
    yield _Cell(number=math.nan)
    for point in _points(_numbers(basic), whole=whole):
        yield _Cell(number=point)


def _numbers(basic: list[Test]) -> list[int | float]:
    named = [each.number for each in basic if isinstance(each, NumberTest)]
    return [each for each in named if not math.isnan(each)]


def _points(named: Iterable[int | float], *, whole: bool = False) -> list[_Number]:
    """Each named number, and one for each gap before, between and behind them; `whole` leaves out numbers
    and gaps without an integer."""
    edges = sorted(set(named))
    if not edges:
        return [0]
    found: list[_Number | None] = [_between(-math.inf, edges[0], whole)]
    if edges[0] == -math.inf:
        found.clear()
    for low, high in pairwise([*edges, math.inf]):
        if not whole or (math.isfinite(low) and low == int(low)):
            found.append(low)
        if low != high:
            found.append(_between(low, high, whole))
    return [each for each in found if each is not None]


def _between(low: int | float, high: int | float, whole: bool) -> _Number | None:
    """A number strictly between the two, an integer if `whole`; None if there is none."""
    if math.isinf(low) and math.isinf(high):
        return 0
    if math.isinf(low):
        return math.ceil(high) - 1
    if whole or math.isinf(high):
        least = math.floor(low) + 1
        return least if least < high else None
    return (Fraction(low) + Fraction(high)) / 2


def _text_cells(basic: list[Test]) -> Iterator[_Cell]:
    named, gaps = _texts(basic)
    for text in named:
        yield _Cell(text=text, number=spelt_number(text))
    for text in gaps:
        yield _Cell(text=text, texts_open=True)


def _texts(basic: list[Test]) -> tuple[list[str], list[str]]:
    """The texts that the tests name, and one text for each gap that an ordering could tell apart."""
    ordered = any(isinstance(each, TextOrder) for each in basic)
    named = {each.text for each in basic if isinstance(each, TextEquals | TextOrder)}
    if any(isinstance(each, FlagTest) for each in basic):
        named |= {"true", "false"}
    edges = sorted(named)
    # The text that follows another one immediately is the same with a NUL behind it.
    gaps = [edge + "\0" for edge in edges if edge + "\0" not in named]
    if "" not in named:
        gaps.insert(0, "")
    return edges, gaps if ordered else gaps[-1:]


def _json_cells(basic: list[Test]) -> Iterator[_Cell]:
    """JSON values: a text that spells a number passes the tests of both."""
    yield from _number_cells(basic)
    yield from (_Cell(flag=flag) for flag in (True, False))
    yield from (_Cell(nested=each.text) for each in basic if isinstance(each, JsonEquals))
    yield _Cell(nested="")
    yield from _text_cells(basic)
    _, gaps = _texts(basic)
    for text in gaps:
        for point in (math.nan, *_points(_numbers(basic))):
            yield _Cell(text=text, texts_open=True, number=point)


def _set_cells(basic: list[Test]) -> Iterator[_Cell]:
    yield _NIL
    named = sorted({each.text for each in basic if isinstance(each, TextEquals)})
    for size in range(len(named) + 1):
        for members in combinations(named, size):
            yield _Cell(members=frozenset(members))


def _expanded(cells: Iterable[_Cell], free: list[Test], others: list[KeyValue]) -> Iterator[_Cell]:
    """Each cell with every guess about likes and patterns, and every way other fields may lie."""
    for cell in cells:
        guessed = [test for test in free if _decided(test, cell) is None]
        for size in range(len(guessed) + 1):
            for held in combinations(guessed, size):
                for sides in product((-1, 0, 1, 2), repeat=len(others)):
                    yield _Cell(
                        cell.present,
                        cell.number,
                        cell.text,
                        cell.texts_open,
                        cell.flag,
                        cell.nested,
                        cell.time,
                        cell.members,
                        tuple(zip(others, sides, strict=True)),
                        frozenset(held),
                    )


def _decided(test: Test, cell: _Cell) -> bool | None:
    """The outcome of a like or pattern where it is certain."""
    if cell.members is not None and cell.present:
        return None
    if cell.text is None:
        return False
    if cell.texts_open or not isinstance(test, TextLike):
        return None
    if not (cell.text.isascii() and test.text.isascii()):
        return None  # case folding beyond ASCII is for those who have the tables
    own, part = cell.text.lower(), test.text.lower()
    if test.open_start and test.open_end:
        return part in own
    return own.endswith(part) if test.open_start else own.startswith(part)


def _passes(test: Test, cell: _Cell) -> bool:
    match test:
        case IsNil() | IsEmpty():
            return not cell.present
        case AnyOf(tests):
            return any(_passes(each, cell) for each in tests)
        case AllOf(tests):
            return all(_passes(each, cell) for each in tests)
        case NumberTest(operator, number):
            return _number_passes(operator, cell.number, number)
        case TextEquals(text):
            if cell.members is not None:
                return text in cell.members
            return cell.text == text and not cell.texts_open
        case TextOrder(operator, text):
            return cell.text is not None and operator.holds(cell.text, text)
        case JsonEquals(text):
            return cell.nested == text
        case TextLike() | TextMatches():
            decided = _decided(test, cell)
            return test in cell.free if decided is None else decided
        case FlagTest(flag):
            if cell.flag is not None:
                return cell.flag is flag
            return cell.text == ("true" if flag else "false") and not cell.texts_open
        case TimeInside(start, end, closed):
            return cell.time is not None and _inside(cell.time, start, end, closed)
        case TimeTest(operator, instant):
            return cell.time is not None and operator.holds(cell.time, _tick(instant))
        case FieldTest(operator, other):
            side = dict(cell.sides)[other]
            return cell.number is not None and side < 2 and operator.holds(side, 0)
        case _:
            assert_never(test)


def _number_passes(operator: Operator, value: _Number | None, number: int | float) -> bool:
    if value is None:
        return False
    if math.isnan(number):
        return operator is Operator.EQ and isinstance(value, float) and math.isnan(value)
    return operator.holds(value, number)


def _inside(time: _Number, start: datetime | None, end: datetime | None, closed: bool) -> bool:
    if start is not None and time < _tick(start):
        return False
    return end is None or time < _tick(end) or (closed and time == _tick(end))
