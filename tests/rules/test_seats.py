import numpy as np
import pytest

from tests.rules.least import Price
from tests.rules.worlds import SESSIONS, table, world


@pytest.mark.parametrize(
    ("own", "activity", "room", "limit"),
    [("2", "", "", 2), ("", "2", "", 2), ("", "", "2", 2), ("2", "1", "3", 2), ("3", "", "2", 2)],
)
def test_max_size_of_the_session_then_the_activity_and_the_room_limit(own, activity, room, limit):
    here = world(
        "seats",
        rooms=table("id,seats", "r,2", "s,3"),
        activities=table("id,kind,max_size", f"X,flex,{activity}", "Y,flex,"),
        sessions=table(
            "id,activity,block,room,max_size",
            f"x,X,Mon.flex,{ {'2': 'r', '3': 's', '': ''}[room] },{own}",
            "y,Y,Mon.flex,,",
        ),
    )
    assert here.facts.seats("x") == limit
    assert here.facts.seats("y") is None
    assert here.judge("ada:x ben:x cy:y", "x y") == []
    assert here.judge("ada:x ben:x cy:x", "x y") == [("full", ("x",), 1, 0, "illegal")]
    assert here.words("ada:x ben:x cy:x", "x") == ["x has 1 person more than seats."]


def test_nobody_is_in_a_closed_session():
    here = world("seats")
    assert here.judge("ada:x ben:x", "y") == [("closed", ("x",), 2, 0, "illegal")]
    assert here.words("ada:x ben:x", "y") == ["x is closed, yet holds 2 people."]


def test_a_session_without_limit_takes_everyone():
    assert world("seats").judge("ada:x ben:x cy:x", "x") == []


def test_leaders_take_no_seat():
    here = world(
        "seats",
        staff=table("id", "tom"),
        rooms=table("id,seats", "r,3"),
        sessions=table(SESSIONS, "x,X,Mon.flex,r,tom", "y,Y,Mon.flex,,"),
    )
    assert here.judge("ada:x ben:x cy:x", "x") == []


def test_nobody_is_more_in_a_session_than_it_is_open():
    """What the sum over people implies for whole numbers is said of each, for the relaxation."""
    here = world("seats")
    price = Price(here.rows, here.columns.count)
    for person, unit in enumerate(here.columns.cand_unit):
        half = np.zeros(here.columns.count)
        half[person], half[here.columns.open_columns[unit]] = 0.6, 0.5
        assert (price.matrix @ half > price.upper).any()
        half[person] = 0.5
        assert (price.matrix @ half <= price.upper).all()
