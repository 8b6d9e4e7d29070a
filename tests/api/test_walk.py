"""The way through the service, from a scenario to a published solution and its purge."""

from __future__ import annotations

from api.store import tokens
from scheduler.models import Solution
from scheduler.reading import read
from scheduler.solver import solve
from scheduler.writing import solution_files
from tests.api.conftest import TINY, Served

CHANGES = {"changes": [{"action": "away", "id": "s1", "block": "Mon.flex"}]}


def test_a_scenario_says_what_it_holds(served: Served, scenario: str) -> None:
    found = served.ask("GET", f"/v1/scenarios/{scenario}").json()
    assert found["counts"]["students"] == 6
    assert found["name"] == "Tiny school"
    assert found["digest"] == read(TINY).digest


def test_the_command_line_gives_the_same_bytes(served: Served, solution: str) -> None:
    files = solution_files(solve(read(TINY), seed=7))
    for name in ("assignments", "sessions", "findings", "ledger"):
        sent = served.ask(
            "GET", f"/v1/solutions/{solution}/{name}", "admin", headers={"Accept": "text/csv"}
        )
        assert sent.content == files[f"{name}.csv"], name
    sent = served.ask("GET", f"/v1/solutions/{solution}/certificate")
    assert timeless(sent.text) == timeless(files["certificate.json"].decode())


def timeless(certificate: str) -> list[str]:
    """A certificate line by line, without seconds and memory."""
    lines = certificate.splitlines()
    start = next(at for at, line in enumerate(lines) if "seconds_per_stage" in line)
    end = next(at for at in range(start, len(lines)) if "}" in lines[at])
    kept = lines[:start] + lines[end + 1 :]
    return [line for line in kept if "peak_memory_mb" not in line]


def test_questions_are_answered(served: Served, solution: str) -> None:
    asked = {"question": "why-not", "person": "s1", "session": "algebra-mon"}
    sent = served.ask("POST", f"/v1/solutions/{solution}/explain", json=asked)
    assert sent.status_code == 200, sent.text
    assert sent.json()["answers"][0]["person"] == "s1"
    assert sent.json()["text"]


def test_a_repair_is_a_new_solution_with_its_diff(served: Served, solution: str) -> None:
    sent = served.ask("POST", f"/v1/solutions/{solution}/repairs", json=CHANGES)
    assert sent.status_code == 202, sent.text
    found = served.ended(sent.json()["id"])
    assert found["status"] == "succeeded", found
    after = found["solution"]
    assert served.ask("GET", f"/v1/solutions/{after}").json()["repairs"] == solution
    repair = served.ask("GET", f"/v1/solutions/{after}/repair").json()
    assert [one["person"] for one in repair["gone"]] == ["s1"]
    diff = served.ask("GET", f"/v1/solutions/{after}/diff")
    assert diff.status_code == 200, diff.text
    assert "s1" in {move["person"] for move in diff.json()["moves"]}


def test_a_purge_takes_everything_along(served: Served) -> None:
    scenario = served.scenario()
    solution = served.solution(scenario)
    assert served.ask("DELETE", f"/v1/scenarios/{scenario}").status_code == 204
    assert served.ask("GET", f"/v1/scenarios/{scenario}").status_code == 404
    assert served.ask("GET", f"/v1/solutions/{solution}").status_code == 404
    assert served.ask("GET", f"/v1/solutions/{solution}/assignments").status_code == 404


def test_a_kept_solution_is_the_solution(served: Served, solution: str) -> None:
    view = served.service.view(solution, _admin(served))
    assert isinstance(view.solution, Solution)
    assert view.current
    assert view.disputed == 0


def _admin(served: Served) -> object:
    with served.service.database.reading() as session:
        return tokens.found(session, served.token("admin"))
