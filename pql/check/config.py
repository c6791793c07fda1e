"""Settings of a project: `[tool.pql.check]` of pyproject.toml, or `[check]` of pql.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pql.diagnostics.suggest import suggestion

__all__ = ["ConfigError", "NotTomlError", "Settings", "find_settings"]

_KEYS = ("select", "ignore", "exclude")


class ConfigError(Exception):
    """Settings that can't be used; the text says where and why."""


class NotTomlError(Exception):
    """A file of settings that TOML's reader refuses: `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is not TOML")
        self.path = path


@dataclass(frozen=True, slots=True)
class Settings:
    """`select` and `ignore` name codes or rules; `exclude` are patterns as in `.gitignore`. `file` is where
    they stand (None: nowhere)."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    file: Path | None = None
    broken: bool = False
    """The file is no TOML, so that nothing is known of what it says."""


def find_settings(folder: Path) -> Settings:
    """The settings nearest to a folder, upwards; `pql.toml` goes before `pyproject.toml`.

    Raises ConfigError, NotTomlError.
    """
    for each in (folder, *folder.parents):
        own = each / "pql.toml"
        if own.is_file():
            return _settings(own, _table(_read(own), own, "check"))
        project = each / "pyproject.toml"
        if project.is_file():
            tool = _read(project).get("tool", {})
            pql = tool.get("pql") if isinstance(tool, dict) else None
            if isinstance(pql, dict) and "check" in pql:
                return _settings(project, _table(pql, project, "check"))
    return Settings()


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except tomllib.TOMLDecodeError:
        raise NotTomlError(path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from None


def _table(data: dict[str, Any], path: Path, name: str) -> dict[str, Any]:
    table = data.get(name, {})
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: `{name}` must be a table")
    return table


def _settings(path: Path, table: dict[str, Any]) -> Settings:
    for key, value in table.items():
        if key not in _KEYS:
            hint = suggestion(key, _KEYS) or f"there are: {', '.join(_KEYS)}"
            raise ConfigError(f"{path}: unknown setting `{key}`; {hint}")
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ConfigError(f"{path}: `{key}` takes a list of texts")
    taken = {key: tuple(table.get(key, ())) for key in _KEYS}
    return Settings(taken["select"], taken["ignore"], taken["exclude"], path)
