"""What every rule file promises, tested for each by looking: rows and measure say the same.

On schools tiny enough to try every assignment: the rows of a rule admit exactly what its measure
finds legal, waive as many promises at least as it counts, and cost exactly what it says. What a
plan costs is asked only of plans in which everyone is in one session of a place, and in open ones:
that much every rule may suppose. Its rows may refuse others, but never admit what it finds illegal.
"""

from __future__ import annotations

import itertools
from collections import Counter
from decimal import Decimal
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydantic import ValidationError

from scheduler.models import Plan
from scheduler.models.points import hundredths, units
from scheduler.rules.catalogue import earnings, knobs, rules, speaking
from scheduler.rules.contract import UNBOUNDED
from tests.rules import tiny_schools
from tests.rules.least import Least, Price
from tests.rules.tiny_schools import drawn_knobs, schools

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from scheduler.models import Finding
    from scheduler.rules.contract import Rows
    from tests.rules.tiny_schools import School

    Ints = NDArray[np.int64]

RULES = rules()
WITH_ROWS = [name for name, rule in RULES.items() if hasattr(rule, "rows")]
IN_THE_COLUMNS = ["eligible", "series"]
"""Rules whose maths is that a column is not there; their rows are none."""
BREAKABLE = [name for name in WITH_ROWS if name not in IN_THE_COLUMNS]
EARNING = [name for name, rule in RULES.items() if hasattr(rule, "earns")]
VALUING = [name for name, rule in RULES.items() if hasattr(rule, "worth")]
SUPPOSED = ("place", "seats")
DECIDES_UNPLACED = "place"
"""The rule in whose rows ``unplaced`` is free; for the others a plan has decided it."""
EVERYTHING = 8
"""Columns up to which unlawful plans are measured too."""


@cache
def heard(name: str) -> tuple[School, ...]:
    """Schools in which the rule is not switched off."""
    return tuple(school for school in schools() if knobs(school.scenario, name).mode != "off")


def rows_of(school: School, name: str) -> Rows:
    return RULES[name].rows(school.columns, knobs(school.scenario, name))


@cache
def admitted(at: int, name: str) -> NDArray[np.bool_]:
    """(assignments,): which ones the rows of a rule admit, whatever ``unplaced`` is."""
    school = schools()[at]
    return Price(rows_of(school, name), school.size).least(school.tried).admitted


def supposed(school: School, name: str) -> NDArray[np.bool_]:
    """(assignments,): which ones the rule called ``name`` must judge."""
    at = schools().index(school)
    others = [admitted(at, other) for other in SUPPOSED if other != name]
    return np.logical_and.reduce(others)


@cache
def compared(at: int, name: str) -> tuple[Least, Least, Ints, NDArray[np.bool_]]:
    """What rows and what measure say of the assignments tried in one school.

    Returns
    -------
    by_rows, by_measure : Least
    which : int array
        Numbers of the assignments.
    supposed : bool array
        Those for which the costs must be equal too.
    """
    school = heard(name)[at]
    judged = supposed(school, name)
    which = np.arange(len(judged)) if school.size <= EVERYTHING else np.flatnonzero(judged)
    return rows_say(school, name, which), measure_says(school, name, which), which, judged[which]


def rows_say(school: School, name: str, which: Ints) -> Least:
    price = Price(rows_of(school, name), free_from(school, name))
    return price.least(fixed_columns(school, name, which))


def free_from(school: School, name: str) -> int:
    """The first base column that an assignment does not fix."""
    return school.size if name == DECIDES_UNPLACED else school.columns.count


def fixed_columns(school: School, name: str, which: Ints) -> Ints:
    """(assignments, fixed): ``unplaced`` is filled in if the rule's rows speak of it."""
    rows, places = rows_of(school, name), school.columns.unplaced_columns
    spoken = np.isin(rows.entries[1], places).any() or rows.charges()[places].any()
    unplaced = school.unplaced(which) if spoken else np.zeros((len(which), len(places)), int)
    return np.hstack([school.tried[which], unplaced])[:, : free_from(school, name)]


def measure_says(school: School, name: str, which: Ints) -> Least:
    rule, settings = RULES[name], knobs(school.scenario, name)
    legal, waived, cost = [], [], []
    for at in which.tolist():
        found = rule.measure(school.facts, school.plan(at), settings)
        weights = [finding.weight for finding in found]
        legal.append("illegal" not in weights)
        waived.append(weights.count("waived"))
        cost.append(sum(units(finding.cost) for finding in found))
        assert all(finding.rule == name for finding in found)
        assert all(finding.cost == 0 for finding in found if finding.weight != "cost")
    return Least(np.array(legal), np.array(waived), np.array(cost))


