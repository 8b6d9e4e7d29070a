"""Who is let in, to what, how often, how large: the gate and the doors behind it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from api.examples import SCENARIO
from api.limits import Rate
from api.settings import BadSettings, Settings
from api.store import audit, tokens
from api.store.database import Database
from api.store.schema import OldDatabase, check, newest, upgrade, version
from api.store.tables import Token
from api.store.tokens import BadToken
from tests.api.conftest import OTHER, SCHOOL, Served

if TYPE_CHECKING:
    from pathlib import Path

HEADERS = ("x-content-type-options", "content-security-policy", "cache-control")


# ---- tokens --------------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path) -> Any:
    found = Database(f"sqlite:///{tmp_path}/flexweave.db")
    upgrade(found)
    yield found
    found.close()


def test_a_token_is_kept_as_a_hash(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        text = tokens.create(session, role="student", schools=["a"], person="s1", days=1)
    with database.reading() as session:
        caller = tokens.found(session, text)
    assert caller is not None
    assert (caller.role, caller.person, caller.schools) == ("student", "s1", ("a",))
    database.scrub(whole=True)
    secret = text.split("_", 2)[2]
    assert len(secret) >= 43  # 256 bits
    for file in tmp_path.iterdir():
        assert secret.encode() not in file.read_bytes()


@pytest.mark.parametrize("spoiled", ["", "x", "flexweave_", "flexweave_a_b", "other_{}", "{}x"])
def test_other_tokens_are_nobodys(database: Database, spoiled: str) -> None:
    with database.writing() as session:
        text = tokens.create(session, role="admin", schools=["a"])
    with database.reading() as session:
        assert tokens.found(session, spoiled.format(text.removeprefix("flexweave_"))) is None
        assert tokens.found(session, text) is not None


def test_expired_and_revoked_tokens_are_nobodys(database: Database) -> None:
    with database.writing() as session:
        late = tokens.create(session, role="admin", schools=["a"], days=0)
        gone = tokens.create(session, role="admin", schools=["a"], label="office")
        assert tokens.revoke(session, "office") == 1
        assert tokens.revoke(session, "nobody") == 0
    with database.reading() as session:
        assert tokens.found(session, late) is None
        assert tokens.found(session, gone) is None


@pytest.mark.parametrize(
    "asked",
    [
        {"role": "student", "schools": ["a"]},
        {"role": "admin", "schools": ["a"], "person": "s1"},
        {"role": "admin", "schools": ["a", "b"]},
        {"role": "admin", "schools": []},
        {"role": "district", "schools": ["a", ""]},
    ],
)
def test_tokens_that_make_no_sense_are_refused(database: Database, asked: Any) -> None:
    with pytest.raises(BadToken), database.writing() as session:
        tokens.create(session, **asked)
    with database.reading() as session:
        assert session.query(Token).count() == 0


def test_after_an_error_a_connection_is_given_up(database: Database) -> None:
    def failing(session: Any) -> None:
        session.execute(select(Token))
        raise ValueError

    with database.reading() as session:
        session.get(Token, "")
    assert database.engine.pool.checkedin() == 1  # type: ignore[attr-defined]
    with pytest.raises(ValueError), database.reading() as session:  # noqa: PT011
        failing(session)
    found = database.engine.raw_connection()
    assert found.dbapi_connection.total_changes == 0  # type: ignore[union-attr]
    first = found.dbapi_connection
    found.close()
    with pytest.raises(ValueError), database.writing() as session:  # noqa: PT011
        failing(session)
    again = database.engine.raw_connection()
    assert again.dbapi_connection is not first
    again.close()


# ---- the gate ------------------------------------------------------------------------------------


def test_every_answer_has_its_headers(served: Served) -> None:
    for path in ("/healthz", "/docs", "/v1/rules", "/nowhere"):
        found = served.client.get(path)
        assert all(name in found.headers for name in HEADERS), path
        assert "server" not in found.headers
    assert served.client.get("/nowhere").status_code == 401
    assert served.ask("GET", "/nowhere").json()["type"].endswith("not-found")
    assert "access-control-allow-origin" not in served.client.get("/healthz").headers


def test_all_that_can_be_done_is_allowed(served: Served) -> None:
    sent = served.ask("PATCH", "/v1/scenarios")
    assert sent.status_code == 405
    assert sent.headers["allow"] == "GET, POST"


def test_bodies_are_held_to_their_limits(served: Served) -> None:
    path = "/v1/solutions/sol_0/explain"
    large = {"Content-Type": "application/json"}
    sent = served.ask("POST", path, content=b" " * 1_000_001, headers=large)
    assert sent.status_code == 413

    def trickle() -> Any:
        for _ in range(11):
            yield b" " * 100_000

    sent = served.ask("POST", path, content=trickle(), headers=large)
    assert sent.status_code == 413
    assert sent.json()["type"].endswith("too-large")


@pytest.mark.parametrize(
    ("path", "form", "content", "status"),
    [
        ("/v1/scenarios", "text/plain", b"{}", 415),
        ("/v1/scenarios", "application/zip", b"{}", 415),
        ("/v1/scenarios", "application/json", b"PK\x03\x04", 415),
        ("/v1/scenarios", "application/json", b"[" * 100_000, 422),
        ("/v1/scenarios", "application/zip", b"PK\x03\x04" + b"x" * 100, 422),
        ("/v1/solve", "application/json", b"{", 400),
        ("/v1/solve", "application/json", b"[" * 100_000, 400),
        ("/v1/solve", "application/json", b"[]", 422),
        ("/v1/solve", "text/csv", b"[]", 415),
        ("/v1/solve", "application/json", b'{"scenario": {}, "sed": 1}', 422),
        ("/v1/solve", "application/json", b'{"scenario": {}, "seed": true}', 422),
        ("/v1/solve", "application/json", b'{"scenario": {}, "target_gap": NaN}', 422),
    ],
)
def test_bad_bodies_are_problems(
    served: Served, path: str, form: str, content: bytes, status: int
) -> None:
    sent = served.ask("POST", path, content=content, headers={"Content-Type": form})
    assert sent.status_code == status, sent.text
    assert sent.headers["content-type"] == "application/problem+json"
    if status == 422:
        assert sent.json()["problems"]


def test_everything_that_is_wrong_with_a_scenario_is_said(served: Served) -> None:
    broken = json.loads(json.dumps(SCENARIO))
    broken["choices"][0]["rank"] = "first"
    broken["sessions"][0]["room"] = "r9"
    sent = served.ask("POST", "/v1/scenarios", json=broken)
    assert sent.status_code == 422
    found = sent.json()["problems"]
    assert {(one["row"], one["column"]) for one in found} == {
        ("choices[0].rank", "rank"),
        ("sessions[0].room", "room"),
    }
    assert all(one["message"] and one["hint"] for one in found)


def test_what_is_too_large_or_long_for_a_reply_is_sent_to_jobs(served: Served) -> None:
    many = {**SCENARIO, "students": [{"id": f"x{n}", "grade": "9"} for n in range(201)]}
    many["choices"] = many["needs"] = []
    sent = served.ask("POST", "/v1/solve", json={"scenario": many})
    assert sent.status_code == 413
    assert "/v1/scenarios" in sent.json()["detail"]
    sent = served.ask("POST", "/v1/solve", json={"scenario": SCENARIO, "time_limit_s": 1000})
    assert sent.status_code == 422
    assert "/v1/scenarios" in sent.json()["detail"]


def test_only_so_many_requests_are_let_through() -> None:
    rate = Rate(0.001, 2)
    assert [rate.wait("a") > 0 for _ in range(3)] == [False, False, True]
    assert rate.wait("b") == 0


def test_a_hasty_token_is_told_when_to_come_back(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/f.db",
        rate=0.01,
        burst=1,
        cors_origins="https://school.example",
    )
    # Without its start, no worker is started either.
    here = Served(TestClient(create_app(settings)))
    assert here.ask("GET", "/v1/rules").status_code == 200
    sent = here.ask("GET", "/v1/rules")
    assert sent.status_code == 429
    assert int(sent.headers["retry-after"]) > 50
    assert here.client.get("/readyz").status_code == 503
    told = here.client.options(
        "/v1/rules",
        headers={"Origin": "https://school.example", "Access-Control-Request-Method": "GET"},
    )
    assert told.headers["access-control-allow-origin"] == "https://school.example"
    here.service.stop()


def test_what_nobody_foresaw_is_told_without_a_word(
    served: Served, solution: str, caplog: Any
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("Ada Canary needs reading")

    real = served.service.view
    served.service.view = broken
    try:
        sent = served.ask("GET", f"/v1/solutions/{solution}/assignments")
    finally:
        served.service.view = real
    assert sent.status_code == 500
    assert sent.json()["type"].endswith("internal")
    assert "Canary" not in sent.text + caplog.text
    assert "ValueError at" in caplog.text


# ---- schools, roles, people ----------------------------------------------------------------------


def test_another_schools_things_are_not_there(
    served: Served, scenario: str, solution: str, published: str
) -> None:
    for method, path in (
        ("GET", f"/v1/scenarios/{scenario}"),
        ("DELETE", f"/v1/scenarios/{scenario}"),
        ("GET", f"/v1/solutions/{published}/assignments"),
        ("POST", f"/v1/solutions/{published}/publish"),
    ):
        assert served.ask(method, path, "admin", school=OTHER).status_code == 404, path
    for listed in ("/v1/scenarios", "/v1/solutions"):
        text = served.ask("GET", listed, school=OTHER).text
        assert not any(name in text for name in (scenario, solution, published)), listed
    sent = served.ask("POST", f"/v1/scenarios/{scenario}/solves", json={}, school=OTHER)
    assert sent.status_code == 404


def test_a_student_sees_their_own_lines_of_what_is_published(
    served: Served, solution: str, published: str
) -> None:
    me: dict[str, Any] = {"role": "student", "person": "s2"}
    path = f"/v1/solutions/{published}"
    lines = served.ask("GET", f"{path}/assignments", **me).json()
    assert {line["person"] for line in lines} == {"s2"}
    assert {line["reason"] for line in lines} == {"school", "choice", "open-seat"}
    assert {one["person"] for one in served.ask("GET", f"{path}/ledger", **me).json()} == {"s2"}
    states = served.ask("GET", f"{path}/sessions", **me).json()
    assert all(not state["leaders"] for state in states)
    assert None in {state["size"] for state in states}
    assert served.ask("GET", f"{path}/findings", **me).status_code == 403
    assert served.ask("GET", f"/v1/solutions/{solution}", **me).status_code == 404
    listed = {one["id"] for one in served.ask("GET", "/v1/solutions", **me).json()["items"]}
    assert published in listed
    assert solution not in listed


def test_a_student_asks_about_themselves(served: Served, published: str) -> None:
    me: dict[str, Any] = {"role": "student", "person": "s2"}
    path = f"/v1/solutions/{published}/explain"
    sent = served.ask("POST", path, json={"question": "why"}, **me)
    assert sent.status_code == 200, sent.text
    assert {one["person"] for one in sent.json()["answers"]} == {"s2"}
    for asked in ({"question": "why", "person": "s1"}, {"question": "prices"}):
        assert served.ask("POST", path, json=asked, **me).status_code == 403


def test_staff_see_whom_they_see_to(served: Served, published: str) -> None:
    me: dict[str, Any] = {"role": "staff", "person": "t1"}
    path = f"/v1/solutions/{published}"
    lines = served.ask("GET", f"{path}/assignments", **me).json()
    people = {line["person"] for line in lines}
    assert people
    assert people < {"s1", "s2", "s3", "s4", "s5", "s6", "t1", "t2"}
    stranger = sorted({"s1", "s2", "s3", "s4", "s5", "s6"} - people)[0]
    asked = {"question": "why", "person": stranger}
    assert served.ask("POST", f"{path}/explain", json=asked, **me).status_code == 403
    assert served.ask("GET", f"{path}/findings", **me).status_code == 200


def test_a_district_reads_figures_not_people(served: Served, scenario: str, published: str) -> None:
    assert served.ask("GET", f"/v1/solutions/{published}", "district").status_code == 200
    assert served.ask("GET", f"/v1/scenarios/{scenario}", "district").json()["warnings"] == []
    for table in ("assignments", "sessions", "findings", "ledger", "report", "workbook"):
        assert (
            served.ask("GET", f"/v1/solutions/{published}/{table}", "district").status_code == 403
        )
    text = served.ask("GET", "/metrics", "district").text
    assert "flexweave_jobs" in text
    assert SCHOOL not in text
    assert served.ask("GET", "/metrics").status_code == 403


def test_tables_come_in_the_form_that_is_asked_for(served: Served, published: str) -> None:
    path = f"/v1/solutions/{published}/assignments"
    for accept, form in (
        ("*/*", "application/json"),
        ("text/*", "text/csv; charset=utf-8"),
        ("application/json;q=0.1, text/csv", "text/csv; charset=utf-8"),
        ("application/json, text/csv;q=0.1", "application/json"),
    ):
        found = served.ask("GET", path, headers={"Accept": accept})
        assert found.headers["content-type"] == form, accept
    for accept in ("application/xml", "text/csv;q=0", "text/csv;q=x"):
        assert served.ask("GET", path, headers={"Accept": accept}).status_code == 406, accept


def test_reads_of_people_are_noted_and_nothing_else_of_them(served: Served, published: str) -> None:
    served.ask("GET", f"/v1/solutions/{published}/assignments", "staff", "t2")
    with served.service.database.reading() as session:
        (newest_line,) = audit.lines(session, 1)
    assert (newest_line.role, newest_line.person) == ("staff", "t2")
    assert (newest_line.action, newest_line.subject) == ("read assignments", published)
    assert newest_line.school == SCHOOL


# ---- settings and versions -----------------------------------------------------------------------


def test_settings_come_from_the_environment() -> None:
    found = Settings.from_environment(
        {"FLEXWEAVE_WORKERS": "3", "FLEXWEAVE_CORS_ORIGINS": "a, b", "FLEXWEAVE_RATE": ""}
    )
    assert (found.workers, found.cors_origins) == (3, ("a", "b"))
    with pytest.raises(BadSettings, match="FLEXWEAVE_WORKERS"):
        Settings.from_environment({"FLEXWEAVE_WORKERS": "many"})


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/f.db")
    assert version(database) is None
    check(database)
    assert version(database) == newest()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(OldDatabase, match="flexweave db upgrade"):
        check(database)
    database.close()
