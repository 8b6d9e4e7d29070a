"""`solve`, the only door: how it stops, what it says then, and that it never goes unchecked."""

from decimal import Decimal
from unittest.mock import patch

import numpy as np
import pytest

from scheduler.generate import Sizes, generate
from scheduler.models import Plan
from scheduler.models.points import from_units
from scheduler.reading import read
from scheduler.solver import CheckerDisagrees, NothingFound, solve
from scheduler.solver import model as modelling
from scheduler.solver.isolate import Answer, Bound, Done, SolverCrashed, Stage
from scheduler.solver.matrix import completed
from scheduler.verify import Disagreement, verify
from tests.roads import school
from tests.rules.worlds import PD, table, world
from tests.schools import TINY
from tests.solving import SOLVE, solved_here

CHOICES = table("person,choice,rank", "ada,x,1", "ada,y,2", "ben,x,1", "cy,y,1")
SMALL = world("choices", choices=CHOICES).scenario
LOCKED = world("locks", choices=CHOICES, locks=table("person,session,state", "ada,y,in")).scenario
CONFLICT = world(
    "locks",
    sessions=table("id,activity,block,max_size", "x,X,Mon.flex,1", "y,Y,Mon.flex,"),
    locks=table("person,session,state", "ada,x,in", "ben,x,in", "cy,y,in"),
    choices=CHOICES,
).scenario


def sayings(*events):
    """Stands in for `Isolated`: says these, and raises what is an exception."""

    class Said:
        def __init__(self, task, deadline):
            self.task = task
            self.timed_out = False

        def __iter__(self):
            for event in events:
                if event == "time":
                    self.timed_out = True
                    return
                if isinstance(event, BaseException):
                    raise event
                yield event

    return patch.object(SOLVE, "Isolated", Said)


def answer(scenario, *columns, waived=0):
    """An answer with these base columns, everyone else unplaced; parts are one here."""
    search = SOLVE._Search(scenario, 0.0, 0, None)
    base = np.zeros(search.model.base, dtype=np.int64)
    base[list(columns)] = 1
    placed = search.model.columns.cand_person[
        [c for c in columns if c < len(search.model.columns.cand_person)]
    ]
    free = ~np.isin(search.model.columns.place_person, placed)
    base[search.model.columns.unplaced_columns[free]] = 1
    return Answer(0, base, 0, waived)


def test_a_real_scenario_through_a_real_child():
    scenario = read(TINY)
    states = []
    solution = solve(scenario, progress=states.append)
    certificate = solution.certificate
    assert certificate.status == "optimal"
    assert certificate.stopped_by == "done"
    assert certificate.gap == 0
    assert certificate.peak_memory_mb > 0
    assert certificate.scenario_hash == scenario.digest
    assert {"matrix", "start", "price", "check"} <= set(certificate.seconds_per_stage)
    assert {"python", "ortools", "numpy", "scipy", "pydantic"} <= set(certificate.versions)
    assert verify(scenario, solution) == []
    values = [state.value for state in states if state.value is not None]
    bounds = [state.bound for state in states if state.bound is not None]
    assert values == sorted(values)
    assert bounds == sorted(bounds, reverse=True)
    assert states[-1].gap == 0
    assert states[-1].seconds >= states[0].seconds >= 0
    assert (values[-1], bounds[-1]) == (certificate.value, certificate.bound)


def test_the_same_again_but_for_seconds_and_memory():
    sizes = Sizes(
        students=12,
        staff=2,
        flex_blocks=2,
        sessions_per_block=4,
        must_close=1,
        floating=0,
        pairs=2,
        min_size=2,
        advisory_groups=0,
        cops=0,
        form="sum",
    )
    scenario = generate(sizes, seed=4)
    first, second = solve(scenario, seed=7), solve(scenario, seed=7)
    measured = {"seconds_per_stage": {}, "peak_memory_mb": 0.0}
    same = [
        solution.model_copy(
            update={"certificate": solution.certificate.model_copy(update=measured)}
        )
        for solution in (first, second)
    ]
    assert same[0].model_dump_json() == same[1].model_dump_json()
    assert first.certificate.seed == 7