@pytest.mark.parametrize("name", WITH_ROWS)
def test_rows_say_what_measure_says(name):
    for at, school in enumerate(heard(name)):
        by_rows, by_measure, which, judged = compared(at, name)
        differs = by_rows.admitted != by_measure.admitted
        differs &= judged | by_rows.admitted
        differs |= judged & by_measure.admitted & (by_rows.waived != by_measure.waived)
        differs |= judged & by_measure.admitted & (by_rows.cost != by_measure.cost)
        assert not differs.any(), told(school, name, by_rows, by_measure, which, differs)


def told(school, name, by_rows, by_measure, which, differs):
    first = np.flatnonzero(differs)[0]
    plan = school.plan(which[first])
    return "\n".join(
        [
            f"{differs.sum()} of {len(which)} plans of school {school.seed} differ, such as",
            f"lines {plan.lines}, open {set(plan.open)}",
            f"rows say    {[part[first] for part in by_rows]} (admitted, waived, cost)",
            f"measure says {[part[first] for part in by_measure]}",
            f"knobs: {knobs(school.scenario, name)}",
            f"{RULES[name].measure(school.facts, plan, knobs(school.scenario, name))}",
        ]
    )


@pytest.mark.parametrize("name", BREAKABLE)
def test_some_school_breaks_it_and_keeps_it(name):
    """In one school, with each mode that the rule has."""
    seen = set()
    for at, school in enumerate(heard(name)):
        _, found, _, judged = compared(at, name)
        broken = ~found.admitted | (found.waived > 0) | (found.cost > 0)
        if (broken & (judged | ~found.admitted)).any() and (~broken & judged).any():
            seen.add(knobs(school.scenario, name).mode)
    modes = {"hard", "soft", "off"}
    possible = {mode for mode in modes if _can_be(RULES[name].Settings, mode)}
    assert seen == possible - {"off"}


def _can_be(settings: Any, mode: str) -> bool:
    return mode in settings.model_fields["mode"].annotation.__args__


@pytest.mark.parametrize("name", WITH_ROWS)
def test_rows_are_well_made(name):
    for school in heard(name):
        rows = rows_of(school, name)
        row, column, _ = rows.entries
        lower, upper = rows.sides
        cost, top, hard, finding = rows.slack_columns
        assert rows.base == school.columns.count
        assert len(lower) == len(upper) == rows.count
        assert ((row >= 0) & (row < rows.count)).all()
        assert ((column >= 0) & (column < rows.base + rows.slacks)).all()
        assert (lower <= upper).all()
        assert ((top >= 0) & (top < UNBOUNDED)).all()
        assert (cost >= 0).all()
        assert (rows.charges() >= 0).all()
        assert (rows.earnings() >= 0).all()
        assert len(cost) == len(top) == len(hard) == len(finding) == rows.slacks
        assert (cost[hard] == 0).all()


@pytest.mark.parametrize("name", WITH_ROWS)
def test_slacks_reach_as_far_as_their_rows_can_ask_and_no_further(name):
    """Their upper ends enter the bound: what is too wide makes it weak."""
    for school in heard(name):
        price = Price(rows_of(school, name), school.columns.count)
        assert price.top.tolist() == price.asked().tolist()


@pytest.mark.parametrize("name", WITH_ROWS)
def test_no_row_and_no_slack_is_idle(name):
    """Each row speaks of something, each slack is in some row, and no two slacks are alike."""
    for school in heard(name):
        price = Price(rows_of(school, name), school.columns.count)
        assert price.matrix.any(axis=1).all()
        assert price.free.any(axis=0).all()
        assert len(np.unique(price.free, axis=1).T) == len(price.top)


