"""Calendars compared over the wire: as the command compares them, for who may see it."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from api.jobs import tasks
from api.jobs.outcomes import Done, Stopped
from api.store import audit
from api.store.tables import Job
from scheduler.cli.app import app
from scheduler.reading import read
from scheduler.solver import solve
from scheduler.writing import scenario_json
from tests import twocalendars
from tests.api.conftest import OTHER, TINY, Served, zipped

if TYPE_CHECKING:
    from pathlib import Path

MIDDLE = TINY.parent / "short-monday" / "middle"
BOTH = {"calendars": ["now", "then"], "pack": "IL"}
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def school(served: Served) -> str:
    """The school of two calendars, kept."""
    sent = served.ask("POST", "/v1/scenarios", json=twocalendars.document())
    assert sent.status_code == 201, sent.text
    return str(sent.json()["id"])


def ordered(served: Served, scenario: str, asked: dict[str, Any] = BOTH, **more: Any) -> Any:
    return served.ask("POST", f"/v1/scenarios/{scenario}/comparisons", json=asked, **more)


@pytest.fixture(scope="module")
def job(served: Served, school: str) -> dict[str, Any]:
    """A comparison's job, done."""
    sent = ordered(served, school)
    assert sent.status_code == 202, sent.text
    assert sent.headers["location"] == f"/v1/jobs/{sent.json()['id']}"
    assert sent.json()["kind"] == "compare"
    found = served.ended(sent.json()["id"])
    assert found["status"] == "succeeded", found
    return found


@pytest.fixture(scope="module")
def path(job: dict[str, Any]) -> str:
    return f"/v1/comparisons/{job['comparison']}"


