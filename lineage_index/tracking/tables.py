"""Data frames as files."""

from __future__ import annotations

from typing import Any

from lineage_index.tracking.optional import needed

__all__ = ["TABLE_TYPES", "write_table"]

TABLE_TYPES = ("parquet", "csv", "html")


def write_table(table: Any, content_type: str, path: str) -> None:
    """Write a pandas or polars data frame or a pyarrow Table. Raises ValueError for another type of file or
    one that the library does not write, TypeError for what is no table, ImportError, OSError."""
    if content_type not in TABLE_TYPES:
        raise ValueError(f"content_type must be one of {', '.join(TABLE_TYPES)}, not {content_type!r}")
    library = type(table).__module__.partition(".")[0]
    match library, content_type:
        case "pandas", "parquet":
            needed("pyarrow", "log_dataframe")
            table.to_parquet(path, engine="pyarrow")
        case "pandas", "csv":
            table.to_csv(path)
        case "pandas", "html":
            with open(path, "w", encoding="utf-8") as file:
                file.write(table.to_html())
        case "polars", "parquet":
            table.write_parquet(path)
        case "polars", "csv":
            table.write_csv(path)
        case "pyarrow", "parquet":
            needed("pyarrow.parquet", "log_dataframe").write_table(table, path)
        case "pyarrow", "csv":
            needed("pyarrow.csv", "log_dataframe").write_csv(table, path)
        case "polars" | "pyarrow", _:
            raise ValueError(f"{library} writes no {content_type}")
        case _:
            raise TypeError(
                f"log_dataframe takes pandas, polars or pyarrow tables, not {type(table).__name__}"
            )
