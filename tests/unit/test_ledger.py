"""Who is owed what after a cycle: worked examples, and every plan of one person tried."""

import itertools
from collections import Counter
from decimal import Decimal

import pytest

from scheduler.ledger import best_alone, everybodys_best, following
from scheduler.rules.catalogue import earnings, knobs
from scheduler.rules.visits import limit_of
from tests.rules.tiny_schools import school
from tests.rules.worlds import PD, SESSIONS, TEACHERS, TWO_DAYS, table, world

CHOICES = table("person,choice,rank", "ada,x,1", "ada,y,2", "ben,x,1", "cy,y,2")


def owing(scenario_world, **points):
    facts = scenario_world.facts
    earned = {person: Decimal(amount) for person, amount in points.items()}
    return following(facts, earned, everybodys_best(facts, earnings(facts)))


def alone(scenario_world, person="ada"):
    facts = scenario_world.facts
    return best_alone(facts, person, earnings(facts))


# ---- what is owed -------------------------------------------------------------------------------


def test_who_is_behind_the_median_is_owed_the_difference():
    """Shares 1, 0.8 and 0.5 of 100, 100 and 80: the median is 0.8."""
    found = owing(world("choices", choices=CHOICES), ada=100, ben=80, cy=40)
    assert found == {"ada": 0, "ben": 0, "cy": 30}


def test_half_of_the_old_debt_stays_and_nobody_is_owed_more_than_a_hundred():
    old = table("person,owed", "ada,50", "ben,33.33", "cy,140", "gone,7")
    found = owing(world("choices", choices=CHOICES, ledger=old), ada=100, ben=100, cy=0)
    assert found == {"ada": 25, "ben": Decimal("16.67"), "cy": 100}


def test_the_median_of_two_is_halfway():
    choices = table("person,choice,rank", "ada,x,1", "ben,x,1")
    assert owing(world("choices", choices=choices), ada=100) == {"ada": 0, "ben": 50, "cy": 0}


def test_who_could_earn_nothing_keeps_half_and_counts_for_no_median():
    old = table("person,owed", "cy,15")
    choices = table("person,choice,rank", "ada,x,1", "ben,x,1")
    found = owing(world("choices", choices=choices, ledger=old), ada=100, ben=100)
    assert found == {"ada": 0, "ben": 0, "cy": Decimal("7.5")}


def test_without_choices_nobody_is_owed_anything():
    assert owing(world("choices")) == {"ada": 0, "ben": 0, "cy": 0}


def test_students_and_staff_have_medians_of_their_own():
    both = world(
        "choices",
        bells=[*table("calendar,day,block,kind,start,end", "c,Mon,flex,flex,09:00,10:00"), PD[1]],
        staff=TEACHERS,
        activities=table("id,kind", "X,flex", "C,pd"),
        sessions=table("id,activity,block", "x,X,Mon.flex", "c,C,Tue.pd"),
        choices=table(
            "person,choice,rank",
            *(
                f"{p},{c},1"
                for p, c in zip(["ada", "ben", "cy", "tom", "una", "vic"], "XXXCCC", strict=True)
            ),
        ),
    )
    found = owing(both, ada=100, ben=100, tom=100)
    assert list(found.items()) == [
        *(("ada", 0), ("ben", 0), ("cy", 100), ("tom", 0), ("una", 0), ("vic", 0))
    ]


def test_thirds_are_rounded_half_up():
    three = table("person,choice,score", "ada,x,0.9", "ben,x,0.9", "cy,x,0.9")
    found = owing(world("choices", choices=three), ada=90, ben=60, cy=30)
    assert found["cy"] == Decimal("33.33")
    assert found["cy"].as_tuple().exponent == -2
    eighth = table("person,choice,score", "ada,x,0.8", "ben,x,0.8", "cy,x,0.8")
    found = owing(world("choices", choices=eighth), ada="0.10", ben="0.10", cy="0.096")
    assert found["cy"] == Decimal("0.01")


# ---- the most that one person could earn --------------------------------------------------------

TWICE = table(SESSIONS, "x1,X,Mon.flex,,", "x2,X,Tue.flex,,", "y2,Y,Tue.flex,,")
BOTH = table("person,choice,rank", "ada,X,1", "ada,Y,3")


