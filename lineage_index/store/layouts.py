"""Where each key lives, as the compiler asks for it, and as a manifest writes it down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from lineage_index.store.promotion import KeyColumns, Plan
from pql.catalog.layout import KeyLayout

__all__ = ["CodedKeys", "LayoutCode", "code_of", "plan_from_json", "plan_to_json"]

# One number a key: six flags, then the number in the names of its columns (`k7`, `k7s`, `k7b`).
_LONG, _NESTED, _HISTORY, _NUM, _TEXT, _FLAG = (1 << bit for bit in range(6))
_SHIFT = 6

LayoutCode = dict[str, dict[str, int]]
"""section → key → code"""


def code_of(places: KeyColumns | None, *, long: bool, nested: bool, history_only: bool) -> int:
    """The code of one key."""
    code = (_LONG if long else 0) | (_NESTED if nested else 0) | (_HISTORY if history_only else 0)
    return code | _columns_code(places)


def _columns_code(places: KeyColumns | None) -> int:
    if places is None:
        return 0
    code = 0
    for name, flag in ((places.num, _NUM), (places.text, _TEXT), (places.flag, _FLAG)):
        if name is not None:
            code |= flag | int(name.strip("ksb")) << _SHIFT
    return code


def _columns_of(code: int) -> KeyColumns:
    stem = f"k{code >> _SHIFT}"
    return KeyColumns(
        num=stem if code & _NUM else None,
        text=f"{stem}s" if code & _TEXT else None,
        flag=f"{stem}b" if code & _FLAG else None,
    )


@cache
def _layout_of(code: int) -> KeyLayout:
    places = _columns_of(code)
    return KeyLayout(
        num=places.num,
        text=places.text,
        flag=places.flag,
        long=bool(code & _LONG),
        nested=bool(code & _NESTED),
        history_only=bool(code & _HISTORY),
    )


class CodedKeys(Mapping[tuple[str, str], KeyLayout]):
    """The keys of a `Layout`, decoded one by one when asked for: most queries name one or two of them."""

    def __init__(self, codes: LayoutCode) -> None:
        self._codes = codes

    def __getitem__(self, name: tuple[str, str]) -> KeyLayout:
        section, key = name
        return _layout_of(self._codes[section][key])

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((section, key) for section, keys in self._codes.items() for key in keys)

    def __len__(self) -> int:
        return sum(map(len, self._codes.values()))

    def __repr__(self) -> str:
        return f"CodedKeys({len(self)} keys)"


def plan_to_json(plan: Plan) -> dict[str, object]:
    """A plan as a JSON value."""
    columns: LayoutCode = {}
    for (section, key), places in plan.columns.items():
        columns.setdefault(section, {})[key] = _columns_code(places)
    return {"columns": columns, "next_id": plan.next_id}


def plan_from_json(columns: LayoutCode, next_id: int) -> Plan:
    """The plan that `plan_to_json` wrote."""
    return Plan(
        {
            (section, key): _columns_of(code)
            for section, keys in columns.items()
            for key, code in keys.items()
        },
        next_id,
    )
