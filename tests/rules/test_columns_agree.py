"""Eligibility and wishes are derived twice, from ids in `Facts` and as arrays in `Columns`.

Here both agree. The schools are tiny but not limited in size, so that they hold more people than
those of the contract tests.
"""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest

from scheduler.models.time import KINDS
from scheduler.reading import examine
from scheduler.rules.contract import Rows
from tests.rules.tiny_schools import School, document, school, schools

BATCHES, BATCH = 10, 30


@cache
def drawn(batch: int) -> tuple[School, ...]:
    return tuple(school(f"columns {batch}-{at}") for at in range(BATCH))


@pytest.fixture(params=range(BATCHES))
def pairs(request):
    return [(made.facts, made.columns) for made in drawn(request.param)]


def everyone(facts, columns):
    """Every person and decided session, with their visit or -1."""
    for person, session in itertools.product(columns.people, columns.sessions):
        at = columns.visit_at[columns.person_index[person], columns.session_index[session]]
        yield person, session, int(at)


def visit_ids(columns, visit):
    return columns.people[columns.visit_person[visit]], columns.sessions[
        columns.visit_session[visit]
    ]


def test_the_schools_are_as_the_format_wants_them():
    for made in (*schools(), *(each for batch in range(BATCHES) for each in drawn(batch))):
        assert not examine(document(made.seed)).problems


def test_people_sessions_and_blocks(pairs):
    for facts, columns in pairs:
        assert columns.people == [person.id for person in facts.scenario.people]
        assert columns.sessions == list(facts.cycle.decided)
        assert columns.blocks == list(facts.cycle.blocks)
        for at, person in enumerate(facts.scenario.people):
            assert columns.is_student[at] == (person in facts.scenario.students)
            grade = columns.person_grade[at]
            assert (columns.grades[grade] if grade >= 0 else None) == getattr(person, "grade", None)
        for at, (key, session) in enumerate(facts.cycle.decided.items()):
            activity = facts.activity(key)
            assert columns.blocks[columns.session_block[at]] == session.block
            assert KINDS[columns.session_kind[at]] == activity.kind
            assert columns.activities[columns.session_activity[at]] == session.activity
            assert columns.session_fallback[at] == activity.fallback
            assert columns.session_has_leaders[at] == bool(session.leaders)


def test_sizes(pairs):
    for facts, columns in pairs:
        seats = {room.id: room.seats for room in facts.scenario.rooms}
        for at, key in enumerate(columns.sessions):
            session, activity = facts.session(key), facts.activity(key)
            low = session.min_size if session.min_size is not None else activity.min_size
            high = session.max_size if session.max_size is not None else activity.max_size
            assert columns.session_min[at] == (1 if low is None else low)
            limit = min([n for n in (high, seats.get(session.room)) if n is not None], default=None)
            assert columns.session_limit[at] == (-1 if limit is None else limit)
            assert columns.session_cap[at] == (len(columns.people) if limit is None else limit)


def test_units_open_and_are_attended_as_one(pairs):
    for facts, columns in pairs:
        for unit in range(len(columns.units)):
            members = columns.unit_sessions[columns.unit_start[unit] : columns.unit_start[unit + 1]]
            ids = [columns.sessions[at] for at in members]
            assert (columns.session_unit[members] == unit).all()
            assert tuple(ids) == facts.together(ids[0])
            assert columns.unit_is_series[unit] == bool(facts.activity(ids[0]).series)
        assert sorted(columns.unit_sessions) == list(range(len(columns.sessions)))


def test_column_numbers(pairs):
    for _, columns in pairs:
        numbers = [
            np.arange(len(columns.cand_person)),
            columns.open_columns,
            columns.unplaced_columns,
        ]
        assert np.concatenate(numbers).tolist() == list(range(columns.count))
        every = np.arange(len(columns.sessions))
        opens = columns.session_open(every)
        assert opens.tolist() == columns.open_columns[columns.session_unit].tolist()


def test_places(pairs):
    for facts, columns in pairs:
        found = {}
        for person, at in columns.person_index.items():
            for block, number in enumerate(columns.place_of[at]):
                assert columns.attends[at, block] == facts.attends(
                    facts.person(person), columns.blocks[block]
                )
                if number >= 0:
                    kind = facts.cycle.blocks[columns.blocks[block]].kind
                    where = "" if facts.once(kind) else columns.blocks[block]
                    assert found.setdefault(number, (person, kind, where)) == (person, kind, where)
                    assert columns.place_person[number] == at
                    assert KINDS[columns.place_kind[number]] == kind
        due = [tuple(place) for places in facts.places.values() for place in places]
        assert sorted(found) == list(range(len(columns.place_person))) == list(range(len(due)))
        assert sorted(found.values()) == sorted(due)


