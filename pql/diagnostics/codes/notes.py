"""Codes of what does not stop a join."""

from __future__ import annotations

from pql.diagnostics.code import Code, Form

__all__ = ["NOTES"]

NOTES = (
    Code(
        "PQL651",
        "values missing",
        "{count} of {total} runs have no `{reference}`",
        "The list holds null there (paths are left out). Ask for the key with `:~nil` to leave "
        "such runs out.",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: name:%trial%
  params:
    rares: {value: outputs.rare}
""",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: "name:%trial%, outputs.rare:~nil"
  params:
    rares: {value: outputs.rare}
""",
        Form.OPERATION,
        warning=True,
    ),
    Code(
        "PQL652",
        "joining run left out",
        "the run {run} matches its own join, and is left out",
        "A run can't be its own input.",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: status:succeeded
""",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: name:trial-1
""",
        Form.OPERATION,
        warning=True,
    ),
    Code(
        "PQL653",
        "inputs not checked",
        "the component isn't in the file ({component}), so its inputs are not checked",
        "Types and missing params can be checked only where the component stands in the operation.",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: name:trial-1
  params:
    rates: {value: inputs.learning_rate}
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
        warning=True,
    ),
    Code(
        "PQL654",
        "template left as it is",
        "`{name}` is known to the platform only; the template is left as it is",
        "Connections, init containers and the like are known when the platform starts the run.",
        """\
kind: operation
joins:
- query: name:trial-1
component:
  run: {kind: job, container: {image: python, args: ["{{ connections.data }}"]}}
""",
        """\
kind: operation
joins:
- query: name:trial-1
component:
  run: {kind: job, container: {image: python, args: ["{{ globals.uuid }}"]}}
""",
        Form.OPERATION,
        warning=True,
    ),
    Code(
        "PQL655",
        "path not usable",
        "{count} of {total} runs have an artifact `{artifact}` whose path leaves the run",
        "The run's lineage says an absolute path or one with `..`; it counts as missing.",
        "artifacts.data, where the lineage of a run says `/data` or `../data`",
        "{dirs: outputs/data}",
        Form.SKETCH,
        warning=True,
    ),
    Code(
        "PQL656",
        "join without matches",
        "the join matches no run",
        "Its params are empty lists.",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: name:nobody
""",
        """\
kind: operation
hubRef: evaluate:1
joins:
- query: name:trial-1
""",
        Form.OPERATION,
        warning=True,
    ),
    Code(
        "PQL657",
        "section without effect here",
        "`{section}` has no effect in a local run",
        "A local run starts processes on this machine: images, connections, schedules and the "
        "like are the platform's.",
        "a local run of an operation with `schedule:`",
        "the operation without it",
        Form.SKETCH,
        warning=True,
    ),
)
