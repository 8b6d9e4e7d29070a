"""Repairing: after something changed, as few people as possible move, and that is proven.

`repair` is the door; `read_changes` and `checked` say what is wrong with changes, `changed` makes
the scenario that is there afterwards.
"""

from scheduler.repair.answer import Because, Curve, Gone, LevelOf, Move, Promise, Repair
from scheduler.repair.applying import changed
from scheduler.repair.checking import BadChanges, checked, read_changes, readable, spotted
from scheduler.repair.repairing import Repaired, repair
from scheduler.repair.wording import sentences

__all__ = [
    "BadChanges",
    "Because",
    "Curve",
    "Gone",
    "LevelOf",
    "Move",
    "Promise",
    "Repair",
    "Repaired",
    "changed",
    "checked",
    "read_changes",
    "readable",
    "repair",
    "sentences",
    "spotted",
]
