"""Properties of calendars, over thousands drawn: grades part and meet, pd lies anywhere."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.calendars import CannotShift, changes, judge, minutes, pack_names, read_pack, shifted
from scheduler.calendars.minutes import Tally, summed
from scheduler.models import Bell, Scenario
from scheduler.reading import examine
from scheduler.writing import scenario_json
from tests.calendars import school

GRADES = ("9", "10", "11")
KINDS = ("class", "class", "class", "flex", "advisory", "lunch", "passing", "other")
EACH = 6
"""Calendars per example: 300 examples are 1,800 of them."""

seeds = st.integers(0, 2**32)
many = settings(max_examples=300)


def drawn(seed: int) -> Scenario:
    """Two to five days of blocks, some for single grades side by side, over some dates or none."""
    rng = random.Random(seed)
    days = {f"d{at}": day(rng) for at in range(rng.randint(2, 5))}
    dates = rng.choices([*days, ""], k=rng.choice([0, 7, 40]))
    return school(days, grades=";".join(GRADES), dates=dates)


def day(rng: random.Random) -> list[str]:
    now, texts = rng.randint(420, 560), []

    def add(kind: str, start: int, end: int, grades: str = "") -> None:
        hours = f"{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}"
        texts.append(f"b{len(texts)} {kind} {hours} {grades}")

    for _ in range(rng.randint(2, 7)):
        if rng.random() < 0.3:
            ends = []
            cut = rng.randint(1, len(GRADES) - 1)
            for group in (GRADES[:cut], GRADES[cut:]):
                then = now
                for _ in range(rng.randint(1, 3)):
                    more = rng.randint(5, 50)
                    add(rng.choice(KINDS), then, then + more, ";".join(group))
                    then += more
                ends.append(then)
            now = max(ends)
        else:
            more = rng.randint(5, 70)
            add(rng.choice(KINDS), now, now + more)
            now += more
        now += rng.choice([0, 0, 5])
    if rng.random() < 0.4:
        add("pd", start := rng.randint(420, 800), start + rng.randint(30, 90))
    return texts


def calendars(seed: int) -> list[Scenario]:
    return [drawn(seed * EACH + at) for at in range(EACH)]


def made_from(scenario: Scenario, rng: random.Random):
    """A shift that is asked for at random; None where it is refused."""
    try:
        return shifted(
            scenario,
            base="c",
            name="new",
            days=["d0"],
            minutes=rng.choice([-60, -30, -7, 11, 45]),
            spread=rng.choice(["even", "none", "year"]),
            give=rng.choice([("class",), ("class", "flex", "advisory")]),
            take=("class", "flex"),
            weighing=rng.choice(["length", "even"]),
            least=rng.choice([1, 5]),
        )
    except CannotShift:
        return None


def by_block(scenario: Scenario, calendar: str) -> dict[str, Bell]:
    return {bell.key: bell for bell in scenario.bells if bell.calendar == calendar}


def apart(bells: dict[str, Bell]) -> set[tuple[str, str]]:
    """Blocks (a, b) of one day where a ends before b begins."""
    return {
        (a, b)
        for a, x in bells.items()
        for b, y in bells.items()
        if x.day == y.day and "pd" not in (x.kind, y.kind) and x.end <= y.start
    }


@given(seeds)
@many
def test_shift_keeps_what_it_promises(seed):
    rng = random.Random(seed)
    for scenario in calendars(seed):
        found = made_from(scenario, rng)
        if found is not None:
            holds(scenario, *found)


def holds(scenario, made, told):
    old, new = by_block(made, "c"), by_block(made, "new")
    assert scenario.bells == made.bells[: len(scenario.bells)]
    assert old.keys() == new.keys()
    assert apart(old) <= apart(new)
    for key, bell in old.items():
        more = (new[key].end - new[key].start) - (bell.end - bell.start)
        change = told.days.get(bell.day, 0)
        if bell.kind in ("lunch", "passing", "other"):
            assert more == 0
        elif bell.kind != "pd":
            assert more * change >= 0
    first, second = minutes(made, "c"), minutes(made, "new")
    for name, change in told.days.items():
        for grade in GRADES:
            was, now = (found.day(name).grades[grade] for found in (first, second))
            if was.days:
                assert now.instructional - was.instructional == change
                assert now.span - was.span == change
    whole = [
        c
        for c in changes(made, first, second)
        if first.cycle.grades[c.grade].days == len(told.days)
    ]
    for change in whole:
        assert change.cycle.instructional == told.week_rest
        if told.year_rest is not None:
            assert change.year is not None
            assert change.year.instructional == told.year_rest


def test_shifts_are_not_all_refused():
    rng = random.Random(1)
    answers = [made_from(drawn(at), rng) for at in range(400)]
    assert sum(found is not None for found in answers) >= 120
    assert sum(found is None for found in answers) >= 40
    for found in [found for found in answers if found is not None][:20]:
        problems = examine(scenario_json(found[0])).problems
        assert not [problem for problem in problems if "bells" in str(problem)]


@given(seeds)
@many
def test_the_rest_is_smaller_than_the_days_that_could_take_it(seed):
    """`even` keeps the week exactly; `year` misses by no more than half the most frequent day."""
    rng = random.Random(seed)
    for scenario in calendars(seed):
        for spread in ("even", "year"):
            try:
                _, told = shifted(
                    scenario, base="c", name="new", days=["d0"], minutes=rng.choice([-20, -5, 9]),
                    spread=spread, least=1,
                )  # fmt: skip
            except CannotShift:
                continue
            if spread == "even":
                assert told.week_rest == 0
            else:
                times = Counter(row.day for row in scenario.days)
                most = max(times[name] for name in told.days if name != "d0")
                assert 2 * abs(told.year_rest) <= most


@given(seeds)
@many
def test_minutes_are_additive(seed):
    for scenario in calendars(seed):
        found = minutes(scenario)
        for grade in found.grades:
            days = [(day, day.grades[grade]) for day in found.days]
            assert found.cycle.grades[grade] == summed((tally, 1) for _, tally in days)
            if found.year is not None:
                once = [tally for day, tally in days for _ in range(day.dates)]
                assert found.year.grades[grade] == summed((tally, 1) for tally in once)
            for day, tally in days:
                assert sum(tally.kinds.values()) == sum(tally.blocks.values())
                assert sum(tally.courses.values()) == tally.kind("class")
                assert tally.instructional == sum(map(tally.kind, found.counted))
                assert tally.span == sum(tally.kinds.values()) + tally.unlisted
                ends = day.bells[grade]
                assert tally.span == ends[1] - ends[0]
        per_grade = sum(tally.instructional for tally in found.cycle.grades.values())
        counted = [bell for bell in scenario.bells if bell.kind in found.counted]
        assert per_grade == sum(
            (bell.end - bell.start) * sum(map(bell.admits, GRADES)) for bell in counted
        )


def zero(tally: Tally) -> bool:
    values = tally.model_dump().values()
    return all(not any(v.values()) if isinstance(v, dict) else v == 0 for v in values)


@given(seeds)
@many
def test_a_calendar_compared_with_itself_is_all_zeros(seed):
    for scenario in calendars(seed):
        found = minutes(scenario)
        for change in changes(scenario, found, found):
            assert zero(change.cycle)
            assert change.year is None or zero(change.year)
            for balance in (change.week_balance, change.year_balance):
                if balance is not None:
                    assert (balance.shorter, balance.lost, balance.gained, balance.net) == (
                        0,
                        0,
                        0,
                        0,
                    )
                    assert balance.needed in (0, None)


@pytest.mark.parametrize("pack", pack_names())
@settings(max_examples=60)
@given(seed=seeds)
def test_margins_and_verdicts_agree(pack, seed):
    rules = read_pack(pack)
    for scenario in calendars(seed):
        for floor in judge(scenario, rules).floors:
            assert (floor.found is None) == (floor.margin is None)
            if floor.margin is not None:
                assert floor.margin == floor.found - floor.needed
                if floor.met is not None:
                    assert floor.met == (floor.margin >= 0)
