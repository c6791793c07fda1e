"""The hostile run store, and the commands called on it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from injection_strings import HOSTILE

__all__ = ["UUIDS", "run_file", "steady", "write_store"]

UUIDS = {name: hashlib.sha256(name.encode()).hexdigest()[:32] for name in HOSTILE}
"""The uuid of the run of each hostile string."""


def steady(text: str) -> bool:
    """Whether nothing in the text steers a terminal: lines that are printable."""
    return all(line.isprintable() for line in text.split("\n"))


def run_file(name: str, previous: str | None) -> dict[str, object]:
    """A run that has the string wherever it can have a text."""
    text = HOSTILE[name]
    upstream = [] if previous is None else [{"run": UUIDS[previous], "kind": "dag", "values": {text: text}}]
    return {
        "uuid": UUIDS[name],
        "name": text,
        "description": text,
        "readme": text,
        "tags": [text, "all"],
        "user": text,
        "owner": text,
        "project": text,
        "kind": "job",
        "runtime": text,
        "framework": text,
        "created_at": "2026-01-01T00:00:00+00:00",
        "status": "succeeded",
        "status_conditions": [{"type": "succeeded", "reason": text, "message": text}],
        "inputs": {text: text, "k": text, "deep": {text: [text]}},
        "outputs": {text: 1.5, "loss": 0.5},
        "meta_info": {text: text},
        "contributors": [{"username": text, "role": text}],
        "connections": [{"name": text, "kind": text}],
        "settings": {"namespace": text, "queue": {"name": text}, "artifacts_store": {"name": text}},
        "upstream": upstream,
    }


def write_store(store: Path) -> None:
    """A run folder a string; each run comes from the one before it."""
    previous = None
    for name, text in HOSTILE.items():
        folder = store / UUIDS[name]
        folder.mkdir(parents=True)
        (folder / "run.plx.json").write_text(json.dumps(run_file(name, previous)), encoding="ascii")
        artifacts = [
            {"name": text, "kind": "model", "path": text, "summary": {text: text}, "is_input": False},
            {"name": "shared", "kind": text, "path": "outputs/x", "state": "1" * 32, "is_input": True},
        ]
        (folder / "lineages.plx.json").write_text(json.dumps(artifacts), encoding="ascii")
        previous = name
