"""Who may do what, as ``docs/access.md`` has it: every route, every role, whatever it asks for."""

from __future__ import annotations

import io
import re
import time
import zipfile
from typing import TYPE_CHECKING, Any, get_args

import pytest
from sqlalchemy import select

from api.store import tokens
from api.store.packing import packed
from api.store.scenarios import named
from api.store.tables import AuditLine, Comparison, Job, Scenario, Solution
from api.store.tokens import PERSONAL, Role
from scheduler.reading import read
from tests.api.conftest import OTHER, SCHOOL, TINY, Served
from tests.api.routes import SECURED, TABLE, Route, body

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLES: tuple[Role, ...] = get_args(Role)
WORDS = {"yes", "published", "theirs", "own", "no", "open"}
PERSON: dict[str, str] = {"student": "s1", "staff": "t1"}
LET_IN = {200, 201, 202, 204, 409}
"""Statuses of what is done, or would be if there were a repair to show."""
ONE_CALENDAR = {422}
"""What who is let in is told of a comparison: the tiny school has nothing to compare."""

THINGS = ((SCHOOL, False), (SCHOOL, True), (OTHER, False), (OTHER, True))
"""What a path can name: of which school, published or not."""


class Copies:
    """The tiny school, its solution and a comparison again and again, as rows of the database."""

    def __init__(self, served: Served, solution: str) -> None:
        self._served = served
        with served.service.database.reading() as session:
            self._solution = session.get_one(Solution, solution)
            self._scenario = session.get_one(Scenario, self._solution.scenario)
            self._job = session.get_one(Job, self._solution.job)

    def make(self, school: str, *, published: bool) -> dict[str, str]:
        """A scenario, its job, its solution and a comparison; their ids."""
        ids = {"scenario": named("scn"), "job": named("job"), "solution": named("sol")}
        moment = time.time() if published else None
        own = {"school": school, "id": ids["scenario"]}
        rows = [copied(self._scenario, own)]
        ours = {"school": school, "scenario": ids["scenario"]}
        rows.append(copied(self._job, ours | {"id": ids["job"], "after": ids["solution"]}))
        more = {"id": ids["solution"], "job": ids["job"], "published": moment}
        rows.append(copied(self._solution, ours | more))
        ids["comparison"] = named("cmp")
        rows.append(compared(ours | {"id": ids["comparison"], "job": ids["job"]}))
        with self._served.service.database.writing() as session:
            session.add(rows[0])
            session.flush()
            session.add_all(rows[1:])
        return ids


def copied(row: Any, changed: dict[str, Any]) -> Any:
    found = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    found["created"] = time.time()
    return type(row)(**(found | changed))


def compared(changed: dict[str, str]) -> Comparison:
    empty = packed(b'{"tables": []}')
    return Comparison(created=time.time(), document=empty, page=empty, **changed)


@pytest.fixture(scope="module")
def copies(served: Served, solution: str) -> Copies:
    return Copies(served, solution)


