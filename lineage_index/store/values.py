"""The inputs, outputs and meta_info of many runs: which values become columns, which become rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from lineage_index.store.promotion import KeyColumns, KeyUse, Plan
from lineage_index.store.schema import arrow_schema
from lineage_index.store.texts import clean, json_text, text_array
from pql.catalog.numbers import INT64_MAX, INT64_MIN, spelt_number

__all__ = ["KeyCount", "Values"]

_NAN = float("nan")
_EXACT = 2**53
_UNPROMOTED = KeyColumns()


@dataclass(frozen=True, slots=True)
class KeyCount:
    """One row of the table `keys`, without the names of the columns.

    `nums`, `texts`, `bools`, `nested` count runs by the JSON kind of the value, `runs` all of them and the
    runs that have the key by history only. `min` and `max` are over everything that counts as a number (texts
    that spell one, and `history_only`), NaN left out; None if there is nothing.
    """

    runs: int
    nums: int
    texts: int
    bools: int
    nested: int
    min: float | None
    max: float | None
    long_rows: int
    history_only: int


@dataclass(slots=True)
class _Bucket:
    """All values of one key, by kind; each list of rows goes with the list behind it."""

    num_rows: list[int] = field(default_factory=list)
    nums: list[float] = field(default_factory=list)
    big_rows: list[int] = field(default_factory=list)  # integers that no double holds
    bigs: list[int] = field(default_factory=list)
    text_rows: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    spelt_rows: list[int] = field(default_factory=list)  # texts that spell a number
    spelt: list[tuple[str, float]] = field(default_factory=list)
    big_text_rows: list[int] = field(default_factory=list)  # texts that spell such an integer, or NaN
    big_texts: list[tuple[str, int | float]] = field(default_factory=list)
    nan_rows: list[int] = field(default_factory=list)
    flag_rows: list[int] = field(default_factory=list)
    flags: list[bool] = field(default_factory=list)
    json_rows: list[int] = field(default_factory=list)
    jsons: list[str] = field(default_factory=list)
    history_rows: list[int] = field(default_factory=list)
    history: list[float] = field(default_factory=list)

    def numbers(self) -> list[float]:
        """Everything that counts as a number."""
        return [
            *self.nums,
            *map(_double, self.bigs),
            *(number for _, number in self.spelt),
            *(_double(number) for _, number in self.big_texts),
            *self.history,
        ]


class Values:
    """Collects the values of runs, which are named by their place in the batch."""

    def __init__(self) -> None:
        self._sections: dict[str, dict[str, _Bucket]] = {"inputs": {}, "outputs": {}, "meta_info": {}}

    def add_section(self, row: int, section: str, values: Mapping[str, Any]) -> None:
        """Takes in one mapping of the run `row`. A null is no value."""
        buckets = self._sections[section]
        for key, value in values.items():
            if value is None:
                continue
            bucket = buckets.get(key)
            if bucket is None:
                bucket = buckets.setdefault(clean(key), _Bucket())
            _put(bucket, row, value)

    def add_history(self, row: int, key: str, last: float) -> None:
        """The last value of a metric that the outputs of the run `row` do not hold."""
        bucket = self._sections["outputs"].setdefault(clean(key), _Bucket())
        bucket.history_rows.append(row)
        bucket.history.append(last)

    def _buckets(self) -> Iterator[tuple[tuple[str, str], _Bucket]]:
        """The keys in the order of the table."""
        for section in sorted(self._sections):
            buckets = self._sections[section]
            for key in sorted(buckets):
                yield (section, key), buckets[key]

    def uses(self) -> list[KeyUse]:
        """How often each key occurs with a value that a column could hold."""
        return [
            KeyUse(
                section=section,
                key=key,
                runs=len(each.num_rows) + len(each.text_rows) + len(each.spelt_rows) + len(each.flag_rows),
                nums=len(each.num_rows) + len(each.spelt_rows),
                texts=len(each.text_rows) + len(each.spelt_rows),
                bools=len(each.flag_rows),
            )
            for (section, key), each in self._buckets()
        ]

    def columns(self, plan: Plan, runs: int) -> dict[str, pa.Array]:
        """The promoted columns of `runs` rows, by name, in the order of the plan."""
        columns: dict[str, pa.Array] = {}
        for (section, key), places in plan.columns.items():
            bucket = self._sections[section].get(key) or _Bucket()
            if places.num:
                numbers = _scatter(runs, bucket.num_rows, bucket.nums)
                if places.text:
                    _fill(numbers, bucket.spelt_rows, [number for _, number in bucket.spelt])
                columns[places.num] = pa.array(numbers, pa.float64())
            if places.text:
                texts = _scatter(runs, bucket.text_rows, bucket.texts)
                if places.num:
                    _fill(texts, bucket.spelt_rows, [text for text, _ in bucket.spelt])
                columns[places.text] = text_array(texts)
            if places.flag:
                columns[places.flag] = pa.array(_scatter(runs, bucket.flag_rows, bucket.flags), pa.bool_())
        return columns

    def table(self, plan: Plan, run_ids: Sequence[int]) -> pa.Table:
        """The rows of `values`: everything that has no column in `plan`, in the order of the table."""
        names: list[tuple[str, str]] = []
        rows = _Rows()
        for name, bucket in self._buckets():
            place = len(names)
            names.append(name)
            _long_rows(rows, place, bucket, plan.columns.get(name, _UNPROMOTED), run_ids)
        places = pa.array(rows.place, pa.int32())
        return pa.Table.from_arrays(
            [
                pa.array([section for section, _ in names], pa.string()).take(places),
                pa.array([key for _, key in names], pa.string()).take(places),
                pa.array(rows.num, pa.float64()),
                pa.array(rows.big, pa.int64()),
                text_array(rows.text),
                pa.array(rows.flag, pa.bool_()),
                text_array(rows.json),
                pa.array(rows.history_only, pa.bool_()),
                pa.array(rows.run_id, pa.int64()),
            ],
            schema=arrow_schema("values"),
        )

    def counts(self, plan: Plan) -> dict[tuple[str, str], KeyCount]:
        """The rows of `keys` for these runs alone."""
        counts: dict[tuple[str, str], KeyCount] = {}
        for name, each in self._buckets():
            numbers = [number for number in each.numbers() if number == number]
            nums = len(each.num_rows) + len(each.big_rows) + len(each.nan_rows)
            texts = len(each.text_rows) + len(each.spelt_rows) + len(each.big_text_rows)
            places = plan.columns.get(name, _UNPROMOTED)
            counts[name] = KeyCount(
                runs=nums + texts + len(each.flag_rows) + len(each.json_rows) + len(each.history_rows),
                nums=nums,
                texts=texts,
                bools=len(each.flag_rows),
                nested=len(each.json_rows),
                min=min(numbers, default=None),
                max=max(numbers, default=None),
                long_rows=_long_count(each, places),
                history_only=len(each.history_rows),
            )
        return counts


def _put(bucket: _Bucket, row: int, value: Any) -> None:
    kind = type(value)
    if kind is float:
        if value != value:  # promoted columns hold no NaN: readers compare and prune wrongly by it
            bucket.nan_rows.append(row)
            return
        bucket.num_rows.append(row)
        bucket.nums.append(value)
    elif kind is str:
        _put_text(bucket, row, value)
    elif kind is int:
        if -_EXACT <= value <= _EXACT or not _is_big(value):
            bucket.num_rows.append(row)
            bucket.nums.append(_double(value))
        else:
            bucket.big_rows.append(row)
            bucket.bigs.append(value)
    elif kind is bool:
        bucket.flag_rows.append(row)
        bucket.flags.append(value)
    else:
        bucket.json_rows.append(row)
        bucket.jsons.append(json_text(value))


def _put_text(bucket: _Bucket, row: int, text: str) -> None:
    number = spelt_number(text)
    if number is None:
        bucket.text_rows.append(row)
        bucket.texts.append(text)
    elif number != number or (isinstance(number, int) and _is_big(number)):
        bucket.big_text_rows.append(row)
        bucket.big_texts.append((text, number))
    else:
        bucket.spelt_rows.append(row)
        bucket.spelt.append((text, float(number)))


def _is_big(number: int) -> bool:
    """Does the integer fit 64 bits, and no double holds it exactly?"""
    return INT64_MIN <= number <= INT64_MAX and int(float(number)) != number


def _double(number: int | float) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _scatter(length: int, rows: Sequence[int], values: Sequence[Any]) -> list[Any]:
    column: list[Any] = [None] * length
    _fill(column, rows, values)
    return column


def _fill(column: list[Any], rows: Sequence[int], values: Sequence[Any]) -> None:
    for row, value in zip(rows, values, strict=True):
        column[row] = value


@dataclass(slots=True)
class _Rows:
    """Rows of `values`, column by column; `place` numbers the key."""

    place: list[int] = field(default_factory=list)
    num: list[float | None] = field(default_factory=list)
    big: list[int | None] = field(default_factory=list)
    text: list[str | None] = field(default_factory=list)
    flag: list[bool | None] = field(default_factory=list)
    json: list[str | None] = field(default_factory=list)
    history_only: list[bool] = field(default_factory=list)
    run_id: list[int] = field(default_factory=list)


_Long = tuple[float | None, int | None, str | None, bool | None, str | None, bool, int]


def _long_rows(rows: _Rows, place: int, bucket: _Bucket, places: KeyColumns, run_ids: Sequence[int]) -> None:
    found: list[_Long] = []
    if not places.num:
        found += [
            (number, None, None, None, None, False, run_ids[row])
            for row, number in zip(bucket.num_rows, bucket.nums, strict=True)
        ]
    found += [(_NAN, None, None, None, None, False, run_ids[row]) for row in bucket.nan_rows]
    if not (places.num and places.text):
        found += [
            (number, None, text, None, None, False, run_ids[row])
            for row, (text, number) in zip(bucket.spelt_rows, bucket.spelt, strict=True)
        ]
    found += [
        (_double(number), number, None, None, None, False, run_ids[row])
        for row, number in zip(bucket.big_rows, bucket.bigs, strict=True)
    ]
    found += [
        (_double(number), number if isinstance(number, int) else None, text, None, None, False, run_ids[row])
        for row, (text, number) in zip(bucket.big_text_rows, bucket.big_texts, strict=True)
    ]
    found += [
        (last, None, None, None, None, True, run_ids[row])
        for row, last in zip(bucket.history_rows, bucket.history, strict=True)
    ]
    if not places.text:
        found += [
            (None, None, text, None, None, False, run_ids[row])
            for row, text in zip(bucket.text_rows, bucket.texts, strict=True)
        ]
    if not places.flag:
        found += [
            (None, None, None, flag, None, False, run_ids[row])
            for row, flag in zip(bucket.flag_rows, bucket.flags, strict=True)
        ]
    found += [
        (None, None, None, None, text, False, run_ids[row])
        for row, text in zip(bucket.json_rows, bucket.jsons, strict=True)
    ]
    if not found:
        return
    if len(found) > 1:
        found.sort(key=_order)
    num, big, text, flag, json, history_only, run_id = zip(*found, strict=True)
    rows.place += [place] * len(found)
    rows.num += num
    rows.big += big
    rows.text += text
    rows.flag += flag
    rows.json += json
    rows.history_only += history_only
    rows.run_id += run_id


def _order(row: _Long) -> tuple[int, float, int]:
    """Numbers, then NaN, then what is no number; equal ones by run."""
    number = row[0]
    if number is None:
        return (2, 0.0, row[6])
    return (1, 0.0, row[6]) if number != number else (0, number, row[6])


def _long_count(bucket: _Bucket, places: KeyColumns) -> int:
    count = len(bucket.big_rows) + len(bucket.big_text_rows) + len(bucket.nan_rows)
    count += len(bucket.history_rows) + len(bucket.json_rows)
    if not places.num:
        count += len(bucket.num_rows)
    if not places.text:
        count += len(bucket.text_rows)
    if not (places.num and places.text):
        count += len(bucket.spelt_rows)
    if not places.flag:
        count += len(bucket.flag_rows)
    return count
