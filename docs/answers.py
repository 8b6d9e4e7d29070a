"""Makes the examples of answers in the OpenAPI document, by asking the service for them.

The school of `api.examples` is sent, solved, repaired, published and asked about. Ids, moments and
whatever a clock decides are put in place of those of the day.
"""

import json
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api.app import create_app
from api.examples import SCENARIO
from api.settings import Settings
from api.store import tokens

TARGET = Path(__file__).parents[1] / "api" / "answers.json"
MOMENT = "2026-09-01T08:00:00Z"
RULES = 2
"""Rules that are shown."""

LINES = 3
"""Lines of each part of a comparison that are shown."""

SHOWN = 1_500
"""Characters of a text that are shown."""


class Asking:
    """Asks, and keeps each first answer by its operation."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client, self.token = client, token
        self.found: dict[str, dict[str, Any]] = {}

    def ask(self, name: str, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        sent = self.client.request(method, path, headers=headers, **more)
        assert sent.status_code < 300, (name, sent.text)
        form = sent.headers.get("content-type", "").partition(";")[0]
        if form == "application/json":
            self.found.setdefault(name, {})[form] = sent.json()
        elif form.startswith("text/"):
            self.found.setdefault(name, {})[form] = sent.text[:SHOWN]
        return sent.json() if form == "application/json" else None

    def ended(self, job: str) -> str:
        """The id of what came of a job."""
        while True:
            found = self.ask("get_job", "GET", f"/v1/jobs/{job}")
            if found["status"] not in ("queued", "running"):
                assert found["status"] == "succeeded", found
                return str(found["solution"] or found["comparison"])
            time.sleep(0.1)


def walk(asking: Asking) -> None:
    ask, csv = asking.ask, {"Accept": "text/csv"}
    ask("get_health", "GET", "/healthz")
    ask("get_readiness", "GET", "/readyz")
    ask("list_rules", "GET", "/v1/rules")
    asking.found["list_rules"]["application/json"][RULES:] = []
    ask("solve_small", "POST", "/v1/solve", json={"scenario": SCENARIO, "seed": 7})
    question = {"question": "why-not", "person": "s3", "session": "robotics-Mon"}
    ask("explain_small", "POST", "/v1/explain", json={"scenario": SCENARIO, **question})
    compared(asking)
    scenario = ask("create_scenario", "POST", "/v1/scenarios", json=SCENARIO)["id"]
    ask("list_scenarios", "GET", "/v1/scenarios")
    ask("get_scenario", "GET", f"/v1/scenarios/{scenario}")
    ask("diagnose_scenario", "POST", f"/v1/scenarios/{scenario}/diagnose", json={})
    job = ask("solve_scenario", "POST", f"/v1/scenarios/{scenario}/solves", json={"seed": 7})["id"]
    solution = asking.ended(job)
    ask("follow_job", "GET", f"/v1/jobs/{job}/events")
    ask("cancel_job", "POST", f"/v1/jobs/{job}/cancel")
    here = f"/v1/solutions/{solution}"
    ask("publish_solution", "POST", f"{here}/publish")
    ask("get_solution", "GET", here)
    ask("get_certificate", "GET", f"{here}/certificate")
    for table in ("assignments", "sessions", "findings", "ledger"):
        ask(f"list_{table}", "GET", f"{here}/{table}")
        ask(f"list_{table}", "GET", f"{here}/{table}", headers=csv)
    ask("get_report", "GET", f"{here}/report")
    ask("explain_solution", "POST", f"{here}/explain", json=question)
    away = {"changes": [{"action": "away", "id": "s1", "block": "Mon.flex"}]}
    repaired = asking.ended(ask("repair_solution", "POST", f"{here}/repairs", json=away)["id"])
    ask("get_diff", "GET", f"/v1/solutions/{repaired}/diff")
    ask("get_repair", "GET", f"/v1/solutions/{repaired}/repair")
    ask("list_solutions", "GET", "/v1/solutions")
    ask("get_metrics", "GET", "/metrics")


def compared(asking: Asking) -> None:
    """The school with a second calendar, and both of them compared."""
    ask = asking.ask
    late = [{**bell, "calendar": "late", "end": "10:30"} for bell in SCENARIO["bells"]]
    settings = {**SCENARIO["scenario"], "calendar": "current"}
    both = {**SCENARIO, "scenario": settings, "bells": SCENARIO["bells"] + late}
    scenario = ask("create_scenario", "POST", "/v1/scenarios", json=both)["id"]
    here, asked = f"/v1/scenarios/{scenario}", {"calendars": ["current", "late"], "pack": "IL"}
    job = ask("compare_calendars", "POST", f"{here}/comparisons", json=asked)["id"]
    comparison = f"/v1/comparisons/{asking.ended(job)}"
    ask("get_comparison", "GET", comparison)
    (table,) = asking.found["get_comparison"]["application/json"]["tables"]
    for part in ("lines", "floors", "courses", "grades"):
        table[part][LINES:] = []
    ask("get_comparison", "GET", comparison, headers={"Accept": "text/html"})


def steady(text: str) -> str:
    """Answers without what differs from day to day."""
    names: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"{found[1]}_{len(names) + 1:024x}")

    text = re.sub(r"(scn|job|sol|cmp)_[0-9a-f]{24}", named, text)
    text = re.sub(r"20\d\d-\d\d-\d\dT[\d:.]+Z", MOMENT, text)
    text = re.sub(r'("peak_memory_mb": )[\d.]+', r"\g<1>450.5", text)
    text = re.sub(r'(\\?"seconds\\?": )[\d.]+', r"\g<1>1.5", text)
    return re.sub(
        r'("(?:seconds_per_stage|seconds)": )\{[^}]*\}', r'\g<1>{"start": 1.1, "done": 0.2}', text
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(database_url=f"sqlite:///{folder}/flexweave.db"))
        with TestClient(app) as client:
            with app.state.service.database.writing() as session:
                token = tokens.create(session, role="admin", schools=["riverside"])
            asking = Asking(client, token)
            walk(asking)
    answers = json.dumps(asking.found, indent=1, ensure_ascii=False)
    TARGET.write_text(steady(answers) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