def test_nobody_to_decide_for_is_no_trouble():
    empty = world("place", students=[], sessions=[], staff=table("id", "tom")).scenario
    certificate = solved_here(empty).certificate
    assert (certificate.value, certificate.bound, certificate.status) == (0, 0, "optimal")


def test_what_cannot_hold_is_waived_and_has_no_bound():
    solution = solved_here(CONFLICT)
    certificate = solution.certificate
    assert (certificate.status, certificate.bound, certificate.gap) == ("impossible", None, None)
    waived = [finding for finding in solution.findings if finding.weight == "waived"]
    assert [finding.rule for finding in waived] == ["locks"]
    assert certificate.counts["unplaced"] == 0
    assert verify(CONFLICT, solution) == []


def test_who_is_locked_is_there():
    solution = solved_here(LOCKED)
    assert ("ada", "y") in solution.plan.lines
    assert solution.certificate.status == "optimal"


# ---- stopping -----------------------------------------------------------------------------------


def test_time_is_up_before_anything():
    """Everybody unplaced is an answer, if a poor one."""
    solution = solve(SMALL, time_limit=0)
    assert solution.certificate.stopped_by == "time"
    assert solution.certificate.status == "feasible"
    assert solution.certificate.bound is None
    assert solution.certificate.value == -3000
    assert solution.certificate.counts["unplaced"] == 3


def test_time_is_up_with_something_in_hand():
    with sayings(Stage(0, "price"), Bound(0, 5_000_000), answer(SMALL, 0, 6), "time"):
        solution = solve(SMALL, time_limit=9)
    assert solution.certificate.stopped_by == "time"
    assert solution.certificate.bound == 500
    assert solution.plan.lines == (("ada", "x"),)


def test_time_is_up_and_only_locks_are_kept():
    solution = solve(LOCKED, time_limit=0)
    assert solution.certificate.stopped_by == "time"
    assert solution.plan.lines == (("ada", "y"),)


def test_time_is_up_and_locks_against_each_other_leave_nothing_to_show():
    with pytest.raises(NothingFound, match="every lock"):
        solve(CONFLICT, time_limit=0)


def test_progress_says_what_is_known():
    states = []
    waiving = answer(CONFLICT, 0, 3, 5, 6, 7, waived=1)
    with sayings(Stage(0, "price"), Bound(0, 5_000_000), waiving, Done(0, "impossible")):
        solve(CONFLICT, progress=states.append)
    assert [state.value is None for state in states] == [True, True, False, False]
    assert [state.bound for state in states] == [None, 500, None, None]
    assert [state.gap for state in states] == [None] * 4


def test_a_worse_answer_is_not_taken():
    with sayings(answer(SMALL, 0, 6)._replace(units=-(10**9)), Done(0, "done")):
        assert solve(SMALL).plan.lines == ()


@pytest.mark.parametrize("where", ["search", "progress"])
def test_an_interrupt_keeps_the_best(where):
    def progress(state):
        if where == "progress" and state.value > -3000:
            raise KeyboardInterrupt

    stop = [KeyboardInterrupt()] if where == "search" else [Done(0, "done")]
    with sayings(Bound(0, 5_000_000), answer(SMALL, 0, 6), *stop):
        solution = solve(SMALL, progress=progress)
    assert solution.certificate.stopped_by == "interrupt"
    assert solution.plan.lines == (("ada", "x"),)
    assert solution.certificate.status == "feasible"


def test_an_interrupt_of_a_real_child():
    def progress(state):
        if state.bound is not None:
            raise KeyboardInterrupt

    solution = solve(SMALL, progress=progress)
    assert solution.certificate.stopped_by == "interrupt"
    assert solution.certificate.bound is not None


