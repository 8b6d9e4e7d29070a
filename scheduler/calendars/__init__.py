"""Calendars judged before they are made: their minutes, the law, and other calendars from them.

Everything here reads bells and dates alone; nothing is solved.
"""

from scheduler.calendars.balance import Balance, GradeChange, changes
from scheduler.calendars.law import Credit, Floor, Verdict, judge
from scheduler.calendars.minutes import (
    EVERYBODY,
    INSTRUCTIONAL,
    CalendarMinutes,
    DayMinutes,
    NoCalendar,
    Period,
    StaffTally,
    Tally,
    minutes,
    short_days,
)
from scheduler.calendars.packs import NOTICE, BadPack, Pack, pack_names, read_pack
from scheduler.calendars.retime import CannotShift
from scheduler.calendars.shift import Shifted, shift, shifted

__all__ = [
    "EVERYBODY",
    "INSTRUCTIONAL",
    "NOTICE",
    "BadPack",
    "Balance",
    "CalendarMinutes",
    "CannotShift",
    "Credit",
    "DayMinutes",
    "Floor",
    "GradeChange",
    "NoCalendar",
    "Pack",
    "Period",
    "Shifted",
    "StaffTally",
    "Tally",
    "Verdict",
    "changes",
    "judge",
    "minutes",
    "pack_names",
    "read_pack",
    "shift",
    "shifted",
    "short_days",
]
