"""The kinds of artifacts."""

from __future__ import annotations

__all__ = ["ARTIFACT_KINDS", "checked_kind"]

ARTIFACT_KINDS = frozenset(
    {
        "model",
        "audio",
        "video",
        "histogram",
        "image",
        "tensor",
        "dataframe",
        "chart",
        "csv",
        "tsv",
        "psv",
        "ssv",
        "metric",
        "env",
        "html",
        "text",
        "file",
        "dir",
        "dockerfile",
        "docker_image",
        "data",
        "coderef",
        "table",
        "tensorboard",
        "curve",
        "confusion",
        "analysis",
        "iteration",
        "markdown",
        "system",
        "artifact",
        "span",
    }
)


def checked_kind(kind: str) -> str:
    """`kind` as a text. Raises ValueError if it is none of `ARTIFACT_KINDS`."""
    text = str(getattr(kind, "value", kind))
    if text not in ARTIFACT_KINDS:
        raise ValueError(f"unknown kind of artifact {text!r}; known are {', '.join(sorted(ARTIFACT_KINDS))}")
    return text