def test_the_command_line_compares_alike(
    served: Served, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = twocalendars.put(tmp_path / "school.json")
    monkeypatch.chdir(tmp_path)
    given = ["--calendar", "now", "--calendar", "then", "--pack", "IL"]
    given += ["--json", "--quiet", "-o", "page.html"]
    told = CliRunner().invoke(app, ["compare", str(file), *given])
    assert told.exit_code == 0, told.output
    assert served.ask("GET", path).text == told.stdout
    page = served.ask("GET", path, headers=PAGE)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.content == (tmp_path / "page.html").read_bytes()


def test_the_page_fetches_nothing(served: Served, path: str) -> None:
    page = served.ask("GET", path, headers=PAGE).text
    assert "Two calendars" in page
    assert "<script" not in page
    assert not re.search(r'(src|href)="(https?:)?//|url\((?!#)|@import', page)


def test_a_form_that_there_is_not_is_refused(served: Served, path: str) -> None:
    assert served.ask("GET", path, headers={"Accept": "text/csv"}).status_code == 406


def test_a_job_says_what_came_of_it(served: Served, school: str, job: dict[str, Any]) -> None:
    assert job["solution"] is None
    assert job["scenario"] == school
    assert job["progress"]["stage"] == "done"
    lines = served.ask("GET", f"/v1/jobs/{job['id']}/events").text.splitlines()
    told = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    calendars = [one["calendar"] for one in told if "calendar" in one]
    assert list(dict.fromkeys(calendars)) == ["now", "then"]


def test_it_is_for_those_who_see_everything_anyway(served: Served, school: str, path: str) -> None:
    assert served.ask("GET", path, "admin").status_code == 200
    for role, person in (("student", "a"), ("staff", "t1"), ("district", "")):
        who: dict[str, Any] = {"role": role, "person": person}
        assert served.ask("GET", path, **who).status_code == 403
        assert ordered(served, school, **who).status_code == 403
    for role in ("coordinator", "admin"):
        other: dict[str, Any] = {"role": role, "school": OTHER}
        assert served.ask("GET", path, **other).status_code == 404
        assert ordered(served, school, **other).status_code == 404


def test_orders_and_reads_are_noted(served: Served, school: str, path: str) -> None:
    served.ask("GET", path)
    made = ordered(served, school).json()["id"]
    with served.service.database.reading() as session:
        found = {(one.action, one.subject) for one in audit.lines(session, 2)}
    assert found == {("read comparison", path.rpartition("/")[2]), ("compare", made)}
    served.ended(made)


@pytest.mark.parametrize(
    ("asked", "column", "said", "hint"),
    [
        ({"calendars": ["now", "no"]}, None, "'no'", "now"),
        ({"calendars": ["now"]}, "calendars", "at least 2", ""),
        ({"calendars": ["now", "now"]}, "calendars", "twice", "once"),
        ({**BOTH, "pack": "ZZ"}, "pack", "no such pack; there are CA, IL", "one of these"),
        ({**BOTH, "pack": "/etc/passwd"}, "pack", "no such pack; there are CA, IL", "one of these"),
    ],
)
def test_what_is_wrong_is_said_before_there_is_a_job(
    served: Served, school: str, asked: dict[str, Any], column: str | None, said: str, hint: str
) -> None:
    sent = ordered(served, school, asked)
    assert sent.status_code == 422
    (found,) = sent.json()["problems"]
    assert found["column"] == column
    assert said in found["message"]
    assert hint in found["hint"]


def test_every_unknown_calendar_is_named(served: Served, school: str) -> None:
    sent = ordered(served, school, {"calendars": ["neither", "now", "nor"]})
    messages = " ".join(one["message"] for one in sent.json()["problems"])
    assert "'neither'" in messages
    assert "'nor'" in messages


def test_a_purge_takes_comparisons_along(served: Served) -> None:
    school = served.ask("POST", "/v1/scenarios", json=twocalendars.document()).json()["id"]
    found = served.ended(ordered(served, school).json()["id"])
    path = f"/v1/comparisons/{found['comparison']}"
    assert served.ask("GET", path).status_code == 200
    assert served.ask("DELETE", f"/v1/scenarios/{school}").status_code == 204
    assert served.ask("GET", path).status_code == 404


def test_the_seconds_of_all_calendars_are_those_of_a_job(
    served: Served, school: str, job: dict[str, Any]
) -> None:
    made = ordered(served, school, {**BOTH, "time_limit_s": 10}).json()["id"]
    served.ended(made)
    most = served.service.settings.solve_seconds
    with served.service.database.reading() as session:
        limits = [session.get_one(Job, one).request["time_limit"] for one in (job["id"], made)]
    assert limits == [most, 20.0]


def test_one_that_is_cancelled_ends_and_keeps_nothing(served: Served) -> None:
    """Also a real school's, whose search would go on for long."""
    form = {"Content-Type": "application/zip"}
    sent = served.ask("POST", "/v1/scenarios", content=zipped(MIDDLE), headers=form)
    asked = {"calendars": ["current", "short-monday"], "target_gap": 0.0}
    job = ordered(served, sent.json()["id"], asked).json()["id"]
    while served.ask("GET", f"/v1/jobs/{job}").json()["progress"] is None:
        time.sleep(0.1)
    assert served.ask("POST", f"/v1/jobs/{job}/cancel").json()["cancelling"]
    found = served.ended(job)
    assert (found["status"], found["comparison"]) == ("cancelled", None)


def test_an_interrupted_search_is_compared_with_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    def interrupted(school: Any, **how: Any) -> Any:
        begun.append(school.scenario.calendar)
        found = solve(school, **how)
        cut = found.certificate.model_copy(update={"stopped_by": "interrupt"})
        return found.model_copy(update={"certificate": cut})

    payload = {
        "scenario": scenario_json(read(twocalendars.document())),
        **{"calendars": ["now", "then"], "pack": None},
        **{"seed": 0, "gap": 0.0, "time_limit": 60.0},
    }
    assert isinstance(tasks.perform("compare", payload, lambda _: None), Done)
    monkeypatch.setattr(tasks, "solve", interrupted)
    assert tasks.perform("compare", payload, lambda _: None) == Stopped()
    assert begun == ["now"]
