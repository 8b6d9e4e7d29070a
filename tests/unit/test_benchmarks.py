"""The pieces of the benchmark, on schools small enough to know the answer. Never about seconds."""

from __future__ import annotations

import importlib
import sys
import xml.etree.ElementTree as ET
from datetime import date
from decimal import Decimal

import pytest

from benchmarks import anytime, cases, engine, results, targets
from benchmarks.processes import Ended, watched
from benchmarks.rivals import RIVALS, nightly, seating
from benchmarks.rivals.contract import Play, Task
from benchmarks.rivals.outside import played
from benchmarks.rows import Curve, Judged, Ours, Results, Row
from benchmarks.whole import solved
from scheduler.generate import Sizes, generate
from scheduler.models import Plan
from scheduler.reading import read
from scheduler.verify import judge
from tests.schools import TINY
from tests.solving import solved_here

SMALL = Sizes(
    students=20,
    staff=8,
    flex_blocks=2,
    sessions_per_block=5,
    must_close=1,
    series=1,
    floating=1,
    min_size=3,
    pairs=4,
    knows=4,
    advisory_groups=2,
    cops=2,
)
SMALLEST = SMALL.model_copy(
    update={"students": 12, "staff": 5, "sessions_per_block": 4, "min_size": 2, "locks": 0.1}
)
PLANNING = [name for name in RIVALS if name != "pdlp"]
FAST = [name for name in PLANNING if name != "cpsat"]


def play(name, scenario, **given):
    return importlib.import_module(RIVALS[name]).play(Task(scenario, **given))


@pytest.fixture(scope="module", params=["sum", "diminishing"])
def small(request):
    scenario = generate(SMALL.model_copy(update={"form": request.param}), seed=3)
    return scenario, solved_here(scenario).certificate


# ---- rivals --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLANNING)
def test_the_tiny_school_is_filled_legally_and_no_better_than_ours(name):
    scenario = read(TINY)
    played = play(name, scenario, limit=60)
    truth = judge(scenario, played.plan)
    assert not truth.illegal
    assert not truth.waived
    assert truth.value <= 390
    assert (truth.value == 390) == (name in ("highs", "cpsat"))


@pytest.mark.parametrize("name", FAST)
def test_no_rival_exceeds_our_bound(name, small):
    scenario, certificate = small
    truth = judge(scenario, play(name, scenario, seed=1).plan)
    assert not truth.illegal
    assert not truth.waived
    assert truth.value <= certificate.bound


