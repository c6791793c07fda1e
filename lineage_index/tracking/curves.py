"""Texts, curves, matrices and histograms: what is an event by itself, without a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lineage_index.tracking.clock import Timestamp
from lineage_index.tracking.core import RunCore
from lineage_index.tracking.jsonfile import compact, plain
from lineage_index.tracking.optional import needed

__all__ = ["CurveMethods"]


class CurveMethods(RunCore):
    """The methods of a run that log small structured values; the same name again adds an event."""

    def log_text(
        self, name: str, text: str, step: int | None = None, timestamp: Timestamp | None = None
    ) -> None:
        """Log a text."""
        self._event("text", name, str(text), step, timestamp)

    def log_html(
        self, name: str, html: str, step: int | None = None, timestamp: Timestamp | None = None
    ) -> None:
        """Log a piece of HTML."""
        self._event("html", name, str(html), step, timestamp)

    def log_curve(
        self,
        name: str,
        x: Iterable[Any],
        y: Iterable[Any],
        annotation: Any = None,
        step: int | None = None,
        timestamp: Timestamp | None = None,
    ) -> None:
        """Log a curve through the points (x, y). Raises ValueError if there are not as many of both."""
        self._curve("custom", name, x, y, annotation, step, timestamp)

    def log_roc_auc_curve(
        self,
        name: str,
        fpr: Iterable[Any],
        tpr: Iterable[Any],
        auc: float | None = None,
        step: int | None = None,
        timestamp: Timestamp | None = None,
    ) -> None:
        """Log a ROC curve: false and true positive rates, and the area under it."""
        self._curve("roc", name, fpr, tpr, auc, step, timestamp)

    def log_pr_curve(
        self,
        name: str,
        precision: Iterable[Any],
        recall: Iterable[Any],
        average_precision: float | None = None,
        step: int | None = None,
        timestamp: Timestamp | None = None,
    ) -> None:
        """Log a precision-recall curve and the average precision."""
        self._curve("pr", name, precision, recall, average_precision, step, timestamp)

    def log_confusion_matrix(
        self,
        name: str,
        x: Iterable[Any],
        y: Iterable[Any],
        z: Iterable[Any],
        step: int | None = None,
        timestamp: Timestamp | None = None,
    ) -> None:
        """Log a matrix `z` of counts with labels `x` of its columns and `y` of its rows.
        Raises ValueError if the shape of `z` is not that of the labels."""
        columns, rows, cells = _items(x), _items(y), _items(z)
        if len(cells) != len(rows) or any(
            not isinstance(row, list) or len(row) != len(columns) for row in cells
        ):
            raise ValueError(f"z must have {len(rows)} rows of {len(columns)} cells, as the labels say")
        self._event("confusion", name, compact({"x": columns, "y": rows, "z": cells}), step, timestamp)

    def log_histogram(
        self,
        name: str,
        values: Iterable[Any],
        bins: int | str | Sequence[float] = 64,
        step: int | None = None,
        timestamp: Timestamp | None = None,
    ) -> None:
        """Log how `values` are distributed; `bins` as numpy's histogram takes them. Needs numpy."""
        numpy = needed("numpy", "log_histogram")
        counts, edges = numpy.histogram(numpy.asarray(values).ravel(), bins=bins)
        # The real client writes the counts as `values` and the edges as `counts`; readers expect it so.
        payload = compact({"values": _numbers(counts), "counts": _numbers(edges)})
        self._event("histogram", name, payload, step, timestamp)

    def _curve(
        self,
        kind: str,
        name: str,
        x: Iterable[Any],
        y: Iterable[Any],
        annotation: Any,
        step: int | None,
        timestamp: Timestamp | None,
    ) -> None:
        xs, ys = _numbers(x), _numbers(y)
        if len(xs) != len(ys):
            raise ValueError(f"a curve needs as many x as y, not {len(xs)} and {len(ys)}")
        curve: dict[str, Any] = {"kind": kind, "x": xs, "y": ys}
        if annotation is not None:
            curve["annotation"] = str(annotation)
        self._event("curve", name, compact(curve), step, timestamp)


def _items(values: Iterable[Any]) -> list[Any]:
    copied = plain(values)
    return copied if isinstance(copied, list) else [plain(value) for value in values]


def _numbers(values: Iterable[Any]) -> list[float]:
    return [float(value) for value in _items(values)]
