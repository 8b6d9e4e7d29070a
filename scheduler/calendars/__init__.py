"""Calendars judged before they are made: their minutes, the law, and other calendars from them.

Everything here reads bells and dates alone; nothing is solved.
"""

from scheduler.calendars.balance import Balance, GradeChange, changes
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
)

__all__ = [
    "EVERYBODY",
    "INSTRUCTIONAL",
    "Balance",
    "CalendarMinutes",
    "DayMinutes",
    "GradeChange",
    "NoCalendar",
    "Period",
    "StaffTally",
    "Tally",
    "changes",
    "minutes",
]
