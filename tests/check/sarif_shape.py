"""The part of the published SARIF 2.1.0 schema that speaks of what the output holds, and of nothing more.

What the published schema says of each of these properties is all here, and no other property is let through:
what this takes, the whole schema takes too.
"""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 1}
LEVEL: dict[str, Any] = {"type": "string", "enum": ["none", "note", "warning", "error"]}


def shape(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def several(name: str, *, unique: bool = False, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": ref(name), "uniqueItems": unique, "minItems": least}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/definitions/{name}"}


DEFINITIONS = {
    "run": shape(
        ("tool", "results"),  # results: of every run that looked at something
        tool=shape(("driver",), driver=ref("component")),
        automationDetails=shape(id=TEXT),
        columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        invocations=several("invocation"),
        results=several("result"),
    ),
    "component": shape(
        ("name",), name=TEXT, version=TEXT, semanticVersion=TEXT, rules=several("descriptor", unique=True)
    ),
    "descriptor": shape(
        ("id",),
        id=TEXT,
        name=TEXT,
        shortDescription=ref("words"),
        fullDescription=ref("words"),
        help=ref("words"),
        defaultConfiguration=shape(level=LEVEL),
        properties={
            "type": "object",
            "properties": {"tags": {"type": "array", "items": TEXT, "uniqueItems": True}},
        },
    ),
    "words": shape(("text",), text=TEXT, markdown=TEXT),
    "message": shape(("text",), text=TEXT),
    "invocation": shape(
        ("executionSuccessful",),
        executionSuccessful={"type": "boolean"},
        toolExecutionNotifications=several("notification"),
    ),
    "notification": shape(
        ("message",), level=LEVEL, message=ref("message"), locations=several("location", unique=True)
    ),
    "result": shape(
        ("message",),
        ruleId=TEXT,
        ruleIndex={"type": "integer", "minimum": -1},
        level=LEVEL,
        message=ref("message"),
        locations=several("location"),
        relatedLocations=several("location", unique=True),
        partialFingerprints={"type": "object", "additionalProperties": TEXT},
        fixes=several("fix", unique=True),
    ),
    "location": shape(
        id={"type": "integer", "minimum": -1},
        message=ref("message"),
        physicalLocation=shape(("artifactLocation",), artifactLocation=ref("artifact"), region=ref("region")),
    ),
    "artifact": shape(uri={"type": "string", "format": "uri-reference"}),
    "region": shape(("startLine",), startLine=COUNT, startColumn=COUNT, endLine=COUNT, endColumn=COUNT),
    "fix": shape(
        ("artifactChanges",),
        description=ref("message"),
        artifactChanges=several("change", unique=True, least=1),
    ),
    "change": shape(
        ("artifactLocation", "replacements"),
        artifactLocation=ref("artifact"),
        replacements=several("replacement", least=1),
    ),
    "replacement": shape(("deletedRegion",), deletedRegion=ref("region"), insertedContent=shape(text=TEXT)),
}

SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    **shape(
        ("version", "runs"),
        **{"$schema": {"type": "string", "format": "uri"}},
        version={"enum": ["2.1.0"]},
        runs=several("run"),
    ),
    "definitions": DEFINITIONS,
}