@pytest.mark.parametrize(
    ("activities", "best"),
    [
        (("X,flex,,", "Y,flex,,"), 164),
        (("X,flex,2,", "Y,flex,,"), 200),
        (("X,flex,0,", "Y,flex,,"), 200),
        (("X,flex,1,true", "Y,flex,,"), 164),
        (("X,flex,,true", "Y,flex,,"), 200),
    ],
)
def test_visits_are_limited(activities, best):
    offer = table("id,kind,max_visits,fallback", *activities)
    week = world("choices", bells=TWO_DAYS, activities=offer, sessions=TWICE, choices=BOTH)
    assert alone(week) == best


def test_a_need_raises_the_limit():
    week = world(
        "choices",
        bells=TWO_DAYS,
        activities=table("id,kind,tags", "X,flex,math", "Y,flex,"),
        sessions=TWICE,
        choices=BOTH,
        needs=table("person,tag,visits", "ada,math,2"),
    )
    assert alone(week) == 200


def test_a_lock_comes_before_points():
    week = world("choices", choices=CHOICES, locks=table("person,session,state", "ada,y,in"))
    assert alone(week) == 80
    week = world("choices", choices=CHOICES, locks=table("person,session,state", "ada,x,out"))
    assert alone(week) == 80


SERIES = {
    "bells": TWO_DAYS,
    "activities": table("id,kind,series", "X,flex,s", "Y,flex,"),
    "sessions": table(
        SESSIONS, "x1,X,Mon.flex,,", "x2,X,Tue.flex,,", "y1,Y,Mon.flex,,", "y2,Y,Tue.flex,,"
    ),
}


def test_a_series_earns_in_every_place_or_nowhere():
    wish = table("person,choice,rank", "ada,X,3", "ada,y1,1")
    assert alone(world("choices", choices=wish, **SERIES)) == 128
    wish = table("person,choice,rank", "ada,X,3", "ada,y1,1", "ada,y2,2")
    assert alone(world("choices", choices=wish, **SERIES)) == 128
    wish = table("person,choice,rank", "ada,X,9", "ada,y1,1")
    assert alone(world("choices", choices=wish, **SERIES)) == 100


def test_a_lock_keeps_a_series_out_or_in():
    wish = table("person,choice,rank", "ada,X,9", "ada,y1,1")
    inside = table("person,session,state", "ada,x2,in")
    assert alone(world("choices", choices=wish, locks=inside, **SERIES)) == 36
    beside = table("person,session,state", "ada,y2,in")
    assert alone(world("choices", choices=wish, locks=beside, **SERIES)) == 0
    both = table("person,choice,rank", "ada,X,9", "ada,y2,2")
    assert alone(world("choices", choices=both, locks=beside, **SERIES)) == 80


MEETINGS = {
    "students": [],
    "staff": TEACHERS,
    "bells": table(
        "calendar,day,block,kind,start,end",
        *("c,Mon,pd,pd,09:00,10:00", "c,Mon,late,pd,09:30,10:30", "c,Tue,pd,pd,09:00,10:00"),
    ),
    "activities": table("id,kind", "A,pd", "B,pd"),
    "sessions": table(
        "id,activity,block", "a1,A,Mon.pd", "b1,B,Mon.late", "a2,A,Tue.pd", "b2,B,Tue.pd"
    ),
}


@pytest.mark.parametrize(
    ("pd", "wishes", "best"),
    [
        ("one", ("tom,A,1", "tom,B,2"), 100),
        ("each", ("tom,A,1", "tom,B,2"), 180),
        ("each", ("tom,a1,1", "tom,b1,2"), 100),
        ("each", ("tom,a1,1", "tom,a2,2", "tom,b2,12"), 115),
        ("each", ("tom,a1,1", "tom,b1,2", "tom,b2,3"), 164),
    ],
)
def test_meetings_that_overlap_in_time(pd, wishes, best):
    knobs = {"rules": {"place": {"pd": pd}}}
    wish = table("person,choice,rank", *wishes)
    assert alone(world("choices", settings=knobs, choices=wish, **MEETINGS), "tom") == best


