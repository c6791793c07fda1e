"""MLflow on SQLite, in a process of its own: `create` makes the tables, else queries come in as JSON lines.

Runs under the interpreter of MLflow's own environment: nothing of this project is imported.
"""

import json
import os
import sys
import time

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
uri = "sqlite:///" + os.path.join(sys.argv[2], "mlflow.db")


def main() -> None:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    if sys.argv[1] == "create":
        for number in range(20):
            client.create_experiment(f"project-{number:02}", artifact_location=os.path.join(sys.argv[2], "a"))
        return
    everywhere = [each.experiment_id for each in client.search_experiments()]

    def pages(ask):
        """All runs of the filters, page by page; several filters stand for an OR, which MLflow lacks."""
        found = {}
        for text in ask["filters"]:
            token = None
            while True:
                most = min(ask["limit"] or 50_000, 50_000)
                page = client.search_runs(
                    everywhere, text, max_results=most, order_by=ask["order"], page_token=token
                )
                found.update({each.info.run_id: each for each in page})
                token = page.token
                if ask["limit"] is not None or not token:
                    break
        return list(found.values())

    def answer(ask):
        if "uuid" in ask:
            return [client.get_run(ask["uuid"]).info.run_id]
        found = pages(ask)
        if ask["kind"] == "count":
            return len(found)
        if ask["kind"] == "join":
            return [
                [each.info.run_id, each.data.metrics["loss"], each.data.metrics["in_lr"]] for each in found
            ]
        if len(ask["filters"]) > 1:
            metric = ask["order"][0].split()[0].removeprefix("metrics.")
            found.sort(key=lambda each: -each.data.metrics.get(metric, float("-inf")))
        return [each.info.run_id for each in found][: ask["limit"]]

    print("ready", flush=True)
    for line in sys.stdin:
        ask = json.loads(line)
        start = time.perf_counter()
        found = answer(ask)
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, "answer": found}), flush=True)


main()
