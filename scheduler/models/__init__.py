"""What a scenario and a solution are: people, time, offer, wishes, settings, findings."""

from scheduler.models.cycle import Cycle
from scheduler.models.offer import Activity, MixItem, Room, Session
from scheduler.models.people import Person, Staff, Student
from scheduler.models.scenario import TABLES, Scenario
from scheduler.models.settings import Settings
from scheduler.models.solution import (
    Assignment,
    Certificate,
    Finding,
    Level,
    Multipliers,
    Plan,
    SessionState,
    Solution,
)
from scheduler.models.time import KINDS, Bell, Day
from scheduler.models.wishes import (
    Away,
    Change,
    Choice,
    Knows,
    Lock,
    Need,
    Owed,
    Pair,
    Previous,
    Pull,
)

__all__ = [
    "KINDS",
    "TABLES",
    "Activity",
    "Assignment",
    "Away",
    "Bell",
    "Certificate",
    "Change",
    "Choice",
    "Cycle",
    "Day",
    "Finding",
    "Knows",
    "Level",
    "Lock",
    "MixItem",
    "Multipliers",
    "Need",
    "Owed",
    "Pair",
    "Person",
    "Plan",
    "Previous",
    "Pull",
    "Room",
    "Scenario",
    "Session",
    "SessionState",
    "Settings",
    "Solution",
    "Staff",
    "Student",
]