def test_who_may_go_where(pairs):
    for facts, columns in pairs:
        for person, session, visit in everyone(facts, columns):
            assert (visit >= 0) == facts.could_go(person, session)
            if visit >= 0:
                assert visit_ids(columns, visit) == (person, session)
                assert columns.visit_allowed[visit] == facts.may_go(person, session)
                block = columns.session_block[columns.session_index[session]]
                place = columns.place_of[columns.person_index[person], block]
                assert columns.visit_place[visit] == place >= 0
            else:
                assert not facts.may_go(person, session)


def test_a_candidate_visits_its_whole_unit(pairs):
    for facts, columns in pairs:
        for candidate, (person, unit) in enumerate(
            zip(columns.cand_person, columns.cand_unit, strict=True)
        ):
            visits = np.flatnonzero(columns.visit_column == candidate)
            ids = [visit_ids(columns, visit) for visit in visits]
            assert {who for who, _ in ids} == {columns.people[person]}
            sessions = tuple(session for _, session in ids)
            assert sessions == facts.together(sessions[0])
            assert {columns.session_unit[columns.session_index[s]] for s in sessions} == {unit}
            first = [s for (_, s), v in zip(ids, visits, strict=True) if columns.visit_first[v]]
            assert tuple(first) == facts.points_due(sessions, columns.people[person])


def test_wishes(pairs):
    for facts, columns in pairs:
        for person, session, visit in everyone(facts, columns):
            if visit >= 0 and columns.visit_allowed[visit]:
                assert columns.wanted[visit] == facts.wanted(person, session)


def test_needs(pairs):
    for facts, columns in pairs:
        need, visit = columns.needed_visits
        found = {(int(n), *visit_ids(columns, v)) for n, v in zip(need, visit, strict=True)}
        assert len(found) == len(need)
        assert found == {
            (at, need.person, session)
            for at, need in enumerate(facts.scenario.needs)
            for session in facts.meeting_sessions(need)
        }
        met = {facts.scenario.needs[at] for at, *_ in found}
        assert met == set(facts.needs)


def test_targets(pairs):
    for facts, columns in pairs:
        wishes = [(w.person, w.choice) for w in facts.scenario.choices]
        wishes += [(w.person, w.target) for w in facts.scenario.pulls]
        wishes += [(columns.people[0], "no such target")]
        which, visit = columns.visits_to(*(list(part) for part in zip(*wishes, strict=True)))
        found = sorted(
            (int(w), visit_ids(columns, v)[1]) for w, v in zip(which, visit, strict=True)
        )
        assert all(
            visit_ids(columns, v)[0] == wishes[w][0] for w, v in zip(which, visit, strict=True)
        )
        assert found == sorted(
            (at, session)
            for at, (person, target) in enumerate(wishes)
            for session in facts.reachable(person, target)
        )


def test_tags(pairs):
    for facts, columns in pairs:
        tags = {tag for tags in facts.tags.values() for tag in tags} | {"no such tag"}
        for tag in tags:
            expected = [tag in facts.tags[session] for session in columns.sessions]
            assert columns.session_has(tag).tolist() == expected
        tags = {tag for person in facts.scenario.people for tag in person.all_tags} | {
            "no such tag"
        }
        for tag in tags:
            expected = [tag in person.all_tags for person in facts.scenario.people]
            assert columns.person_has(tag).tolist() == expected


def test_leaders(pairs):
    for facts, columns in pairs:
        found = [
            (columns.people[person], columns.sessions[session])
            for person, session in zip(columns.lead_person, columns.lead_session, strict=True)
        ]
        assert len(set(found)) == len(found)
        assert set(found) == {
            (leader, key)
            for key, session in facts.cycle.decided.items()
            for leader in session.leaders
            if (leader, session.block) not in facts.cycle.away
        }


def test_rows_add_up():
    rows = Rows(3)
    first = rows.block(2, lower=[1, 2])
    rows.put(first, [0, 1])
    rows.put(first[0], [0, 2], [4, -1])
    slack = rows.slack(2, cost=[5, 6], upper=3, hard=[True, False], finding=np.array([0, 0]))
    more = rows.slack(1, cost=0, upper=1)
    rows.charge([0, 0, 2], [1, 2, 3])
    rows.earn([1], 100)
    assert slack.tolist() == [3, 4]
    assert more.tolist() == [5]
    assert [part.tolist() for part in rows.entries] == [[0, 1, 0, 0], [0, 1, 0, 2], [1, 1, 4, -1]]
    assert [part.tolist() for part in rows.sides] == [[1, 2], [2**40, 2**40]]
    cost, upper, hard, finding = (part.tolist() for part in rows.slack_columns)
    assert (cost, upper, hard, finding) == ([5, 6, 0], [3, 3, 1], [True, False, False], [0, 0, 1])
    assert rows.charges().tolist() == [3, 0, 3]
    assert rows.earnings().tolist() == [0, 100, 0]
    assert (rows.count, rows.slacks, rows.findings) == (2, 3, 2)
