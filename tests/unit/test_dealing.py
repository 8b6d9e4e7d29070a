"""Dealing counted seats: where nobody left suits one, others change seats until it is taken."""

from types import SimpleNamespace

import numpy as np

from scheduler.solver.crowd import _Deal

ART, BAND, CHESS, DRAMA = range(4)
MONDAY, TUESDAY = range(2)
OFFERED = ((ART, MONDAY), (BAND, MONDAY), (ART, TUESDAY), (CHESS, TUESDAY), (DRAMA, TUESDAY))
"""Activity and block of the sessions 0 to 4."""


def deal(people, taken=(), seats=1):
    activity, block = np.array(OFFERED).T
    columns = SimpleNamespace(
        sessions=range(len(OFFERED)),
        session_activity=activity,
        session_block=block,
        session_cap=np.full(len(OFFERED), seats),
    )
    crowd = SimpleNamespace(plain=np.ones((people, len(OFFERED)), dtype=bool))
    return _Deal(columns, crowd, list(taken))


def squeezed(made, person, meant, free=()):
    made.squeeze(person, np.array(meant, dtype=int), np.array([*meant, *free], dtype=int))
    return sorted(made.lines)


def test_a_seat_that_suits_is_taken():
    made = deal(1)
    made.give(0, 1)
    assert squeezed(made, 0, meant=[2]) == [(0, 1), (0, 2)]


def test_who_visits_the_activity_elsewhere_changes_seats_there():
    """Person 0 has art on Monday and only art is left on Tuesday; person 1 takes art on Monday."""
    made = deal(2)
    made.give(0, 0)
    made.give(1, 1)
    assert squeezed(made, 0, meant=[2]) == [(0, 1), (0, 2), (1, 0)]


def test_who_chose_the_activity_elsewhere_gets_the_seat_of_one_who_goes_there():
    """Person 0 chose art on Monday: person 1 goes to art on Tuesday, and leaves chess to them."""
    made = deal(2, taken=[(0, 0)])
    made.give(1, 3)
    assert squeezed(made, 0, meant=[2]) == [(0, 3), (1, 2)]
    assert made.size.tolist() == [1, 0, 1, 1, 0]


def test_a_seat_that_was_meant_comes_before_a_free_one():
    """A session that keeps its number of people stays open."""
    made = deal(2)
    made.give(0, 0)
    made.give(1, 1)
    assert (0, 2) in squeezed(made, 0, meant=[2], free=[4])


def test_else_any_free_seat_will_do():
    made = deal(1, taken=[(0, 0)])
    assert squeezed(made, 0, meant=[2], free=[4]) == [(0, 4)]


def test_nobody_gets_what_is_not_for_them():
    made = deal(2, taken=[(0, 0)])
    made.give(1, 3)
    made.crowd.plain[1, 2] = False
    assert squeezed(made, 0, meant=[2]) == [(1, 3)]
