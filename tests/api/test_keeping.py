"""What is kept, for how long, and what never is: backups, purges, logs, the commands."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

import api.cli
from api import retention, server
from api.app import create_app
from api.cli.app import GROUPS, app
from api.examples import SCENARIO
from api.settings import Settings
from api.store import audit, tokens
from api.store.database import Database
from api.store.schema import upgrade
from api.store.tables import AuditLine, Scenario
from tests.api.test_jobs import kept

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.conftest import Served

CANARIES = ("Ada Canary", "canary-need", "reads like a canary", "canary-token")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the commands keep their database."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"FLEXWEAVE_{name.upper()}", raising=False)
    return tmp_path


def flexweave(text: str) -> Any:
    return CliRunner().invoke(app, text.split(), prog_name="flexweave")


# ---- commands ------------------------------------------------------------------------------------


def test_tokens_are_made_listed_and_revoked(folder: Path) -> None:
    made = flexweave("token create --role staff --school a --person t1 --label desk --days 9")
    assert made.exit_code == 0
    key = made.stdout.split("_")[1]
    listed = flexweave("token list").stdout
    assert listed.startswith(f"{key}  staff  a  t1  desk  ")
    assert made.stdout.strip() not in listed
    assert flexweave("token revoke desk").exit_code == 0
    (one,) = json.loads(flexweave("token list --json").stdout)
    assert one["revoked"]
    assert flexweave("token revoke nobody").exit_code == 2
    lines = json.loads(flexweave("admin audit --json").stdout)
    assert [line["action"] for line in lines] == ["revoke token", "create token for staff"]
    assert flexweave("admin audit --last 1").stdout.endswith(f"revoke token  {key}\n")


def test_a_list_without_tokens_says_how_to_make_one(folder: Path) -> None:
    told = flexweave("token list")
    assert told.stdout == ""
    assert "flexweave token create" in told.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("token create --role student --school a", "one person's"),
        ("token create --role boss --school a", "boss"),
        ("admin purge", "--older-than"),
    ],
)
def test_what_makes_no_sense_is_refused(folder: Path, text: str, said: str) -> None:
    told = flexweave(text)
    assert told.exit_code == 2
    assert said in told.stderr


def test_a_wrong_database_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEXWEAVE_DATABASE_URL", f"sqlite:///{folder}/no/such/folder.db")
    assert "FLEXWEAVE_DATABASE_URL" in flexweave("serve --check").stderr
    monkeypatch.setenv("FLEXWEAVE_DATABASE_URL", "nonsense")
    assert "FLEXWEAVE_DATABASE_URL" in flexweave("db upgrade").stderr
    monkeypatch.setenv("FLEXWEAVE_WORKERS", "none")
    assert "FLEXWEAVE_WORKERS" in flexweave("serve --check").stderr


def test_an_old_database_is_refused_until_it_is_upgraded(folder: Path) -> None:
    assert flexweave("db upgrade").exit_code == 0
    with sqlite3.connect("flexweave.db") as connection:
        connection.execute("DELETE FROM alembic_version")
        connection.execute("INSERT INTO alembic_version VALUES ('0000')")
    connection.close()
    told = flexweave("serve --check")
    assert told.exit_code == 2
    assert "flexweave db upgrade" in told.stderr


def test_serving_hands_over_to_the_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(server, "run", lambda *given: seen.append(given))
    assert flexweave("serve --port 8081").exit_code == 0
    assert seen[0][1:] == ("127.0.0.1", 8081)


def test_the_command_has_the_commands_of_both(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"serve", *GROUPS} == api.cli.SERVICE
    seen: list[str] = []
    monkeypatch.setattr(api.cli, "run", seen.append)
    for words in (["serve"], ["solve", "x"], [], ["--help"]):
        monkeypatch.setattr(api.cli.sys, "argv", ["flexweave", *words])
        api.cli.main()
    assert seen == ["api.cli.app", "scheduler.cli.app", "api.cli.app", "api.cli.app"]


# ---- backups and purges --------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path) -> Any:
    found = Database(f"sqlite:///{tmp_path}/flexweave.db")
    upgrade(found)
    yield found
    found.close()


def test_a_backup_is_restored(database: Database, tmp_path: Path) -> None:
    first = kept(database)
    with (
        sqlite3.connect(tmp_path / "flexweave.db") as source,
        sqlite3.connect(tmp_path / "copy.db") as target,
    ):
        source.backup(target)
    source.close()
    target.close()
    kept(database)
    database.close()
    for name in ("flexweave.db-wal", "flexweave.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "copy.db").replace(tmp_path / "flexweave.db")
    with database.reading() as session:
        assert [row.id for row in session.query(Scenario)] == [first.id]
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_what_is_purged_is_gone_from_the_disk(
    database: Database, tmp_path: Path, folder: Path
) -> None:
    with database.writing() as session:
        row = Scenario(id="scn_1", school="a", name="Canary high", digest="", created=0.0)
        row.rows, row.warnings, row.document = {}, [], b"canary" * 1000
        session.add(row)
    other = kept(database)

    def there() -> bool:
        return any(b"anary high" in file.read_bytes() for file in tmp_path.glob("flexweave.db*"))

    assert there()
    assert flexweave("admin purge --older-than 1").exit_code == 0
    assert not there()
    with database.reading() as session:
        assert [row.id for row in session.query(Scenario)] == [other.id]
        assert "purge 1 scenarios" in audit.lines(session, 1)[0].action
    assert flexweave("admin purge --school a").stderr == "Purged 1 scenario\n"
    assert flexweave("admin purge --scenario scn_1").stderr == "Purged 0 scenarios\n"


def test_the_service_purges_by_itself(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/f.db", retention_days=30, audit_days=30)
    app = create_app(settings)
    service = app.state.service
    scenario = kept(service.database)
    with service.database.writing() as session:
        old = session.get_one(Scenario, scenario.id)
        old.created = 0.0
        session.add(audit.operators("a", "old"))
        session.flush()
        session.query(AuditLine).update({"at": 0.0})
    with TestClient(app):
        until = time.monotonic() + 20
        while True:
            with service.database.reading() as session:
                left = session.query(Scenario).count()
                actions = [line.action for line in audit.lines(session, 9)]
            if not left:
                break
            assert time.monotonic() < until
            time.sleep(0.05)
    assert actions == ["purge 1 scenarios older than 30 days"]


def test_without_retention_nothing_is_purged(tmp_path: Path) -> None:
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path}/f.db"))
    retention.keep(app.state.service, threading.Event())
    app.state.service.database.close()


def test_a_purge_that_fails_is_noted_and_tried_again(tmp_path: Path, caplog: Any) -> None:
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path}/f.db", retention_days=1))
    stopping = threading.Event()

    def broken(**_: object) -> None:
        stopping.set()
        raise OSError("no room for Ada Canary")

    kept(app.state.service.database)
    with app.state.service.database.writing() as session:
        session.query(Scenario).update({"created": 0.0})
    app.state.service.database.scrub = broken
    retention.keep(app.state.service, stopping)
    assert "retention: OSError at" in caplog.text
    assert "Canary" not in caplog.text
    app.state.service.database.close()


# ---- nothing of anybody in logs, metrics, errors, audit ------------------------------------------


def test_names_needs_and_reasons_stay_where_they_belong(served: Served, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    school = json.loads(json.dumps(SCENARIO))
    school["students"][0]["name"] = CANARIES[0]
    school["students"][0]["tags"] = [CANARIES[1]]
    school["needs"] = [{"person": "s1", "tag": CANARIES[1], "reason": CANARIES[2]}]
    sent = served.ask("POST", "/v1/scenarios", json=school)
    assert sent.status_code == 201
    scenario = sent.json()["id"]
    solution = served.solution(scenario)
    served.ask("POST", f"/v1/solutions/{solution}/publish")
    path = f"/v1/solutions/{solution}"
    asked = {"question": "why", "person": "s1"}
    for role, person in (("admin", ""), ("coordinator", ""), ("student", "s2")):
        for table in ("assignments", "findings", "report"):
            served.ask("GET", f"{path}/{table}", role, person)
        served.ask("POST", f"{path}/explain", role, person, json=asked)
    served.ask("GET", f"{path}/assignments?person={CANARIES[0]}")
    served.client.get("/v1/rules", headers={"Authorization": f"Bearer {CANARIES[3]}"})
    wrong = {**school, "choices": [{"person": CANARIES[0], "choice": "robotics", "rank": 1}]}
    assert served.ask("POST", "/v1/scenarios", json=wrong).status_code == 422
    metrics = served.ask("GET", "/metrics", "admin").text
    with served.service.database.reading() as session:
        lines = str([vars(line) for line in audit.lines(session, 1000)])
    for canary in CANARIES:
        assert canary not in caplog.text, canary
        assert canary not in metrics
        assert canary not in lines
    secrets = [token.split("_", 2)[2] for token in served._tokens.values()]
    assert not any(secret in caplog.text + metrics + lines for secret in secrets)


def test_a_student_is_told_no_reason_of_others(served: Served) -> None:
    school = json.loads(json.dumps(SCENARIO))
    school["activities"][0]["tags"] = [CANARIES[1]]
    need = {"person": "s3", "tag": CANARIES[1], "visits": 2, "reason": CANARIES[2]}
    school["needs"] = [need]
    sent = served.ask("POST", "/v1/scenarios", json=school)
    solution = served.solution(sent.json()["id"])
    path = f"/v1/solutions/{solution}/findings"
    assert CANARIES[2] in served.ask("GET", path, "admin").text
    told = served.ask("GET", path, "coordinator").text
    assert CANARIES[1] in told
    assert CANARIES[2] not in told


def test_a_token_is_used_once_it_is_made(folder: Path) -> None:
    text = flexweave("token create --role admin --school a").stdout.strip()
    database = Database("sqlite:///flexweave.db")
    with database.reading() as session:
        assert tokens.found(session, text) is not None
    database.close()