@pytest.fixture(scope="module")
def document(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = served.client.get("/openapi.json").json()
    return found


def asked(
    served: Served,
    document: dict[str, Any],
    route: Route,
    role: Role,
    ids: dict[str, str],
    person: str | None = None,
) -> Any:
    """The answer to a request; a job that it made is called off."""
    path = route.to(ids)
    sent = body(document, route)
    if role != "student" and sent == {"question": "why"}:
        sent = {"question": "why", "person": "s1"}
    more = {"params": {"since": ids["solution"]}} if path.endswith("/diff") else {}
    answer = served.ask(
        route.method,
        path,
        role,
        person if person is not None else PERSON.get(role, ""),
        **more,
        **({} if sent is None else {"json": sent}),
    )
    if answer.status_code == 202 and "Location" in answer.headers:
        served.ask("POST", f"{answer.headers['Location']}/cancel")
    return answer


def test_every_route_is_in_the_table(served: Served, document: dict[str, Any]) -> None:
    app: Any = served.client.app
    there = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    assert {("GET", "/openapi.json")} <= {(r.method, r.path) for r in TABLE}
    for route in routes(app.routes):
        there |= {(method, route.path) for method in route.methods or () if method != "HEAD"}
    assert there == {(route.method, route.path) for route in TABLE}
    for route in TABLE:
        assert set(route.words) == set(ROLES), route
        assert set(route.words.values()) <= WORDS, route


def routes(found: Any) -> Iterator[Any]:
    """All routes of an app, those of its routers too."""
    for route in found:
        inner = getattr(route, "original_router", route)
        if hasattr(inner, "routes"):
            yield from routes(inner.routes)
        else:
            yield route


def test_open_routes_need_no_token(served: Served) -> None:
    opened = [route for route in TABLE if "open" in route.words.values()]
    assert len(opened) < 6
    for route in opened:
        assert set(route.words.values()) == {"open"}
        assert served.client.request(route.method, route.path).status_code == 200


def test_without_a_good_token_nobody_is_let_in(
    served: Served, copies: Copies, document: dict[str, Any]
) -> None:
    with served.service.database.writing() as session:
        late = tokens.create(session, role="admin", schools=[SCHOOL], days=0)
        gone = tokens.create(session, role="admin", schools=[SCHOOL], label="gone")
        assert tokens.revoke(session, "gone") == 1
    good = served.token("admin")
    spoiled = good[:-1] + ("a" if good[-1] != "a" else "b")
    ids = copies.make(SCHOOL, published=True)
    for route in SECURED:
        path = route.to(ids)
        for bearer in (
            "",
            f"Bearer {late}",
            f"Bearer {gone}",
            f"Bearer {spoiled}",
            f"Basic {good}",
        ):
            answer = served.client.request(
                route.method, path, json={}, headers={"Authorization": bearer}
            )
            assert answer.status_code == 401, (route, bearer[:10])
            assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("route", SECURED, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_does_what_the_table_says(
    served: Served, copies: Copies, document: dict[str, Any], route: Route
) -> None:
    for role in ROLES:
        word = route.words[role]
        for school, published in THINGS if route.subject else THINGS[:1]:
            ids = copies.make(school, published=published)
            answer = asked(served, document, route, role, ids)
            found = (word, role, school, published, answer.status_code, answer.text[:300])
            assert answer.status_code in expected(route, word, school, published=published), found
        if route.subject:
            nowhere = {"scenario": "scn_0", "job": "job_0", "solution": "sol_0"}
            nowhere["comparison"] = "cmp_0"
            answer = asked(served, document, route, role, nowhere)
            assert answer.status_code == (403 if word == "no" else 404), (role, answer.text)


def expected(route: Route, word: str, school: str, *, published: bool) -> set[int]:
    """Statuses that the word allows for a thing of this school."""
    if word == "no":
        return {403}
    if route.path.endswith("/comparisons") and school == SCHOOL:
        return ONE_CALENDAR
    if not route.subject or word == "yes":
        return LET_IN if not route.subject or school == SCHOOL else {404}
    return LET_IN if school == SCHOOL and published else {404}


def test_what_is_purged_of_another_school_stays(served: Served, copies: Copies) -> None:
    ids = copies.make(OTHER, published=True)
    assert served.ask("DELETE", f"/v1/scenarios/{ids['scenario']}", "admin").status_code == 404
    there = served.ask("GET", f"/v1/scenarios/{ids['scenario']}", "admin", school=OTHER)
    assert there.status_code == 200


def test_lists_hold_what_the_caller_may_see(served: Served, copies: Copies) -> None:
    kept = {
        (school, published): copies.make(school, published=published)
        for school in (SCHOOL, OTHER)
        for published in (False, True)
    }
    for route in SECURED:
        if route.path not in ("/v1/solutions", "/v1/scenarios") or route.method != "GET":
            continue
        key = route.path.removeprefix("/v1/").removesuffix("s")
        for role in ROLES:
            if (word := route.words[role]) == "no":
                continue
            answer = served.ask("GET", f"{route.path}?limit=200", role, PERSON.get(role, ""))
            listed = {item["id"] for item in answer.json()["items"]}
            for (school, published), ids in kept.items():
                seen = school == SCHOOL and (published or word == "yes")
                assert (ids[key] in listed) == seen, (route, role, school, published)


# ---- own person, other people --------------------------------------------------------------------

SCHOOL_NOW = read(TINY)
NAMES = {person.id: person.name for person in SCHOOL_NOW.people}
STUDENTS = {student.id for student in SCHOOL_NOW.students}


def theirs(served: Served, solution: str, person: str) -> set[str]:
    """Whom a person may see, worked out from the files: themselves, led, advised, pulled."""
    lines = served.ask("GET", f"/v1/solutions/{solution}/assignments", "admin").json()
    led = {session.id for session in SCHOOL_NOW.sessions if person in session.leaders}
    return (
        {person}
        | {line["person"] for line in lines if line["session"] in led}
        | {student.id for student in SCHOOL_NOW.students if student.home == person}
        | {pull.person for pull in SCHOOL_NOW.pulls if pull.by == person}
        | {need.person for need in SCHOOL_NOW.needs if need.by == person}
    )


@pytest.mark.parametrize("role", PERSONAL)
def test_a_person_is_shown_themselves_and_theirs(
    served: Served, copies: Copies, document: dict[str, Any], role: Role
) -> None:
    ids = copies.make(SCHOOL, published=True)
    me = PERSON[role]
    visible = {me} if role == "student" else theirs(served, ids["solution"], me)
    hidden = STUDENTS - visible
    assert hidden
    routes = [route for route in SECURED if route.words[role] in ("own", "theirs")]
    assert len(routes) >= 5
    for route in routes:
        shown = people(asked(served, document, route, role, ids))
        assert not shown & hidden, (route, shown & hidden)
        whole = people(asked(served, document, route, "admin", ids))
        stranger = people(asked(served, document, route, role, ids, "nobody-there"))
        assert not stranger & STUDENTS, (route, "a person whom the school does not know")
        if route.path.endswith(("/assignments", "/ledger")):
            assert shown == visible & whole
            assert whole & hidden, "others are told of all"


def people(answer: Any) -> set[str]:
    """Whose id or name an answer has."""
    if answer.status_code >= 400:
        return set()
    text = answer.text
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
            text = " ".join(
                bundle.read(name).decode(errors="replace") for name in bundle.namelist()
            )
    return {key for key, name in NAMES.items() if re.search(rf"\b({key}|{name})\b", text)}


@pytest.mark.parametrize("role", PERSONAL)
def test_a_question_about_others_is_refused(served: Served, copies: Copies, role: Role) -> None:
    ids = copies.make(SCHOOL, published=True)
    visible = {PERSON[role]}
    if role == "staff":
        visible = theirs(served, ids["solution"], PERSON[role])
    for person in [*STUDENTS, "t2", "nobody"]:
        answer = served.ask(
            "POST",
            f"/v1/solutions/{ids['solution']}/explain",
            role,
            PERSON[role],
            json={"question": "why", "person": person},
        )
        assert answer.status_code == (200 if person in visible else 403), (person, answer.text)


def test_what_was_read_is_in_the_audit_and_what_was_refused_is_not(
    served: Served, copies: Copies
) -> None:
    ids = copies.make(SCHOOL, published=False)
    path = f"/v1/solutions/{ids['solution']}/assignments"
    assert served.ask("GET", path, "student", "s1").status_code == 404
    assert served.ask("GET", path, "district").status_code == 403
    assert served.ask("GET", path, "admin").status_code == 200
    with served.service.database.reading() as session:
        found = session.scalars(select(AuditLine).where(AuditLine.subject == ids["solution"])).all()
    assert [(line.role, line.action) for line in found] == [("admin", "read assignments")]
