"""Codes of operation files and their templates."""

from __future__ import annotations

from pql.diagnostics.code import Code, Form

__all__ = ["DOCUMENTS"]

DOCUMENTS = (
    Code(
        "PQL601",
        "file not readable",
        "the file can't be read as YAML: {reason}",
        "An operation file is one YAML (or JSON) document in UTF-8.",
        """\
kind: operation
hubRef: evaluate:1
joins: [
""",
        """\
kind: operation
hubRef: evaluate:1
joins: []
""",
        Form.OPERATION,
    ),
    Code(
        "PQL602",
        "file too large",
        "the file has {size}, the most that is taken",
        "Size, depth and the growth through aliases are bounded, so that no file can exhaust its reader.",
        "… a file of more than 1 MiB, or one whose aliases stand for more …",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: status:succeeded
""",
        Form.SKETCH,
    ),
    Code(
        "PQL603",
        "value of the wrong kind",
        "`{field}` takes {takes}, not {found}",
        "A section of the file has another shape than it must have.",
        """\
kind: operation
hubRef: evaluate:1
joins:
  query: status:succeeded
""",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: status:succeeded
""",
        Form.OPERATION,
    ),
    Code(
        "PQL604",
        "key given twice",
        "`{key}` is given twice",
        "A mapping holds every key once; which value was meant can't be told.",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: status:succeeded
  limit: 5
  limit: 10
""",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: status:succeeded
  limit: 10
""",
        Form.OPERATION,
    ),
    Code(
        "PQL605",
        "unknown key",
        "{where} has no `{key}`",
        "Joins and their params have a fixed set of keys.",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: status:succeeded
  limits: 5
""",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: status:succeeded
  limit: 5
""",
        Form.OPERATION,
    ),
    Code(
        "PQL606",
        "join without a query",
        "this join has no query",
        "A join searches runs; its query says which. Every run is `status:_any_`.",
        """\
kind: operation
hubRef: evaluate:1
joins:
- sort: -created_at
  limit: 5
""",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: status:succeeded
  sort: -created_at
  limit: 5
""",
        Form.OPERATION,
    ),
    Code(
        "PQL607",
        "operation not found",
        "{reason}",
        "A file may hold several operations; `--op NAME` says which one is meant.",
        """\
kind: component
run: {kind: job}
""",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: status:succeeded
""",
        Form.OPERATION,
    ),
    Code(
        "PQL608",
        "name not defined",
        "`{name}` is not defined here",
        "A template may name params, `params`, `globals` and, in a DAG, `ops.NAME`.",
        """\
kind: operation
params:
  least: {value: 0.8}
joins:
- query: "metrics.accuracy:>{{ lest }}"
""",
        """\
kind: operation
params:
  least: {value: 0.8}
joins:
- query: "metrics.accuracy:>{{ least }}"
""",
        Form.OPERATION,
    ),
    Code(
        "PQL609",
        "template not allowed",
        "a template only names a value; {found} is not allowed",
        "Templates are names, dotted look-ups and the filter `pql`: no loops, calls, tests or arithmetic.",
        """\
kind: operation
params:
  least: {value: 0.8}
joins:
- query: "metrics.accuracy:>{{ least + 0.1 }}"
""",
        """\
kind: operation
params:
  least: {value: 0.8}
joins:
- query: "metrics.accuracy:>{{ least }}"
""",
        Form.OPERATION,
    ),
    Code(
        "PQL610",
        "value that can't stand here",
        "the value of `{name}` can't stand here: {reason}",
        "In a query a template stands for one literal, whatever its value is.",
        """\
kind: operation
params:
  some: {value: [0.8, 0.9]}
joins:
- query: "metrics.accuracy:>{{ some }}"
""",
        """\
kind: operation
params:
  least: {value: 0.8}
joins:
- query: "metrics.accuracy:>{{ least }}"
""",
        Form.OPERATION,
    ),
    Code(
        "PQL631",
        "matrix of a wrong form",
        "`{field}` {reason}",
        "A matrix varies params: `random` and `grid` over `params`, `mapping` over `values`.",
        """\
matrix:
  kind: grid
  values: [{lr: 0.1}]""",
        """\
matrix:
  kind: grid
  params:
    lr: {kind: choice, value: [0.1, 0.01]}""",
        Form.SKETCH,
    ),
    Code(
        "PQL632",
        "operation that can't run here",
        "this can't be run locally: {reason}",
        "A local run starts processes: a component in the file, of kind job or service, with a command.",
        """\
component:
  run: {kind: tfjob, worker: {replicas: 2}}""",
        """\
component:
  run: {kind: job, container: {image: python, command: [python, train.py]}}""",
        Form.SKETCH,
    ),
    Code(
        "PQL633",
        "settings not readable",
        "the file can't be read as TOML: {reason}",
        "Saved queries and the settings of `pql check` stand in TOML: `pql.toml` or `pyproject.toml`.",
        """\
[queries.best]
query = "metrics.loss:<0.01""",
        """\
[queries.best]
query = "metrics.loss:<0.01\"""",
        Form.SKETCH,
    ),
)
