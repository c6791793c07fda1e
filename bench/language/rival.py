"""The rival: haupt's own way from the text of a query to the text of its SQL, without any data."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable

__all__ = ["rival_parse", "rival_sql"]


def _setup() -> None:
    if "DJANGO_SETTINGS_MODULE" in os.environ:
        return
    home = tempfile.mkdtemp(prefix="pql-rival-")
    os.environ |= {
        "HOME": home,
        "DJANGO_SETTINGS_MODULE": "haupt.polyconf.settings",
        "POLYAXON_NO_CONFIG": "0",
        "POLYAXON_CONFIG_PATH": home,
        "POLYAXON_DB_ENGINE": "sqlite",
        "POLYAXON_DB_NAME": os.path.join(home, "rival.db"),
    }
    import django

    django.setup()


def rival_sql(*, plain: bool) -> Callable[[str], str]:
    """From text to the text of the SQL, as a search does it; `plain` leaves out the conditions and the order
    that it adds of its own."""
    _setup()
    from haupt.db.defs import Models
    from haupt.db.query_managers.run import RunQueryManager

    class Plain(RunQueryManager):  # type: ignore[misc]
        DEFAULT_FILTERS: dict[str, object] = {}  # noqa: RUF012 - as its base has it

    def compile_plain(text: str) -> str:
        return str(Plain.apply(text, Models.Run.all).query)

    def compile_search(text: str) -> str:
        found = RunQueryManager.apply(text, Models.Run.objects).order_by("-updated_at")
        return str(found[:20].query)

    return compile_plain if plain else compile_search


def rival_parse() -> Callable[[str], object]:
    """The rival's parse alone."""
    _setup()
    from polyaxon._pql.grammar import parse_query

    return parse_query  # type: ignore[no-any-return]
