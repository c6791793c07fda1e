"""Codes of joins and what they give."""

from __future__ import annotations

from pql.diagnostics.code import Code, Form

__all__ = ["JOINS"]

JOINS = (
    Code(
        "PQL611",
        "unknown reference",
        "there is no reference `{reference}`",
        "References are inputs, outputs, artifacts, globals, and keys of these.",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: name:trial-1
  params:
    losses: {value: outptus.loss}
""",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: name:trial-1
  params:
    losses: {value: outputs.loss}
""",
        Form.OPERATION,
    ),
    Code(
        "PQL612",
        "reference in the wrong place",
        "`{reference}` can't stand {place}",
        "A table says which reference may stand where.",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: name:trial-1
  params:
    boards: {value: {dirs: "{{ globals.uuid }}"}}
""",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: name:trial-1
  params:
    boards: {value: {dirs: "{{ artifacts.tensorboard }}"}}
""",
        Form.OPERATION,
    ),
    Code(
        "PQL613",
        "path that leaves the run",
        "`{path}` is no path below the run's folder",
        "A sub-path is relative and has no `..`; every path of a join lies in the run it comes from.",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: name:trial-1
  params:
    data: {value: {dirs: ../other}}
""",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: name:trial-1
  params:
    data: {value: {dirs: outputs}}
""",
        Form.OPERATION,
    ),
    Code(
        "PQL614",
        "input that doesn't take the value",
        "the input `{input}` takes {takes}, and `{param}` gives {gives}",
        "A join gives a list, an entry a run: the input needs `isList: true`, or the type artifacts.",
        """\
kind: operation
joins:
- query: name:trial-1
  params:
    rates: {value: inputs.learning_rate}
component:
  inputs: [{name: rates, type: float}]
  run: {kind: job, container: {image: python, command: [python, run.py]}}
""",
        """\
kind: operation
joins:
- query: name:trial-1
  params:
    rates: {value: inputs.learning_rate}
component:
  inputs: [{name: rates, type: float, isList: true}]
  run: {kind: job, container: {image: python, command: [python, run.py]}}
""",
        Form.OPERATION,
    ),
    Code(
        "PQL615",
        "param without an input",
        "the component has no input `{param}`",
        "A param fills an input of the component, unless it is `contextOnly`.",
        """\
kind: operation
joins:
- query: name:trial-1
  params:
    rates: {value: inputs.learning_rate}
component:
  inputs: []
  run: {kind: job, container: {image: python, command: [python, run.py]}}
""",
        """\
kind: operation
joins:
- query: name:trial-1
  params:
    rates: {value: inputs.learning_rate}
component:
  inputs: [{name: rates, type: float, isList: true}]
  run: {kind: job, container: {image: python, command: [python, run.py]}}
""",
        Form.OPERATION,
    ),
    Code(
        "PQL616",
        "param missing",
        "the input `{input}` has no value",
        "An input that is neither optional nor has a default needs a param.",
        """\
kind: operation
joins:
- query: name:trial-1
  params:
    rates: {value: inputs.learning_rate}
component:
  inputs: [{name: rates, type: float, isList: true}, {name: seed, type: int}]
  run: {kind: job, container: {image: python, command: [python, run.py]}}
""",
        """\
kind: operation
joins:
- query: name:trial-1
  params:
    rates: {value: inputs.learning_rate}
component:
  inputs: [{name: rates, type: float, isList: true}, {name: seed, type: int, value: 1, isOptional: true}]
  run: {kind: job, container: {image: python, command: [python, run.py]}}
""",
        Form.OPERATION,
    ),
    Code(
        "PQL617",
        "params that don't go together",
        "`{param}` is filled in two ways: {reason}",
        "Several joins may fill one param if they do it alike; a param and a join can't both fill it.",
        """\
kind: operation
hubRef: evaluate:1
params:
  rates: {value: [0.1]}
joins:
- query: name:trial-1
  params:
    rates: {value: inputs.learning_rate}
""",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: name:trial-1
  params:
    rates: {value: inputs.learning_rate}
""",
        Form.OPERATION,
    ),
    Code(
        "PQL618",
        "artifact in no run",
        "no matched run has an artifact `{artifact}`",
        "The name is looked up in the lineage of the matched runs. A path can be given in its place.",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: name:trial-1
  params:
    boards: {value: artifacts.tensorbord}
""",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: name:trial-1
  params:
    boards: {value: artifacts.tensorboard}
""",
        Form.OPERATION,
    ),
    Code(
        "PQL619",
        "artifact not unique",
        "run {run} has several artifacts `{artifact}`: {paths}",
        "Which path is meant can't be told from the name.",
        "artifacts.model, where a run logged `model` twice, with paths of their own",
        "{files: outputs/model/best.pt}",
        Form.SKETCH,
    ),
    Code(
        "PQL620",
        "referenced run not found",
        "`{ref}` can't be looked up: {reason}",
        "A param may be taken from another run: of the DAG (`ops.NAME`), or of any uuid (`runs.UUID`).",
        """\
kind: operation
hubRef: evaluate:1
params:
  best: {ref: ops.fan_ot, value: outputs.loss}
joins:
- query: name:trial-1
""",
        """\
kind: operation
hubRef: evaluate:1
params:
  best: {ref: ops.fan_in, value: outputs.loss}
joins:
- query: name:trial-1
""",
        Form.OPERATION,
    ),
    Code(
        "PQL621",
        "not as locked",
        "{what}",
        "The index, the file or the params no longer give what the lock file holds.",
        "pql resolve operation.yaml --locked, after new runs have come to match",
        "pql resolve operation.yaml --lock",
        Form.SKETCH,
    ),
    Code(
        "PQL622",
        "lock file not usable",
        "the lock file can't be used: {reason}",
        "A lock file is what `--lock` wrote, in a version that this program knows.",
        "pql resolve operation.yaml --locked, with a lock file that was edited by hand",
        "pql resolve operation.yaml --lock",
        Form.SKETCH,
    ),
    Code(
        "PQL623",
        "text too long",
        "the text has {length} characters after its templates; at most {limit} are taken",
        "What templates yield is bounded.",
        "name:{{ names }}, where the list of names is longer than a query may be",
        "name:/^trial-[0-9]+$/",
        Form.SKETCH,
    ),
    Code(
        "PQL624",
        "too much for a param",
        "the `{reference}` of the runs are {length} characters of JSON; at most {limit} are taken",
        "A list with the whole mapping of each of very many runs is more than a process can be given.",
        "a join without a limit, over a hundred thousand runs, with the param `all: {value: outputs}`",
        "all: {value: outputs.loss}",
        Form.SKETCH,
    ),
)
