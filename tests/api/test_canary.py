"""A walk through every route with marked names, needs, reasons and tokens: where do they turn up?

Not in the log, not in what is measured, not in the audit or the events of jobs, whatever was sent.
And in no error but one that repeats to somebody what they sent themselves.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from typing import TYPE_CHECKING, Any, get_args

import pytest

from api.store.packing import packed
from api.store.tokens import PERSONAL, Role
from benchmarks.served import Served
from tests.api.routes import TABLE, Route, body
from tests.schools import tiny, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

ROLES: tuple[Role, ...] = get_args(Role)
NAMES = {"Ada", "Ben", "Chloe", "Dan", "Eva", "Finn", "Ms. Gray", "Mr. Hill"}
MARK = "Canary"
TAG = "canarytag"
SENT = f"{MARK}Sent"
CHANGES = {"changes": [{"action": "away", "id": "s1", "block": "Mon.flex"}]}


def marked() -> dict[str, bytes]:
    """The tiny school with marks instead of names, needs and reasons."""
    found = {}
    for file, data in tiny().items():
        text = data.decode()
        if file in ("students.csv", "staff.csv"):
            for name in NAMES:
                text = text.replace(f",{name},", f",{MARK}{name.replace(' ', '')},")
        text = text.replace("math support", TAG)
        text = text.replace("79.8 % and 80 % is the mark", f"{MARK}Mark")
        text = text.replace("Missed the last quiz", f"{MARK}Quiz")
        found[file] = text.encode()
    return found


def with_two_calendars() -> dict[str, bytes]:
    """The marked school with a second calendar, which is as the first."""
    found = marked()
    head, *rows = found["bells.csv"].decode().splitlines()
    again = [row.replace("current", "again", 1) for row in rows]
    found["bells.csv"] = "\n".join([head, *rows, *again, ""]).encode()
    found["scenario.toml"] = b'calendar = "current"\n' + found["scenario.toml"]
    return found


class Walk:
    """A server, what is in it, and what it said."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.secrets: set[str] = set()
        self.clients: dict[str, httpx2.Client] = {}
        for role in ROLES:
            person = {"student": "s1", "staff": "t1"}.get(role, "")
            assert bool(person) == (role in PERSONAL)
            token = served.token(role, person)
            self.secrets.add(token.split("_", 2)[2])
            self.clients[role] = served.client(token, seconds=120)
        self.clients["nobody"] = served.client(f"flexweave_{MARK}_{MARK}Secret")
        self.boss = self.clients["admin"]
        self.errors: list[tuple[str, str]] = []
        self.asked = self.succeeded = 0

    def ask(self, role: str, method: str, path: str, **more: Any) -> httpx2.Response:
        """A request; an answer that is an error is noted with what was sent."""
        answer = self.clients[role].request(method, path, **more)
        self.asked += 1
        self.succeeded += answer.status_code < 300
        if answer.status_code >= 400:
            self.errors.append((f"{path} {more}", f"{answer.headers} {answer.text}"))
        return answer

    def keep(self, data: bytes) -> str:
        sent = self.ask(
            "admin",
            "POST",
            "/v1/scenarios",
            content=data,
            headers={"Content-Type": "application/zip"},
        )
        assert sent.status_code == 201, sent.text
        return str(sent.json()["id"])

    def ended(self, job: str) -> dict[str, Any]:
        until = time.monotonic() + 240
        while time.monotonic() < until:
            found: dict[str, Any] = self.boss.get(f"/v1/jobs/{job}").json()
            if found["status"] not in ("queued", "running"):
                return found
            time.sleep(0.1)
        raise AssertionError(found)

    def fill(self) -> dict[str, str]:
        """A scenario with a published solution that repairs another; and a comparison."""
        scenario = self.keep(zipped(marked()))
        job = self.ask("admin", "POST", f"/v1/scenarios/{scenario}/solves", json={}).json()["id"]
        first = self.ended(job)["solution"]
        sent = self.ask("admin", "POST", f"/v1/solutions/{first}/repairs", json=CHANGES)
        found = self.ended(sent.json()["id"])
        self.ask("admin", "POST", f"/v1/solutions/{found['solution']}/publish")
        ids = {"scenario": found["scenario"], "job": found["id"], "solution": found["solution"]}
        return {**ids, "comparison": self.comparison()}

    def comparison(self) -> str:
        path = f"/v1/scenarios/{self.keep(zipped(with_two_calendars()))}/comparisons"
        sent = self.ask("admin", "POST", path, json={"calendars": ["current", "again"]})
        return str(self.ended(sent.json()["id"])["comparison"])

    def database(self) -> sqlite3.Connection:
        return sqlite3.connect(self.served.file, timeout=30)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("canary")
    with Served(folder, rate=100_000, burst=100_000) as served:
        found = Walk(served)
        yield found
        for client in found.clients.values():
            client.close()


def test_marks_are_nowhere_but_in_answers(walk: Walk) -> None:
    ids = walk.fill()
    document = walk.boss.get("/openapi.json").json()
    succeed(walk, document, ids)
    fail(walk, document, ids)
    break_inside(walk, ids)
    metrics = walk.ask("admin", "GET", "/metrics").text
    assert "flexweave_requests" in metrics
    walk.served.stop()
    print(
        f"{walk.asked} requests, {walk.succeeded} done, {len(walk.errors)} told a problem, "
        f"{len(walk.served.log.read_text().splitlines())} lines of log"
    )
    assert walk.succeeded > 30
    assert len(walk.errors) > 200
    for where, text in (("metrics", metrics), *kept(walk)):
        assert not marks(walk, text), (where, marks(walk, text), text[:500])


