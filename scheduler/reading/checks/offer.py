"""The offer: kinds, sizes, rooms and series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.models import Activity, Bell, Room, Session

if TYPE_CHECKING:
    from scheduler.reading.draft import Draft, Spot
    from scheduler.reading.problems import Complaints

Blocks = dict[str, Bell] | None


def check(draft: Draft, calendar: Blocks, say: Complaints) -> None:
    """Say what is wrong with activities and sessions."""
    activities = {row.id: row for _, row in draft.rows(Activity)}
    for spot, activity in draft.rows(Activity):
        _check_sizes(spot, activity, activity.min_size, activity.max_size, say)
    _check_kinds(draft, activities, say)
    _check_session_sizes(draft, activities, say)
    _check_series_kinds(draft, say)
    if calendar is not None:
        _check_series(draft, activities, calendar, say)
        _note_not_offered(draft, calendar, say)


def _check_sizes(
    spot: Spot, row: Activity | Session, low: int | None, high: int | None, say: Complaints
) -> bool:
    """Whether the sizes go together; the place is that of the size which the row itself gives."""
    if low is None or high is None or low <= high:
        return True
    column = "min_size" if row.min_size is not None else "max_size"
    say.wrong(
        spot.at(column),
        f"the minimum size {low} is above the maximum size {high}",
        "lower the minimum or raise the maximum",
    )
    return False


def _check_session_sizes(draft: Draft, activities: dict[str, Activity], say: Complaints) -> None:
    rooms = {row.id: row for _, row in draft.rows(Room)}
    for spot, session in draft.rows(Session):
        activity = activities.get(session.activity)
        if activity is None:
            continue
        low = activity.min_size if session.min_size is None else session.min_size
        high = activity.max_size if session.max_size is None else session.max_size
        own = session.min_size is not None or session.max_size is not None
        if own and not _check_sizes(spot, session, low, high, say):
            continue
        low = 1 if low is None else low
        if high is not None and low > high:
            _note_closed(spot, "max_size", f"it needs {low} and has room for {high}", say)
        elif session.room in rooms and low > rooms[session.room].seats:
            seats = rooms[session.room].seats
            _note_closed(spot, "room", f"it needs {low} and room {session.room} seats {seats}", say)


def _note_closed(spot: Spot, column: str, why: str, say: Complaints) -> None:
    say.note(
        spot.at(column),
        f"the session can never open: {why}",
        "lower its minimum size or give it more seats",
    )


def _check_kinds(draft: Draft, activities: dict[str, Activity], say: Complaints) -> None:
    """Say whose activity and block differ in kind, in whatever calendar has the block."""
    bells: dict[str, list[Bell]] = {}
    for _, bell in draft.rows(Bell):
        bells.setdefault(bell.key, []).append(bell)
    for spot, session in draft.rows(Session):
        activity = activities.get(session.activity)
        for bell in bells.get(session.block, ()):
            if activity is not None and bell.kind != activity.kind:
                say.wrong(
                    spot.at("block"),
                    f"the activity {activity.id!r} is of kind {activity.kind}, but the block "
                    f"{bell.key!r} is of kind {bell.kind} in the calendar {bell.calendar!r}",
                    f"name a block of kind {activity.kind}",
                )


def _check_series_kinds(draft: Draft, say: Complaints) -> None:
    first: dict[str, tuple[Spot, Activity]] = {}
    for spot, activity in draft.rows(Activity):
        if not activity.series:
            continue
        if activity.kind == "advisory":
            say.wrong(
                spot.at("series"),
                "an advisory group is no series, it meets all year",
                "leave the series empty",
            )
        other_spot, other = first.setdefault(activity.series, (spot, activity))
        if other.kind != activity.kind:
            say.wrong(
                spot.at("series"),
                f"the series {activity.series!r} is of kind {other.kind} in {other_spot}, "
                f"but of kind {activity.kind} here",
                "give each series one kind",
            )


def _check_series(
    draft: Draft, activities: dict[str, Activity], calendar: dict[str, Bell], say: Complaints
) -> None:
    """Say where a series has two offered sessions in one block, or with one ``one_of``."""
    days = draft.settings.cycle if draft.settings else ()
    seen: dict[tuple[str, str, str], Spot] = {}
    for spot, session in draft.rows(Session):
        activity = activities.get(session.activity)
        bell = calendar.get(session.block)
        if (
            activity is None
            or not activity.series
            or bell is None
            or bell.day not in (days or bell.day)
        ):
            continue
        for column, value in (("block", session.block), ("one_of", session.one_of)):
            first = seen.setdefault((activity.series, column, value), spot) if value else spot
            if first is not spot:
                say.wrong(
                    spot.at(column),
                    f"the series {activity.series!r} has a session with {column} {value!r} "
                    f"already, in {first}",
                    "give its sessions different ones, because a series is attended as a whole",
                )


def _note_not_offered(draft: Draft, calendar: dict[str, Bell], say: Complaints) -> None:
    known = {bell.key for _, bell in draft.rows(Bell)}
    for spot, session in draft.rows(Session):
        if session.block not in calendar and session.block in known:
            say.note(
                spot.at("block"),
                f"the solved calendar has no block {session.block!r}: the session is not offered",
                "nothing to do, if another calendar needs it",
            )