@pytest.mark.parametrize("name", RULES)
def test_defaults_are_valid_and_stay(name):
    settings = RULES[name].Settings()
    assert type(settings).model_validate(settings.model_dump()) == settings
    field = next(iter(type(settings).model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(settings, field, getattr(settings, field))


@pytest.mark.parametrize("name", WITH_ROWS)
def test_closed_form_is_what_a_solver_finds(name):
    """The least cost by a formula, on which the comparison rests, against a solver now and then."""
    rng = np.random.default_rng(7)
    for school in heard(name)[::6]:
        price = Price(rows_of(school, name), free_from(school, name))
        which = rng.choice(np.flatnonzero(supposed(school, name)), 1)
        fixed = fixed_columns(school, name, which)
        quick, slow = price.least(fixed), price.solved(fixed[0])
        assert (quick.admitted[0], quick.waived[0], quick.cost[0]) == slow


@pytest.mark.parametrize("name", EARNING)
def test_rows_earn_what_the_rule_says(name):
    for school in heard(name):
        rule, settings = RULES[name], knobs(school.scenario, name)
        columns, facts = school.columns, school.facts
        which = np.flatnonzero(supposed(school, name))
        earned = rows_of(school, name).earnings()
        assert (earned[len(columns.cand_person) :] == 0).all()
        earned = (
            school.tried[which][:, : len(columns.cand_person)] * earned[: len(columns.cand_person)]
        )
        for at, row in zip(which.tolist(), earned, strict=True):
            total = np.bincount(columns.cand_person, row, minlength=len(columns.people))
            for person, visits in facts.visits(school.plan(at)).items():
                due = facts.points_due(visits, person)
                points = sum((rule.earns(facts, person, s, settings) for s in due), Decimal(0))
                assert total[columns.person_index[person]] == hundredths(points)


def test_points_add_up_over_the_rules():
    for school in schools()[::10]:
        of_all = earnings(school.facts)
        earning = [pair for n, pair in speaking(school.scenario).items() if n in EARNING]
        pairs = list(itertools.product(school.columns.people, school.columns.sessions))
        for person, session in (*pairs, *pairs):
            parts = (rule.earns(school.facts, person, session, k) for rule, k in earning)
            assert of_all(person, session) == sum(parts, Decimal(0))


# ---- people who are alike -----------------------------------------------------------------------


@cache
def crowds() -> list[tuple[School, list[tuple[str, str, str]]]]:
    """Schools with pairs of students of one kind, and a flex session to which both may go."""
    made = [tiny_schools.school(at, crowd=True) for at in range(150)]
    return [(each, list(_alike(each))) for each in made]


def _alike(made: School) -> Iterator[tuple[str, str, str]]:
    facts = made.facts
    kinds = {
        student.id: (student.grade, [facts.admits(a, student) for a in facts.scenario.activities])
        for student in facts.scenario.students
    }
    for session in made.columns.sessions:
        if facts.kind(session) == "flex" and not facts.activity(session).series:
            there = [person for person in kinds if facts.could_go(person, session)]
            for one, other in itertools.combinations(there, 2):
                if kinds[one] == kinds[other]:
                    yield one, other, session


def touched(made: School, name: str) -> NDArray[np.bool_]:
    """(people, sessions): where this rule, or one that always speaks, says that it matters who."""
    found = np.zeros((len(made.columns.people), len(made.columns.sessions)), dtype=bool)
    for other, rule in RULES.items():
        if hasattr(rule, "touches") and (other == name or not _can_be(rule.Settings, "off")):
            found |= rule.touches(made.columns, knobs(made.scenario, other))
    return found


@pytest.mark.parametrize("name", WITH_ROWS)
def test_whom_nothing_touches_is_like_any_other(name):
    """Either may be in the session: the rule finds as much, where neither is anywhere else."""
    rng, tried = Random(name), 0
    for made, pairs in crowds():
        settings, matters = knobs(made.scenario, name), touched(made, name)
        for one, other, session in pairs if settings.mode != "off" else ():
            at = [made.columns.person_index[person] for person in (one, other)]
            if matters[at, made.columns.session_index[session]].any():
                continue
            lines = _others(made, (one, other), rng)
            opened = frozenset({session, *(there for _, there in lines)})
            found = [
                RULES[name].measure(
                    made.facts, Plan(lines=(*lines, (person, session)), open=opened), settings
                )
                for person in (one, other)
            ]
            assert _sums(found[0]) == _sums(found[1]), (made.seed, one, other, session)
            tried += 1
    assert tried > 100


def _others(made: School, but: tuple[str, str], rng: Random) -> list[tuple[str, str]]:
    """Some lines of other people."""
    pairs = itertools.product(made.columns.people, made.columns.sessions)
    lines = [(p, s) for p, s in pairs if p not in but and made.facts.may_go(p, s)]
    return rng.sample(lines, len(lines) // 4)


def _sums(found: list[Finding]) -> tuple[Counter[str], Decimal]:
    weights = Counter(finding.weight for finding in found)
    return weights, sum((finding.cost for finding in found), Decimal(0))


# ---- rules whose maths is in the columns --------------------------------------------------------


@pytest.mark.parametrize("name", ["eligible"])
def test_there_is_a_column_for_whom_the_rule_lets_in(name):
    kept = broken = 0
    for school in schools():
        columns, facts = school.columns, school.facts
        for person, session in itertools.product(facts.scenario.people, facts.scenario.sessions):
            sessions = (
                facts.together(session.id) if session.id in columns.sessions else (session.id,)
            )
            lines = tuple((person.id, s) for s in sessions)
            plan = Plan(lines=lines, open=frozenset(sessions))
            found = RULES[name].measure(facts, plan, knobs(school.scenario, name))
            assert all((f.rule, f.weight) == (name, "illegal") for f in found)
            if session.id in columns.sessions:
                at = columns.person_index[person.id], columns.session_index[session.id]
                assert (columns.visit_at[at] >= 0) == (not found)
            else:
                assert found
            kept += not found
            broken += bool(found)
    assert kept
    assert broken


@pytest.mark.parametrize("name", ["series"])
def test_one_column_stands_for_all_of_a_series(name):
    kept = broken = 0
    for school in schools():
        columns = school.columns
        for unit in np.flatnonzero(columns.unit_is_series):
            held = {columns.sessions[at] for at in np.flatnonzero(columns.session_unit == unit)}
            people = [columns.people[at] for at in columns.cand_person[columns.cand_unit == unit]]
            for plan in _parts(people[:2], sorted(held)):
                attended = [{s for p, s in plan.lines if p == person} for person in people]
                whole = all(part in (set(), held) for part in [*attended, set(plan.open)])
                found = RULES[name].measure(school.facts, plan, knobs(school.scenario, name))
                assert all((f.rule, f.weight) == (name, "illegal") for f in found)
                assert whole == (not found)
                kept += whole
                broken += not whole
    assert kept
    assert broken


def _parts(people: list[str], sessions: list[str]) -> list[Plan]:
    """Every way in which people are in, and open are, some of the sessions."""
    lines = list(itertools.product(people, sessions))
    return [
        Plan(
            lines=tuple(itertools.compress(lines, bits)),
            open=frozenset(itertools.compress(sessions, bits[len(lines) :])),
        )
        for bits in itertools.product((0, 1), repeat=len(lines) + len(sessions))
    ]


# ---- what points are worth ----------------------------------------------------------------------

OWED = [Decimal(owed) for owed in ("0", "0.01", "12.5", "33.33", "99.99", "100", "140")]
EARNED = [Decimal(at) * Decimal("3.37") for at in range(130)]


def shapes(name: str) -> list[Any]:
    """Knobs of the rule: the default ones, each form, and some drawn."""
    make = RULES[name].Settings
    forms = make.model_fields["form"].annotation.__args__
    breaks = {"slopes": ["2", "0.5", "0.01"], "breaks": ["0.07"], "cap": "12.34"}
    drawn = [drawn_knobs(name, Random(f"{name} {at}")) for at in range(20)]
    return [make.model_validate(each) for each in [*({"form": f} for f in forms), breaks, *drawn]]


@pytest.mark.parametrize("name", VALUING)
def test_worth_rises_and_flattens(name):
    worth = RULES[name].worth
    for settings, owed, places in itertools.product(shapes(name), OWED, (1, 2, 5)):
        values = [worth(earned, owed, places, settings) for earned in EARNED]
        steps = [after - before for before, after in itertools.pairwise(values)]
        assert values[0] == 0
        assert all(step >= 0 for step in steps)
        assert all(after <= before for before, after in itertools.pairwise(steps))


@pytest.mark.parametrize("name", VALUING)
def test_worth_is_what_its_pieces_add_up_to(name):
    worth, segments = RULES[name].worth, RULES[name].segments
    for settings, owed, places in itertools.product(shapes(name), OWED, (1, 2, 5)):
        for most in (0, 1, 137, 9_999, 54_321):
            widths, slopes = segments(hundredths(owed), places, most, settings)
            assert widths.sum() == most
            assert (widths > 0).all()
            assert (np.diff(slopes) <= 0).all()
            ends = np.concatenate([[0], np.cumsum(widths)])
            for earned in {
                0,
                most // 2,
                *ends.tolist(),
                *(max(0, end - 1) for end in ends.tolist()),
            }:
                filled = np.clip(earned - ends[:-1], 0, widths)
                points = Decimal(earned) / 100
                assert int(filled @ slopes) == units(worth(points, owed, places, settings))


@pytest.mark.parametrize("name", VALUING)
@pytest.mark.parametrize(
    ("form", "earned", "owed", "places", "expected"),
    [
        ("diminishing", 0, 0, 2, "0"),
        ("diminishing", 60, 0, 2, "60"),
        ("diminishing", 61, 0, 2, "60.85"),
        ("diminishing", 100, 0, 2, "94"),
        ("diminishing", 140, 0, 2, "122"),
        ("diminishing", 200, 0, 2, "152"),
        ("diminishing", 100, 0, 1, "76"),
        ("diminishing", 20, 20, 1, "25"),
        ("diminishing", 50, 20, 1, "55"),
        ("diminishing", 60, 20, 1, "63.5"),
        ("diminishing", 100, 140, 5, "125"),
        ("leximin", 100, 0, 2, "94"),
        ("sum", 200, 50, 1, "200"),
    ],
)
def test_worth_by_hand(name, form, earned, owed, places, expected):
    settings = RULES[name].Settings(form=form)
    found = RULES[name].worth(Decimal(earned), Decimal(owed), places, settings)
    assert found == Decimal(expected)
