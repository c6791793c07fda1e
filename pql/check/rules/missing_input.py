"""Input that nothing fills."""

from __future__ import annotations

from pql.check.rule import Rule, unit_faults

__all__ = ["RULE"]

_CODES = ("PQL616",)

RULE = Rule(
    name="missing-input",
    codes=_CODES,
    title="input that nothing fills",
    message="",
    doc="""\
An operation of a DAG leaves an input of its component without a value: no param, no join and no matrix gives
one, and it has no default. Nothing is said of an operation that stands alone, as the command that starts it
may give the value, nor where `presets` or a `template` may.
""",
    wrong="""\
kind: component
run:
  kind: dag
  operations:
    - name: train
      component:
        inputs: [{name: lr, type: float}]
        run: {kind: job}
""",
    right="""\
kind: component
run:
  kind: dag
  operations:
    - name: train
      params: {lr: {value: 0.1}}
      component:
        inputs: [{name: lr, type: float}]
        run: {kind: job}
""",
    on_unit=unit_faults(_CODES),
)
