"""A whole synthetic school, put together from its parts."""

from collections import Counter
from typing import Any

from scheduler.generate import asks, bells, groups, offer, people, staffing, wishes
from scheduler.generate.sizes import Sizes
from scheduler.models import Activity, Away, Room, Scenario, Session, Settings


def generate(sizes: Sizes, seed: int = 0) -> Scenario:
    """Make a synthetic school: the same sizes and seed give the same school.

    Parameters
    ----------
    sizes : Sizes
    seed : int
        Not negative.

    Returns
    -------
    Scenario
        Valid by itself: every id it names exists, leaders and rooms do not clash (unless
        ``sizes.clashes`` asks for it) and, with a seat ratio of 1 or more, the sessions that can
        run seat everybody.
    """
    crowd, faculty = people.crowd(sizes, seed), people.faculty(sizes, seed)
    items = offer.items(sizes, seed)
    slots = offer.slots(sizes, items, crowd, seed)
    leading = staffing.leading(sizes, slots, faculty, seed)
    _, group_seats = groups.group_range(sizes)
    _, cop_seats = groups.cop_range(sizes, leading.half)
    rooms = staffing.rooms(sizes, slots, group_seats, cop_seats, seed)
    advisory = groups.advisory(sizes, faculty.ids, leading, rooms)
    cops = groups.cops(sizes, faculty.ids, leading, rooms)
    flex = _flex(sizes, slots, leading, faculty, rooms)
    advisors = [faculty.ids[at] for at in leading.groups]
    advisors += [""] * (sizes.advisory_groups - len(advisors))
    away = people.away_rows(crowd, sizes)
    away += _absent(sizes, slots, leading, faculty)
    return Scenario(
        scenario=_settings(sizes),
        students=tuple(people.student_rows(crowd, advisors, seed)),
        staff=tuple(people.staff_rows(faculty, staffing.limits(sizes, slots, leading, seed), seed)),
        rooms=tuple(rooms.rows),
        bells=tuple(bells.bells(sizes)),
        days=tuple(bells.days(sizes)),
        activities=tuple(flex[0] + advisory[0] + cops[0]),
        sessions=tuple(flex[1] + advisory[1] + cops[1]),
        away=tuple(away),
        **_wishes(sizes, slots, crowd, faculty, leading, seed),
    )


def _settings(sizes: Sizes) -> Settings:
    rules: dict[str, dict[str, Any]] = {}
    if sizes.form != "diminishing":
        rules["fairness"] = {"form": sizes.form}
    return Settings(
        name=sizes.name, timezone="America/Chicago", calendar=bells.CURRENT, rules=rules
    )


def _wishes(
    sizes: Sizes,
    slots: offer.Slots,
    crowd: people.Crowd,
    faculty: people.Faculty,
    leading: staffing.Leading,
    seed: int,
) -> dict[str, Any]:
    allowed = offer.admits(slots.items, crowd)
    liking = wishes.interest(sizes, slots, allowed, seed)
    locks, locked = asks.locks(sizes, slots, crowd, allowed, seed)
    needs = asks.needs(sizes, slots, crowd, faculty, seed)
    needs += asks.check_ins(sizes, slots, crowd, faculty, leading, seed)
    choices = wishes.student_choices(sizes, slots, crowd, liking, seed)
    choices += wishes.group_choices(sizes, crowd, seed)
    choices += wishes.staff_choices(sizes, faculty, seed)
    return {
        "choices": tuple(choices),
        "needs": tuple(needs),
        "pulls": tuple(asks.pulls(sizes, slots, crowd, faculty, leading, seed)),
        "locks": tuple(locks),
        "pairs": tuple(asks.pairs(sizes, crowd, locked, seed)),
        "knows": tuple(asks.knows(sizes, crowd, faculty, seed)),
        "ledger": tuple(asks.ledger(sizes, crowd, seed)),
    }


def _absent(
    sizes: Sizes,
    slots: offer.Slots,
    leading: staffing.Leading,
    faculty: people.Faculty,
) -> list[Away]:
    """Staff who lead a session that must close anyway are not there."""
    keys = bells.flex_keys(sizes)
    found = []
    for slot, leaders in enumerate(leading.flex):
        if leaders and slots.role(slot) == "small" and slot % 2:
            found.append(Away(person=faculty.ids[leaders[0]], block=keys[slots.block[slot]]))
    return found


def _flex(
    sizes: Sizes,
    slots: offer.Slots,
    leading: staffing.Leading,
    faculty: people.Faculty,
    rooms: staffing.Rooms,
) -> tuple[list[Activity], list[Session]]:
    """Activities and sessions of the flex blocks; what most sessions share is the activity's."""
    if not sizes.flex_blocks:
        return [], []
    usual = _usual_seats(slots)
    activities = [
        item.activity.model_copy(update={"max_size": usual.get(at)})
        for at, item in enumerate(slots.items)
    ]
    by_id = {room.id: room for room in rooms.rows}
    sessions = [
        _session(sizes, slots, slot, usual, leading, faculty, by_id.get(rooms.flex[slot]))
        for slot in range(len(slots.ids))
    ]
    return activities, sessions


def _usual_seats(slots: offer.Slots) -> dict[int, int]:
    """Seats of most sessions of each activity, where they repeat and reach the minimum size."""
    seats: dict[int, Counter[int]] = {}
    for at, count in zip(slots.activity.tolist(), slots.seats.tolist(), strict=True):
        seats.setdefault(at, Counter())[count] += 1
    most = {at: counter.most_common(1)[0] for at, counter in seats.items()}
    least = {at: slots.items[at].activity.min_size or 0 for at in most}
    return {at: count for at, (count, times) in most.items() if times > 1 and count >= least[at]}


def _session(
    sizes: Sizes,
    slots: offer.Slots,
    slot: int,
    usual: dict[int, int],
    leading: staffing.Leading,
    faculty: people.Faculty,
    room: Room | None,
) -> Session:
    at, seats = int(slots.activity[slot]), int(slots.seats[slot])
    item = slots.items[at]
    least = item.activity.min_size or 0
    same = usual.get(at) == seats
    by_room = at not in usual and room is not None and room.seats == seats and not room.shared
    return Session(
        id=slots.ids[slot],
        activity=item.activity.id,
        block=bells.flex_keys(sizes)[slots.block[slot]],
        room=room.id if room else "",
        leaders=tuple(faculty.ids[who] for who in leading.flex[slot]),
        min_size=seats if least > seats else None,
        max_size=None if same or by_room else seats,
        one_of=f"when-{item.activity.id}" if item.role == "floating" else "",
    )