def test_overlapping_meetings_count_as_visits():
    """A in one block and B in the other, since nobody is twice in A."""
    bells = table(
        "calendar,day,block,kind,start,end",
        *("c,Mon,pd,pd,09:00,10:00", "c,Mon,late,pd,09:30,10:30"),
        *("c,Tue,pd,pd,09:00,10:00", "c,Tue,late,pd,09:30,10:30"),
    )
    sessions = table(
        "id,activity,block", "a1,A,Mon.pd", "b1,B,Mon.late", "a2,A,Tue.pd", "b2,B,Tue.late"
    )
    week = {**MEETINGS, "bells": bells, "sessions": sessions}
    wish = table("person,choice,rank", "tom,A,1", "tom,B,12")
    each = {"rules": {"place": {"pd": "each"}}}
    assert alone(world("choices", settings=each, choices=wish, **week), "tom") == 115


def test_a_series_of_meetings_earns_once_where_one_is_due():
    cops = {
        "students": [],
        "staff": TEACHERS,
        "bells": PD,
        "activities": table("id,kind,series", "C,pd,s"),
        "sessions": table("id,activity,block", "c1,C,Mon.pd", "c2,C,Tue.pd"),
        "choices": table("person,choice,rank", "tom,C,1"),
    }
    assert alone(world("choices", **cops), "tom") == 100
    each = {"rules": {"place": {"pd": "each"}}}
    assert alone(world("choices", settings=each, **cops), "tom") == 200


@pytest.mark.parametrize("batch", range(10))
def test_no_plan_of_one_person_earns_more(batch):
    for seed in range(batch * 40, batch * 40 + 40):
        drawn = school(f"ledger {seed}")
        earns = earnings(drawn.facts)
        for person in drawn.scenario.people:
            most = best_alone(drawn.facts, person.id, earns)
            assert most == _tried(drawn.facts, person.id, earns), (seed, person.id)


def test_whoever_leads_a_session_cannot_attend_it():
    """Nobody is owed points for a community of practice that they lead themselves."""
    here = world(
        "choices",
        bells=PD,
        students=[],
        staff=TEACHERS,
        activities=table("id,kind", "X,pd"),
        sessions=table(SESSIONS, "x,X,Mon.pd,,tom"),
        choices=table("person,choice,rank", "tom,X,1", "una,X,1"),
    )
    assert [alone(here, who) for who in ("tom", "una")] == [0, 100]


@pytest.mark.parametrize(("mode", "best"), [("hard", 164), ("off", 200)])
def test_where_visits_are_not_limited_nobody_alone_is(mode, best):
    offer = table("id,kind", "X,flex", "Y,flex")
    week = world(
        "visits", {"mode": mode}, bells=TWO_DAYS, activities=offer, sessions=TWICE, choices=BOTH
    )
    assert alone(week) == best


def _tried(facts, person, earns):
    """The best of all sets of units: as many locks as can be kept, then points."""
    units = dict.fromkeys(facts.together(session) for session in facts.cycle.decided)
    led = {s.id for s in facts.cycle.decided.values() if person in facts.cycle.present_leaders(s)}
    able = [unit for unit in units if facts.may_go(person, unit[0]) and not led & set(unit)]
    locked = set(facts.locked_sessions.get(person, ()))
    best = (-1, Decimal(0))
    for number in range(len(able) + 1):
        for chosen in itertools.combinations(able, number):
            sessions = [session for unit in chosen for session in unit]
            if _legal(facts, person, chosen, sessions):
                due = facts.points_due(tuple(sessions), person)
                points = sum((earns(person, session) for session in due), Decimal(0))
                best = max(best, (len(locked & set(sessions)), points))
    return best[1]


def _legal(facts, person, chosen, sessions):
    places = [place for unit in chosen for place in {facts.place(person, s) for s in unit}]
    if len(places) != len(set(places)):
        return False
    blocks = [[facts.session(session).block for session in unit] for unit in chosen]
    for one, other in itertools.combinations(blocks, 2):
        if any(facts.cycle.overlap(a, b) for a in one for b in other):
            return False
    if knobs(facts.scenario, "visits").mode == "off":
        return True
    often = Counter(facts.session(session).activity for session in sessions)
    limits = {activity: limit_of(facts, person, activity) for activity in often}
    return all(limits[a] is None or n <= limits[a] for a, n in often.items())
