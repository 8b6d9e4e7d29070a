"""The checker: every kind of tampering with a written solution is found."""

from decimal import Decimal
from functools import cache

import pytest

from scheduler.models import Assignment, Finding, Plan, Scenario
from scheduler.reading import read
from scheduler.verify import Disagreement, gap, judge, verify
from tests.rules.worlds import STANDARD, TWO_DAYS, table, world
from tests.schools import TINY, put, tiny
from tests.solving import solved_here


@cache
def whole():
    """The tiny school, all kinds decided, with somebody who is owed points."""
    scenario = read(TINY)
    return scenario, solved_here(scenario)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The tiny school with advisory groups kept from an earlier week."""
    files = tiny(
        scenario='name = "Tiny"\nkinds = ["flex"]\n',
        previous="person,session\ns1,group1\ns2,group1\ns3,group1\n",
    )
    scenario = read(put(tmp_path_factory.mktemp("kept") / "school", files))
    return scenario, solved_here(scenario)


def changed(rows, at, **values):
    """The rows, one of them changed."""
    found = list(rows)
    found[at] = found[at].model_copy(update=values)
    return tuple(found)


def where(scenario, solution, **values):
    """Files in which something is wrong once the solution is changed."""
    return {d.where for d in verify(scenario, solution.model_copy(update=values))}


def test_nothing_is_wrong_with_what_is_right(kept):
    for scenario, solution in (whole(), kept):
        assert verify(scenario, solution) == []


def test_a_disagreement_says_where():
    assert str(Disagreement("ledger.csv", "missing: x")) == "ledger.csv: missing: x"


# ---- lines --------------------------------------------------------------------------------------


def lines():
    return range(len(whole()[1].assignments))


@pytest.mark.parametrize("at", lines())
@pytest.mark.parametrize(
    "values",
    [
        {"points": Decimal("0.01")},
        {"rank": 99},
        {"reason": "kept"},
        {"reason": "open-seat"},
        {"activity": "nothing"},
        {"block": "Mon.p1"},
        {"session": ""},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_changed_cell_is_found(at, values):
    scenario, solution = whole()
    rows = changed(solution.assignments, at, **values)
    if rows != solution.assignments:
        assert "assignments.csv" in where(scenario, solution, assignments=rows)


@pytest.mark.parametrize("at", lines())
def test_a_moved_missing_or_doubled_line_is_found(at):
    scenario, solution = whole()
    rows = solution.assignments
    others = [s.id for s in scenario.sessions if s.id != rows[at].session]
    for session in others:
        moved = changed(rows, at, session=session)
        assert "assignments.csv" in where(scenario, solution, assignments=moved)
    assert "assignments.csv" in where(scenario, solution, assignments=rows[:at] + rows[at + 1 :])
    assert "assignments.csv" in where(scenario, solution, assignments=(*rows, rows[at]))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (Assignment(person="nobody", session="study-wed", reason="choice"), "nobody is nobody"),
        (Assignment(person="s1", session="nothing", reason="choice"), "nothing is not offered"),
    ],
)
def test_strangers_are_found_and_nothing_else_is_said(line, text):
    scenario, solution = whole()
    more = solution.model_copy(update={"assignments": (*solution.assignments, line)})
    found = verify(scenario, more)
    assert [d.where for d in found] == ["assignments.csv"]
    assert text in found[0].text


def test_a_line_of_an_undecided_kind_is_not_decided(kept):
    scenario, solution = kept
    for reason in ("choice", "kept"):
        line = Assignment(
            person="s4", block="Mon.advisory", session="group2", activity="circle2", reason=reason
        )
        rows = (*solution.assignments, line)
        assert where(scenario, solution, assignments=rows) == {"assignments.csv"}
    rows = [line for line in solution.assignments if line.reason != "kept"]
    assert where(scenario, solution, assignments=tuple(rows)) == {"assignments.csv"}


# ---- sessions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"open": None},
        {"size": 77},
        {"waiting": 77},
        {"min_size": 77},
        {"max_size": None},
        {"room": "attic"},
        {"leaders": ("t9",)},
        {"activity": "study hall"},
        {"block": "Mon.p1"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_changed_session_is_found(kept, values):
    for scenario, solution in (whole(), kept):
        for at, state in enumerate(solution.sessions):
            told = {"open": not state.open} if "open" in values else values
            rows = changed(solution.sessions, at, **told)
            found = where(scenario, solution, sessions=rows)
            assert ("sessions.csv" in found) or ("open" in values and "assignments.csv" in found)


def test_missing_doubled_and_foreign_sessions_are_found():
    scenario, solution = whole()
    rows = solution.sessions
    assert where(scenario, solution, sessions=rows[1:])
    assert "sessions.csv" in where(scenario, solution, sessions=(*rows, rows[0]))
    foreign = rows[0].model_copy(update={"session": "elsewhere"})
    assert where(scenario, solution, sessions=(*rows, foreign)) == {"sessions.csv"}


def test_waiting_counts_who_would_rather_be_there():
    """Ada has her first choice, Ben his second, Cy nothing: one seat each."""
    tried = world(
        "choices",
        activities=table("id,kind,max_size", "X,flex,1", "Y,flex,1"),
        choices=table("person,choice,rank", *(f"{p},{c}" for p in ("ada", "ben", "cy")
                                              for c in ("X,1", "Y,2"))),
    )  # fmt: skip
    plan = Plan(lines=(("ada", "x"), ("ben", "y")), open=frozenset("xy"))
    waiting = {state.session: state.waiting for state in judge(tried.scenario, plan).sessions}
    assert waiting == {"x": 2, "y": 1}


# ---- findings, ledger, certificate --------------------------------------------------------------


def test_a_finding_too_many_too_few_or_changed_is_found():
    scenario, solution = whole()
    rows = solution.findings
    assert rows
    other = Finding(rule="place", subjects=("s1", "flex", "Mon.flex"), cost=Decimal(1000))
    for tampered in (rows[1:], (*rows, other), changed(rows, 0, cost=rows[0].cost + 1)):
        assert where(scenario, solution, findings=tampered) == {"findings.csv"}
    for values in ({"amount": Decimal(9)}, {"subjects": ("x",)}, {"rule": "x"}, {"what": "x"}):
        assert where(scenario, solution, findings=changed(rows, 0, **values)) == {"findings.csv"}
    assert where(scenario, solution, findings=changed(rows, 0, text="In other words.")) == set()


def test_a_changed_debt_is_found():
    scenario, solution = whole()
    (person, owed), *rest = solution.ledger
    for tampered in (((person, owed + 1), *rest), tuple(rest), (*solution.ledger, ("s9", owed))):
        assert where(scenario, solution, ledger=tampered) == {"ledger.csv"}


@pytest.mark.parametrize(
    "values",
    [
        {"value": Decimal(1)},
        {"bound": Decimal(-1)},
        {"bound": Decimal(10**6)},
        {"bound": None},
        {"gap": None},
        {"gap": Decimal("0.5")},
        {"status": "feasible"},
        {"status": "impossible"},
        {"points_per_rule": {}},
        {"findings_per_rule": {"place": 1}},
        {"counts": {}},
        {"scenario_hash": "0" * 64},
    ],
    ids=lambda values: "{0[0]}={0[1]}".format(*values.items())[:24],
)
def test_a_changed_certificate_is_found(values):
    scenario, solution = whole()
    certificate = solution.certificate.model_copy(update=values)
    assert where(scenario, solution, certificate=certificate) == {"certificate.json"}


def test_a_bound_below_the_value_is_found_whatever_the_gap_says():
    scenario, solution = whole()
    value = solution.certificate.value
    values = {"bound": value - 1, "gap": gap(value, value - 1), "status": "feasible"}
    certificate = solution.certificate.model_copy(update=values)
    found = verify(scenario, solution.model_copy(update={"certificate": certificate}))
    assert [d.text for d in found] == ["the bound is below the value"]


def test_a_valid_bound_above_the_value_is_feasible_only():
    scenario, solution = whole()
    value = solution.certificate.value
    values = {"bound": value + 1, "gap": gap(value, value + 1)}
    for status, wrong in (("feasible", set()), ("optimal", {"certificate.json"})):
        certificate = solution.certificate.model_copy(update=values | {"status": status})
        assert where(scenario, solution, certificate=certificate) == wrong


def test_what_is_impossible_has_no_bound():
    files = {
        **STANDARD,
        "locks": table("person,session,state", "ada,x,in", "ben,x,in"),
        "sessions": table("id,activity,block,max_size", "x,X,Mon.flex,1", "y,Y,Mon.flex,"),
    }
    scenario = Scenario.model_validate({**files, "scenario": {}})
    solution = solved_here(scenario)
    assert solution.certificate.status == "impossible"
    value = solution.certificate.value
    for values in (
        {"bound": value, "gap": Decimal(0)},
        {"bound": value, "gap": Decimal(0), "status": "optimal"},
        {"status": "feasible"},
    ):
        certificate = solution.certificate.model_copy(update=values)
        assert where(scenario, solution, certificate=certificate) == {"certificate.json"}


@cache
def levelled(**locks):
    """A school with two seats for three who want them, level by level; ``locks`` cannot hold."""
    files = {
        **STANDARD,
        "sessions": table("id,activity,block,max_size", "x,X,Mon.flex,1", "y,Y,Mon.flex,"),
        "choices": table("person,choice,rank", "ada,X,1", "ben,X,1", "cy,Y,1"),
        **{key: table("person,session,state", *value) for key, value in locks.items()},
    }
    rules = {"rules": {"fairness": {"form": "leximin", "levels": 2}}}
    scenario = Scenario.model_validate({**files, "scenario": rules})
    return scenario, solved_here(scenario)


def relevelled(solution, at, **values):
    """The certificate with one level changed."""
    levels = changed(solution.certificate.levels, at, **values)
    return solution.certificate.model_copy(update={"levels": levels})


def test_levels_are_measured_again():
    scenario, solution = levelled()
    assert verify(scenario, solution) == []
    names = [level.name for level in solution.certificate.levels]
    assert names == ["unplaced", "required pulls missed", "share 1", "share 2"]
    assert [level.value for level in solution.certificate.levels] == [0, 0, 0, 1]
    for at, values in (
        (0, {"value": Decimal(1)}),
        (2, {"value": Decimal("0.1")}),
        (3, {"name": "share 3"}),
        (0, {"bound": Decimal(1)}),
        (3, {"bound": Decimal("0.9")}),
    ):
        certificate = relevelled(solution, at, **values)
        assert where(scenario, solution, certificate=certificate) == {"certificate.json"}
    certificate = solution.certificate.model_copy(update={"levels": ()})
    assert where(scenario, solution, certificate=certificate) == {"certificate.json"}


def test_a_level_that_is_not_proven_is_feasible_only():
    scenario, solution = levelled()
    for bound in (None, Decimal("0.1")):
        certificate = relevelled(solution, 2, bound=bound)
        assert where(scenario, solution, certificate=certificate) == {"certificate.json"}
        certificate = certificate.model_copy(update={"status": "feasible"})
        assert where(scenario, solution, certificate=certificate) == set()


def test_levels_of_what_is_impossible_have_no_bound():
    scenario, solution = levelled(locks=("ada,x,in", "ben,x,in"))
    assert solution.certificate.status == "impossible"
    assert [level.bound for level in solution.certificate.levels] == [None] * 4
    certificate = relevelled(solution, 0, bound=Decimal(0))
    assert where(scenario, solution, certificate=certificate) == {"certificate.json"}


def test_the_gap_by_hand():
    assert gap(Decimal(90), Decimal(100)) == Decimal("0.1")
    assert gap(Decimal(0), Decimal("0.5")) == Decimal("0.5")
    assert gap(Decimal(-100), Decimal(-90)) == Decimal("0.1111111111")
    assert gap(Decimal(1), None) is None


# ---- plans that are illegal ---------------------------------------------------------------------

OFFER = table("id,kind,max_size,min_size", "X,flex,1,", "Y,flex,,2")


@pytest.mark.parametrize(
    ("plan", "text"),
    [
        ("ada:x ben:x", "seats"),
        ("ada:y", "fewer than its minimum"),
        ("ada:x ada:y ben:y", "more than one"),
        ("ada:x1 ada:x2", "more than allowed"),
    ],
)
def test_an_illegal_plan_is_named_so_though_all_else_agrees(plan, text):
    """A solution with everything that follows from an illegal plan, told as if it were fine."""
    pairs = tuple(tuple(pair.split(":")) for pair in plan.split())
    offer = table("id,activity,block", "x,X,Mon.flex", "y,Y,Mon.flex", "x1,X,Mon.flex",
                  "x2,X,Tue.flex")  # fmt: skip
    tried = world("seats", bells=TWO_DAYS, activities=OFFER, sessions=offer).scenario
    opened = frozenset(session for _, session in pairs)
    truth = judge(tried, Plan(lines=pairs, open=opened))
    solution = solved_here(tried)
    certificate = solution.certificate.model_copy(
        update={
            "value": truth.value,
            "bound": truth.value,
            "points_per_rule": truth.points_per_rule,
            "findings_per_rule": truth.findings_per_rule,
            "counts": truth.counts,
        }
    )
    fake = solution.model_copy(
        update={
            "assignments": truth.assignments,
            "sessions": truth.sessions,
            "findings": truth.findings,
            "ledger": truth.ledger,
            "certificate": certificate,
        }
    )
    found = verify(tried, fake)
    assert found
    assert all(d.text.startswith("illegal: ") for d in found)
    assert any(text in d.text for d in found), found


def test_ranks_and_places_are_counted():
    tried = world("choices", choices=table("person,choice,rank", "ada,x,1", "ben,x,3", "cy,y,1"))
    plan = Plan(lines=(("ada", "x"), ("ben", "x")), open=frozenset("x"))
    counts = judge(tried.scenario, plan).counts
    assert counts == {"places": 3, "placed": 2, "unplaced": 1, "rank_1": 1, "rank_3": 1}
    off = world("choices", {"mode": "off"}, choices=tried.scenario.document()["choices"])
    judged = judge(off.scenario, plan)
    assert all(line.rank is None and line.points == 0 for line in judged.assignments)
