"""Comparisons of numbers: doubles beside exact 64-bit integers, NaN by IEEE rules."""

from __future__ import annotations

import math

from pql.binder.bound import Operator
from pql.sql.emitter import FALSE, Emitter

__all__ = ["compare_columns", "compare_number"]

_EXACT = 2**53
_UNORDERED = (Operator.GT, Operator.GE)
_FINITE_TOP = "CAST('infinity' AS DOUBLE)"


def compare_number(
    emitter: Emitter, operator: Operator, number: int | float, num: str, big: str | None, has_nan: bool
) -> str:
    """The condition that the value in `num` (a DOUBLE) and `big` (its exact integer, where no double holds
    it) compares so with the number. NULL where there is no value."""
    as_double = float(number)
    if math.isnan(as_double):
        return f"isnan({num})" if operator is Operator.EQ and has_nan else FALSE
    plain = _compare_double(emitter, operator, number, num, has_nan)
    if big is None or abs(as_double) < _EXACT:
        return plain
    if isinstance(number, int) or (math.isfinite(as_double) and abs(as_double) < 2.0**100):
        exact = f"CAST({emitter.parameter(str(int(number)))} AS HUGEINT)"
        return f"CASE WHEN {big} IS NULL THEN {plain} ELSE {big} {operator.value} {exact} END"
    return plain


def _compare_double(
    emitter: Emitter, operator: Operator, number: int | float, num: str, has_nan: bool
) -> str:
    double = float(number)
    if isinstance(number, int) and int(double) != number:  # no double equals it: step to a neighbour
        if operator is Operator.EQ:
            return FALSE
        above = double > number
        if operator in (Operator.LT, Operator.LE):
            operator = Operator.LT if above else Operator.LE
        else:
            operator = Operator.GE if above else Operator.GT
    condition = f"{num} {operator.value} {emitter.parameter(double)}"
    # The engine holds NaN to be above every number.
    if has_nan and operator in _UNORDERED:
        return f"({condition} AND {num} <= {_FINITE_TOP})"
    return condition


def compare_columns(operator: Operator, left: tuple[str, str], right: tuple[str, str]) -> str:
    """The condition that one (num, big) pair compares so with another; NaN satisfies none."""
    (num, big), (other, other_big) = left, right
    sign = operator.value
    ordered = f"NOT isnan({num}) AND NOT isnan({other})"
    mixed_left = _mixed(big, sign, other, f"{num} {sign} {other}")
    mixed_right = _mixed_right(num, sign, other_big, f"{num} {sign} {other}")
    return (
        f"({ordered} AND CASE WHEN {big} IS NULL AND {other_big} IS NULL THEN {num} {sign} {other} "
        f"WHEN {big} IS NOT NULL AND {other_big} IS NOT NULL THEN {big} {sign} {other_big} "
        f"WHEN {big} IS NOT NULL THEN {mixed_left} ELSE {mixed_right} END)"
    )


def _mixed(big: str, sign: str, double: str, plain: str) -> str:
    exact = f"TRY_CAST({double} AS HUGEINT)"
    near = f"abs({double}) >= {_EXACT} AND {exact} IS NOT NULL"
    return f"CASE WHEN {near} THEN CAST({big} AS HUGEINT) {sign} {exact} ELSE {plain} END"


def _mixed_right(double: str, sign: str, big: str, plain: str) -> str:
    exact = f"TRY_CAST({double} AS HUGEINT)"
    near = f"abs({double}) >= {_EXACT} AND {exact} IS NOT NULL"
    return f"CASE WHEN {near} THEN {exact} {sign} CAST({big} AS HUGEINT) ELSE {plain} END"
