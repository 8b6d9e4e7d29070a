"""Every rule takes a school that lacks almost everything."""

import pytest

from scheduler.rules import catalogue
from tests.rules.worlds import ADVISORY, PD, STAFF, STUDENTS, table, world

SPOKEN = [name for name, rule in catalogue.rules().items() if hasattr(rule, "rows")]
LESS = {
    "no sessions": {"sessions": []},
    "no activities": {"sessions": [], "activities": []},
    "nobody": {"students": []},
    "nobody due": {
        "students": [],
        "staff": table(STAFF, "tom,,"),
        "bells": PD,
        "activities": table("id,kind", "X,flex", "Y,pd"),
        "sessions": table("id,activity,block,leaders", "y,Y,Mon.pd,tom"),
        "away": table("person,block", "tom,Mon.pd"),
    },
    "nobody admitted": {
        "bells": ADVISORY,
        "students": table(STUDENTS, "ada,9,,"),
        "activities": table("id,kind,grades,mix", "X,advisory,10,a:1-1"),
        "sessions": table("id,activity,block", "x,X,Mon.adv"),
    },
}


@pytest.mark.parametrize("name", SPOKEN)
@pytest.mark.parametrize("less", LESS)
def test_nothing_is_nothing(name, less):
    here = world(name, {"mode": "soft"} if name == "stability" else None, **LESS[less])
    for finding in here.judge("", ""):
        assert (name, finding.what, less) == ("place", "unplaced", "nobody admitted")