@pytest.mark.parametrize("form", ["sum", "diminishing"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_plain_model_says_what_the_matrix_says(form, seed):
    """The optimum of CP-SAT over ids is that of HiGHS over the engine's matrix."""
    scenario = generate(SMALLEST.model_copy(update={"form": form}), seed)
    plain, whole = play("cpsat", scenario), play("highs", scenario)
    assert plain.said == whole.said == "optimal"
    assert judge(scenario, plain.plan).value == judge(scenario, whole.plan).value


def test_the_certifying_lp_bounds_what_is_known(small):
    scenario, certificate = small
    kept = []
    found = play("pdlp", scenario, best=certificate.value, keep=kept.append)
    assert found.plan is None
    assert found.bound >= certificate.value
    assert found.near == (found.bound - certificate.value <= abs(found.bound) / 10_000)
    assert all(not one.near for one in kept)


def test_the_certifying_lp_stops_at_the_loosest_that_is_near():
    found = play("pdlp", read(TINY), best=Decimal(390))
    assert found.near
    assert found.bound == 390
    assert found.said.startswith("at 1e-04")


def test_required_pulls_then_needs_then_choices():
    """With one seat a block, the nightly fill follows its order, not its list of people."""
    desk = seating.Seating(read(TINY))
    (group, *_) = desk.groups
    sessions = desk.meeting(group)
    steps = (nightly._required(desk), nightly._needed, nightly._chosen(desk), nightly._roomy)
    waiting = [s.id for s in desk.facts.scenario.students if desk.is_due(s.id, group)]
    asked = [p.person for p in desk.facts.scenario.pulls if p.tier == "required"]
    for person in waiting:
        by_step = [step(desk, person, sessions) for step in steps]
        assert by_step[-1] is not None
        assert (by_step[0] is not None) == (
            person in asked and any(s in sessions for s in desk.facts.sessions_of["algebra"])
        )


def test_nothing_that_excludes_each_other_runs():
    desk = seating.Seating(generate(SMALL, seed=3))
    sessions = [desk.facts.session(s) for s in desk.running]
    alternatives = [s.one_of for s in sessions if s.one_of]
    assert len(alternatives) == len(set(alternatives))
    desk.close_small()
    assert judge(desk.facts.scenario, desk.plan()).illegal == ()


def test_who_must_be_together_is_seated_together():
    scenario = generate(SMALL, seed=3)
    pairs = tuple(pair.model_copy(update={"hard": True}) for pair in scenario.pairs)
    scenario = scenario.model_copy(update={"pairs": pairs})
    for name in ("sign-up", "nightly"):
        assert not judge(scenario, play(name, scenario, seed=2).plan).waived


# ---- processes -----------------------------------------------------------------------------------


def test_a_rival_plays_in_a_process_of_its_own():
    found, ended = played("sign-up", TINY, 60, seed=1)
    assert ended.code == 0
    assert ended.peak_mb > 10
    assert found.plan == play("sign-up", read(TINY), seed=1).plan


def test_a_rival_that_is_late_is_ended():
    found, ended = played("cpsat", TINY, 0.0, grace=0.0)
    assert (found.plan, ended.code, found.said) == (None, None, "ended from outside")


def test_a_rival_that_breaks_down_says_so(tmp_path):
    found, ended = played("nightly", tmp_path, 60)
    assert ended.code == 1
    assert found == Play(said="broke down (exit code 1)")


def test_a_command_is_watched_with_its_children():
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', {!r}]); sys.exit('so')"
    ended = watched([sys.executable, "-c", code.format("x = bytearray(150_000_000); input" + "()")])
    assert (ended.code, ended.said) == (1, "so")
    grown = "import time; x = bytearray(150_000_000); time.sleep(0.5)"
    assert watched([sys.executable, "-c", code.format(grown)]).peak_mb > 150


# ---- rows ----------------------------------------------------------------------------------------


def test_a_row_holds_our_whole_process_and_its_rivals():
    row = engine.measured("tiny", 1, 60.0, ["sign-up", "highs", "pdlp"], 60.0)
    assert (row.ours.value, row.ours.bound, row.ours.status) == (390, 390, "optimal")
    assert (row.students, row.people, row.sessions) == (6, 8, 6)
    assert row.ours.peak_mb > 50
    assert {"matrix", "check"} <= set(row.ours.stages)
    assert row.rival("highs").value == 390
    assert row.rival("sign-up").value < 390
    assert row.rival("pdlp").near
    assert row.ratio == row.ours.seconds / row.rival("pdlp").seconds
    assert (row.refuted, row.ahead) == ([], [])


def test_a_folder_that_is_refused_is_a_row_without_an_answer(tmp_path):
    ours = solved(read(TINY), tmp_path, tmp_path / "answer")
    assert ours.value is None
    assert ours.gap is None
    assert ours.said.startswith("exit code 2")


def test_only_a_legal_plan_has_a_value():
    scenario = read(TINY)
    ended = Ended(1.0, 1.0, 0, "")
    nobody = Plan(lines=(), open=frozenset({"robotics-mon"}))
    found = engine.judged(scenario, "cpsat", Play(plan=nobody, said="optimal"), ended)
    assert found.value is None
    assert found.said.startswith("illegal")
    empty = engine.judged(scenario, "cpsat", Play(plan=Plan(lines=(), open=frozenset())), ended)
    assert empty.value is None
    assert empty.said.startswith("breaks what must hold: 1 findings")


def row(case="week-3000", seed=1, seconds=20.0, value=99, bound=100, **given):
    ours = Ours(seconds=seconds, peak_mb=500, value=value, bound=bound, unplaced=0, first=3)
    return Row(
        case=case,
        seed=seed,
        measured=date(2026, 11, 20 + seed),
        students=10,
        people=12,
        sessions=7,
        columns=5,
        rows=4,
        ours=ours,
        **given,
    )


def test_targets_say_what_is_met():
    lp = Judged(by="pdlp", seconds=10, bound=100, near=True)
    one = row(rivals=(lp,))
    assert [check.text for check in targets.checked(one, [one])] == [
        "gap 1 % > 0.01 %",
        "2 × ≤ 3 × the certifying LP",
        "500 MB ≤ 1,000 MB",
    ]
    far = row(rivals=(lp.model_copy(update={"near": False}),))
    assert targets.checked(far, [far])[1] == ("≤ 3 × the certifying LP: not measured", None)
    large = row("week-30000", seconds=270)
    assert targets.checked(large, [large, one])[1] == ("13.5 × > 13 × the time of 3,000", False)
    assert targets.checked(row("advisory"), [])[0].met


@pytest.mark.parametrize("name", cases.USUAL)
def test_every_usual_scenario_has_a_target(name):
    assert name in targets.TARGETS
    assert name in cases.NAMES


def test_what_is_missed_and_who_is_ahead_is_said():
    ahead = row(rivals=(Judged(by="cpsat", seconds=1, value=Decimal("99.5")),))
    assert targets.missed([ahead]) == [
        "week-3000 1: gap 1 % > 0.01 %",
        "week-3000 1: the plan of cpsat is worth more than ours",
    ]
    assert ahead.refuted == []
    wrong = row(rivals=(Judged(by="cpsat", seconds=1, value=Decimal(101)),))
    assert wrong.refuted == ["cpsat"]


# ---- over time -----------------------------------------------------------------------------------


CURVE = Curve(
    case="week-3000",
    seed=1,
    events=[(0.4, None, None), (0.8, 50, None), (3.0, 90, 110), (6.0, 100, 100), (7.0, 100, 100)],
)


def test_a_curve_is_read_off_at_each_second():
    assert anytime.read_off(CURVE)[:4] == [
        (1, 50.0, None, None),
        (2, 50.0, None, None),
        (5, 10.0, 10.0, None),
        (10, 0.0, 0.0, 6.8),
    ]
    assert anytime.read_off(Curve(case="tiny", seed=1, events=[])) == [
        (at, None, None, anytime.LOCAL_SEARCH.get(at)) for at in anytime.AT
    ]


def test_a_search_is_followed_to_its_end():
    curve = engine.followed("tiny", None)
    assert curve.events[-1][1:] == (390, 390)
    assert anytime.short(curve)[-1][1:] == (0.0, 0.0)


def test_the_picture_is_a_picture():
    root = ET.fromstring(anytime.picture(CURVE))
    said = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Value and bound over time: week-3000, seed 1" in said
    assert {"1 s", "60 s", "1 %", "0.13 %"} <= set(said)


# ---- pages and commands --------------------------------------------------------------------------


def test_the_page_shows_every_row_and_no_place():
    rivals = (Judged(by="pdlp", seconds=10, bound=100, near=True), Judged(by="cpsat", seconds=3))
    found = Results(
        machine=results.machine(),
        versions=results.versions(),
        rows=[row(rivals=rivals), row(seed=3, rivals=rivals)],
        curves=[CURVE],
    )
    page = results.page(found)
    assert "2026-11-21 to 2026-11-23" in page
    assert "| week-3000 3 | cpsat | 3.0 |" in page
    assert "- week-3000 1: gap 1 % > 0.01 %" in page
    assert "| 10 s | 0 % | 0 % | 6.8 % |" in page
    assert str(engine.HERE.parent) not in page


def test_a_run_goes_on_where_it_stopped(tmp_path, monkeypatch, capsys):
    kept = tmp_path / "rows.json"
    given = ["tiny", "--rivals", "nightly", "--keep", str(kept), "--curve", "tiny"]
    monkeypatch.setattr(engine, "PAGE", tmp_path / "RESULTS.md")
    monkeypatch.setattr(engine, "PICTURE", tmp_path / "pictures" / "anytime.svg")
    assert engine.main([*given, "--write"]) == 0
    assert "390.00" in capsys.readouterr().out
    assert (tmp_path / "pictures" / "anytime.svg").exists()
    assert "| tiny 1 | nightly |" in (tmp_path / "RESULTS.md").read_text()
    monkeypatch.setattr(engine, "measured", None)
    assert engine.main(given) == 0
    assert len(engine.kept(kept).rows) == len(engine.kept(kept).curves) == 1
    other = engine.kept(kept).model_copy(update={"machine": "another"})
    kept.write_text(other.model_dump_json())
    with pytest.raises(SystemExit, match="measured elsewhere"):
        engine.main(given)


def test_a_bound_that_a_rival_exceeds_fails_the_run(monkeypatch, capsys):
    wrong = row("tiny", rivals=(Judged(by="cpsat", seconds=1, value=Decimal(101)),))
    monkeypatch.setattr(engine, "measured", lambda *given: wrong)
    assert engine.main(["tiny"]) == 1
    assert "THE BOUND IS WRONG" in capsys.readouterr().err


@pytest.mark.parametrize("given", [["weak"], ["tiny", "--rivals", "chess"], ["--curve", "weak"]])
def test_unknown_names_are_refused(given, capsys):
    with pytest.raises(SystemExit) as end:
        engine.main(given)
    assert end.value.code == 2
    assert "there are" in capsys.readouterr().err