def test_an_interrupt_while_checking_only_delays():
    judge, calls = SOLVE.judge, []

    def interrupted(*given, **named):
        calls.append(given)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return judge(*given, **named)

    with patch.object(SOLVE, "judge", interrupted), sayings(answer(SMALL, 0, 6), Done(0, "done")):
        solution = solve(SMALL)
    assert solution.certificate.stopped_by == "interrupt"
    assert len(calls) == 2


def test_a_gap_ends_the_search():
    with sayings(Bound(0, 10_000_000), answer(SMALL, 0, 6), Done(0, "gap")):
        solution = solve(SMALL, gap=9.0)
    assert solution.certificate.stopped_by == "gap"
    assert solution.certificate.status == "feasible"
    assert solution.certificate.gap <= 9


def test_a_crash_is_not_an_answer():
    with sayings(SolverCrashed("ended early")), pytest.raises(SolverCrashed):
        solve(SMALL)


# ---- never unchecked ----------------------------------------------------------------------------


def test_the_checker_has_the_last_word():
    wrong = [Disagreement("assignments.csv", f"line {at}") for at in range(7)]
    with (
        patch.object(SOLVE, "verify", lambda *_: wrong),
        pytest.raises(CheckerDisagrees, match=r"line 0; .*line 4$") as caught,
    ):
        solved_here(SMALL)
    assert caught.value.disagreements == wrong


@pytest.mark.parametrize(
    "events",
    [
        (Bound(0, -40_000_000), Done(0, "done")),
        (answer(SMALL, 0, 1), Done(0, "done")),
        (answer(SMALL, 0, 6, waived=1), Done(0, "impossible")),
    ],
    ids=["bound below the value", "closed session", "nothing was waived"],
)
def test_what_the_solver_claims_wrongly_is_found(events):
    with sayings(*events), pytest.raises(CheckerDisagrees):
        solve(SMALL)


# ---- tidying ------------------------------------------------------------------------------------

EMPTY = table("id,kind,min_size,mix", "X,flex,0,helper:2-", "Y,flex,0,")


def test_what_is_open_and_empty_is_closed():
    """An answer that a limit left open keeps its certificate right: closing saves 600 points."""
    scenario = world("mix", activities=EMPTY).scenario
    with sayings(answer(scenario, 6, 7), "time"):
        solution = solve(scenario)
    assert solution.plan.open == frozenset()
    assert solution.certificate.value == -3000


def test_what_earns_by_being_open_stays_open():
    """Leading an empty meeting is a place."""
    led = world(
        "place",
        bells=PD[:1],
        students=[],
        staff=table("id", "tom"),
        activities=table("id,kind,min_size", "C,pd,0"),
        sessions=table("id,activity,block,leaders", "c,C,Mon.pd,tom"),
    ).scenario
    solution = solved_here(led)
    assert solution.plan.open == {"c"}
    assert solution.certificate.value == Decimal(0)


@pytest.mark.parametrize("crowded", [0, 10**9])
@pytest.mark.parametrize("seed", [3, 4])
def test_a_plan_stands_in_the_model_as_it_came_out(seed, crowded, monkeypatch):
    """Columns to ids and back: the same plan, worth the same, whether or not a crowd is counted."""
    monkeypatch.setattr(modelling, "CROWDED", crowded)
    solution = solve(school(seed, series=2), time_limit=60)
    plan = Plan(
        lines=tuple((one.person, one.session) for one in solution.assignments if one.session),
        open=frozenset(one.session for one in solution.sessions if one.open),
    )
    model = modelling.modelled(school(seed, series=2))
    whole = model.standing(plan)
    v = completed(model.matrix, whole)
    assert model.matrix.allows(v)
    assert from_units(model.matrix.value(v)) == solution.certificate.value
    assert set(model.plan(whole).lines) == set(plan.lines)
