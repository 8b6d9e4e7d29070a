"""Advisory groups of students and communities of practice of staff."""

import numpy as np

from scheduler.generate.bells import ADVISORY_DAYS, pd_keys
from scheduler.generate.draw import Bools, Ints
from scheduler.generate.names import COPS
from scheduler.generate.people import numbered
from scheduler.generate.sizes import Sizes
from scheduler.generate.staffing import Leading, Rooms, meeting_half
from scheduler.models import Activity, Session

_Offer = tuple[list[Activity], list[Session]]


def group_range(sizes: Sizes) -> tuple[int, int]:
    """Least and most students of an advisory group: four fifths of the mean, the seat ratio."""
    count = max(1, sizes.advisory_groups)
    least = max(1, round(0.8 * sizes.students / count))
    most = int(sizes.seat_ratio * sizes.students / count + 1e-9)
    return least, max(most, -(-sizes.students // count))


def cop_range(sizes: Sizes, half: Ints) -> tuple[int, int]:
    """Least and most members of a CoP, its leader aside; either half of the staff fits in."""
    if not sizes.cops:
        return 0, 0
    leads = [sum(meeting_half(cop) == h for cop in range(sizes.cops)) for h in (0, 1)]
    means = [(int((half == h).sum()) - leads[h]) / leads[h] for h in (0, 1)]
    most = int(np.ceil(1.2 * max(means)))
    return (2 if min(means) >= 2 else 1), max(1, most)


def group_ids(sizes: Sizes) -> list[str]:
    """Ids of the advisory groups."""
    return numbered("aim-", sizes.advisory_groups)


def cop_ids(sizes: Sizes) -> list[str]:
    """Ids of the CoPs."""
    return numbered("cop-", sizes.cops)


def advisory(sizes: Sizes, staff: list[str], leading: Leading, rooms: Rooms) -> _Offer:
    """One activity and one session for each advisory group."""
    least, most = group_range(sizes)
    activities, sessions = [], []
    for at, name in enumerate(group_ids(sizes)):
        leaders = (staff[leading.groups[at]],) if at < len(leading.groups) else ()
        activities.append(
            Activity(
                id=name,
                kind="advisory",
                title=f"AIM group {at + 1}",
                tags=("advisory",),
                min_size=least,
                max_size=most,
            )
        )
        sessions.append(
            Session(
                id=f"{name}-group",
                activity=name,
                block=f"{ADVISORY_DAYS[0]}.adv",
                room=rooms.groups[at],
                leaders=leaders,
            )
        )
    return activities, sessions


def cops(sizes: Sizes, staff: list[str], leading: Leading, rooms: Rooms) -> _Offer:
    """One activity for each CoP and one session under each calendar."""
    least, most = cop_range(sizes, leading.half)
    activities, sessions = [], []
    keys = pd_keys(sizes)
    for at, name in enumerate(cop_ids(sizes)):
        activities.append(
            Activity(
                id=name,
                kind="pd",
                title=f"CoP: {_topic(at)}",
                tags=("pd",),
                min_size=least,
                max_size=most,
            )
        )
        meetings = [(keys[at % len(keys)], rooms.cops[at])]
        if sizes.calendars == 2:
            meetings.append(("Mon.pd", rooms.cops_monday[at]))
        sessions += [
            Session(
                id=f"{name}-{block.split('.')[0]}",
                activity=name,
                block=block,
                room=room,
                leaders=(staff[leading.cops[at]],),
            )
            for block, room in meetings
        ]
    return activities, sessions


def _topic(at: int) -> str:
    again = at // len(COPS)
    return f"{COPS[at % len(COPS)]} {again + 1}" if again else COPS[at % len(COPS)]


def newcomers(home: Bools) -> Ints:
    """Students without last year's advisor, by number."""
    return np.flatnonzero(~home)
