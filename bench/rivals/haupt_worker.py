"""Haupt on SQLite, in a process of its own: `create` makes the tables, else queries come in as JSON lines.

Runs under the interpreter of haupt's own environment: nothing of this project is imported.
"""

import json
import os
import sys
import time

home = sys.argv[2]
os.environ.update(
    HOME=home,
    DJANGO_SETTINGS_MODULE="haupt.polyconf.settings",
    POLYAXON_NO_CONFIG="0",
    POLYAXON_CONFIG_PATH=home,
    POLYAXON_DB_ENGINE="sqlite",
    POLYAXON_DB_NAME=os.path.join(home, "haupt.db"),
)


def main() -> None:
    import django

    django.setup()
    if sys.argv[1] == "create":
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        return
    from haupt.common.apis.filters import OrderingFilter
    from haupt.db.defs import Models
    from haupt.db.query_managers.run import RunQueryManager, RunsFilterRequest, RunsOfflineFilter

    class Plain(RunQueryManager):
        DEFAULT_FILTERS = {}  # noqa: RUF012 - as the class above has it

    def selected(ask):
        """The query set: no hidden filters, the same order as asked."""
        runs = Models.Run.all.all()
        if ask["pql"]:
            runs = Plain.apply(ask["pql"], runs)
        if ask["kind"] == "count":
            return runs
        view = RunsOfflineFilter()
        view.ordering = RunQueryManager.FIELDS_DEFAULT_ORDERING
        view.queryset = runs
        ordering, notes = OrderingFilter().get_ordering(RunsFilterRequest({"sort": ask["sort"]}), runs, view)
        if notes:
            runs = runs.annotate(**notes)
        return runs.order_by(*ordering)[: ask["limit"]]

    def answer(ask):
        runs = selected(ask)
        if ask["kind"] == "count":
            return runs.count()
        if ask["kind"] == "join":
            found = runs.values_list("uuid", "outputs", "inputs")
            return [[uuid.hex, outputs.get("loss"), inputs.get("lr")] for uuid, outputs, inputs in found]
        return [uuid.hex for uuid in runs.values_list("uuid", flat=True)]

    print("ready", flush=True)
    for line in sys.stdin:
        ask = json.loads(line)
        start = time.perf_counter()
        found = answer(ask)
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, "answer": found}), flush=True)


main()