def marks(walk: Walk, text: str) -> set[str]:
    """The marks in a text."""
    found = set(re.findall(rf"{MARK}\w*|{TAG}", text, re.IGNORECASE))
    return found | {secret for secret in walk.secrets if secret in text}


def succeed(walk: Walk, document: dict[str, Any], ids: dict[str, str]) -> None:
    """Every route, by every role, as it is meant."""
    for route in TABLE:
        for role in (*ROLES, "nobody"):
            if (route.method, route.path) == ("DELETE", "/v1/scenarios/{scenario}"):
                continue
            sent = body(document, route)
            answer = walk.ask(
                role, route.method, route.to(ids), **({} if sent is None else {"json": sent})
            )
            assert answer.status_code < 500
            if role == "admin" and route.path.endswith("/assignments"):
                assert "s1" in answer.text
    told = walk.ask("admin", "GET", f"/v1/solutions/{ids['solution']}/report").text
    assert marks(walk, told), "marks do turn up where they belong"
    for scenario in (walk.keep(zipped(marked())), walk.keep(zipped(marked()))):
        walk.ask("coordinator", "DELETE", f"/v1/scenarios/{scenario}")
        walk.ask("coordinator", "DELETE", f"/v1/scenarios/{scenario}")


def fail(walk: Walk, document: dict[str, Any], ids: dict[str, str]) -> None:
    """Every route, by every role, with what it cannot do; the wrong parts are marked too."""
    nowhere = dict.fromkeys(ids, SENT)
    for route in TABLE:
        for role in (*ROLES, "nobody"):
            for path in {route.to(nowhere), route.to(ids)}:
                if (route.method, path) != ("DELETE", route.to(ids)):
                    spoil(walk, role, route, path, body(document, route))
    broken = marked()
    broken["choices.csv"] += f"s1,{SENT},first\n".encode()
    broken["needs.csv"] += b"s2,x,none,high,,t1,y,perhaps\n"
    headers = {"Content-Type": "application/zip"}
    for role in ROLES:
        walk.ask(role, "POST", "/v1/scenarios", content=zipped(broken), headers=headers)
        asked = {"question": "why-not", "person": "s2", "session": SENT}
        walk.ask(role, "POST", f"/v1/solutions/{ids['solution']}/explain", json=asked)
        for person in ("s2", SENT):
            asked = {"question": "why", "person": person}
            walk.ask(role, "POST", f"/v1/solutions/{ids['solution']}/explain", json=asked)


def spoil(walk: Walk, role: str, route: Route, path: str, sent: Any) -> None:
    """A request with a marked query, header and body, in ways that cannot be right."""
    more = {"params": {"limit": SENT, "since": SENT}, "headers": {"Idempotency-Key": SENT * 50}}
    if sent is None:
        walk.ask(role, route.method, path, **more)
        return
    for wrong in ({SENT: SENT}, [SENT], sent | {"seed": SENT, "question": SENT, SENT: sent}):
        walk.ask(role, route.method, path, json=wrong, **more)
    for text in (f'{{"{SENT}": ', SENT):
        form = {"Content-Type": "application/json"}
        walk.ask(role, route.method, path, content=text, headers=form)
        walk.ask(role, route.method, path, content=text, headers={"Content-Type": SENT})


def break_inside(walk: Walk, ids: dict[str, str]) -> None:
    """What is kept is no longer what it was: nobody foresaw it, and nothing of it is told."""
    job = walk.ask("admin", "POST", f"/v1/scenarios/{ids['scenario']}/solves", json={}).json()
    solution = walk.ended(job["id"])["solution"]
    spoiled = packed(json.dumps({"assignments": f"{MARK}Kept", "students": [MARK]}).encode())
    with walk.database() as database:
        database.execute("UPDATE solutions SET document = ? WHERE id = ?", (spoiled, solution))
        database.execute(
            "UPDATE scenarios SET document = ? WHERE id = ?", (spoiled, ids["scenario"])
        )
    database.close()
    statuses = set()
    for path in ("assignments", "sessions", "report", "workbook"):
        answer = walk.ask("admin", "GET", f"/v1/solutions/{solution}/{path}")
        statuses.add(answer.status_code)
    asked = {"question": "why", "person": "s1"}
    answer = walk.ask("admin", "POST", f"/v1/solutions/{solution}/explain", json=asked)
    statuses.add(answer.status_code)
    assert statuses <= {500, 422}, statuses
    assert 500 in statuses
    job = walk.ask("admin", "POST", f"/v1/scenarios/{ids['scenario']}/solves", json={}).json()
    assert walk.ended(job["id"])["status"] == "failed"


def kept(walk: Walk) -> Iterator[tuple[str, str]]:
    """All that is written down beside scenarios and solutions, and what errors said."""
    yield "log", walk.served.log.read_text()
    database = walk.database()
    for table in ("audit", "events", "tokens"):
        for row in database.execute(f"SELECT * FROM {table}"):
            yield table, repr(row)
    for row in database.execute("SELECT error, state, request FROM jobs"):
        yield "jobs", repr(row)
    database.close()
    for sent, answer in walk.errors:
        for mark in marks(walk, sent):
            answer = answer.replace(mark, "what was sent")
        yield f"error of {sent[:200]}", answer
