"""Codes of names."""

from __future__ import annotations

from pql.diagnostics.code import Code, Form

__all__ = ["NAMES"]

NAMES = (
    Code(
        "PQL201",
        "unknown field",
        "there is no field `{field}`",
        "The name is neither a field of this entity nor an alias of one.",
        "stauts:running",
        "status:running",
    ),
    Code(
        "PQL202",
        "key missing",
        "`{field}` needs a key: `{field}.KEY`",
        "Inputs, outputs, metrics and meta fields hold many values; a key says which one is "
        "meant. Of all of them together nothing but `nil` can be asked.",
        "metrics:<0.1",
        "metrics.loss:<0.1",
    ),
    Code(
        "PQL203",
        "field without keys",
        "`{field}` has no parts, so `.{key}` means nothing",
        "Only sections (inputs, outputs, metrics, meta) and relations (pipeline, artifacts …) have parts.",
        "status.x:running",
        "status:running",
    ),
    Code(
        "PQL204",
        "unknown sort key",
        "runs can't be sorted by `{field}`",
        "A sort key is a scalar field, a `section.key` or a history function of a metric.",
        'pql explain "status:running" --sort artifacts.name',
        'pql explain "status:running" --sort -metrics.accuracy',
        Form.COMMAND,
    ),
    Code(
        "PQL205",
        "unknown function",
        "there is no function `{function}`",
        "The functions of a metric's history are min max mean first last count argmin argmax at.",
        "median(metrics.loss):<1",
        "mean(metrics.loss):<1",
    ),
    Code(
        "PQL206",
        "not a relation",
        "`{field}` is no relation that a group could ask about",
        "Groups ask about one element of artifacts, connections, upstream or downstream.",
        "tags(name:a)",
        "artifacts(kind:model, name:best)",
    ),
)
