"""Who leads what, and where: leaders and rooms without a clash, as far as they suffice."""

from dataclasses import dataclass

import numpy as np

from scheduler.generate.bells import pd_overlaps
from scheduler.generate.draw import Bools, Floats, Ints, stream
from scheduler.generate.offer import Slots
from scheduler.generate.people import Faculty
from scheduler.generate.sizes import Sizes
from scheduler.models import Room

PER_ADULT = 30
"""Students whom one adult supervises."""
PER_ADULT_IN_HALL = 60
HALL = "cafeteria"


@dataclass(frozen=True)
class Leading:
    """Who leads: staff by number.

    Attributes
    ----------
    flex : list of list of int
        Leaders of each flex session.
    groups, cops : list of int
        Leader of each advisory group (as many as there are staff for) and of each CoP.
    half : Ints
        Of which half of the staff each is. Under ``current`` a half leads flex sessions in one of
        the two blocks that PD overlaps, and meets in the other.
    """

    flex: list[list[int]]
    groups: list[int]
    cops: list[int]
    half: Ints


def leading(sizes: Sizes, slots: Slots, faculty: Faculty, seed: int) -> Leading:
    """Choose leaders: of the department, who lead the same elsewhere, who lead little so far."""
    rng = stream(seed, "leaders")
    half = rng.permutation(np.arange(faculty.size) % 2)
    groups = [int(at) for at in rng.permutation(faculty.size)[: sizes.advisory_groups]]
    cops = _cop_leaders(rng, sizes, faculty, half)
    load = np.zeros(faculty.size)
    np.add.at(load, groups, 1.0)
    np.add.at(load, cops, 1.0)
    roster = _Roster(sizes, slots, faculty, half, load, rng)
    if sizes.led:
        roster.fill()
    return Leading(roster.flex, groups, cops, half)


def _cop_leaders(rng: np.random.Generator, sizes: Sizes, faculty: Faculty, half: Ints) -> list[int]:
    """Leaders of CoPs from the half that meets when theirs meet; facilitators first."""
    talent = np.array(["talent:facilitator" in own for own in faculty.talents], dtype=np.bool_)
    order = np.lexsort((rng.random(faculty.size), ~talent))
    lines = [iter([int(at) for at in order if half[at] == h]) for h in (0, 1)]
    return [next(lines[meeting_half(cop)]) for cop in range(sizes.cops)]


def meeting_half(cop: int) -> int:
    """Which half of the staff meets when this CoP meets: CoPs alternate between the PD blocks."""
    return 1 - cop % 2


class _Roster:
    """Gives flex sessions their leaders."""

    def __init__(
        self,
        sizes: Sizes,
        slots: Slots,
        faculty: Faculty,
        half: Ints,
        load: Floats,
        rng: np.random.Generator,
    ) -> None:
        self.sizes, self.slots, self.faculty, self.load, self.rng = sizes, slots, faculty, load, rng
        self.flex: list[list[int]] = [[] for _ in slots.ids]
        self.free = np.ones((sizes.flex_blocks, faculty.size), dtype=np.bool_)
        if sizes.cops:
            for meeting, block in enumerate(pd_overlaps(sizes)):
                self.free[block] = half == meeting
        self.leads: Bools = np.zeros((len(slots.items), faculty.size), dtype=np.bool_)

    def fill(self) -> None:
        """One leader for each session, then further ones where supervision asks for them.

        The study hall comes last: where staff don't suffice, it is the session without a leader.
        """
        for slot in sorted(range(len(self.flex)), key=lambda s: self.slots.role(s) == "hall"):
            self._add(slot)
        for slot, leaders in enumerate(self.flex):
            per = PER_ADULT_IN_HALL if self.slots.role(slot) == "hall" else PER_ADULT
            for _ in range(-(-int(self.slots.seats[slot]) // per) - len(leaders)):
                self._add(slot)
        self._clash()

    def _add(self, slot: int) -> None:
        block, at = self.slots.block[slot], self.slots.activity[slot]
        if not self.free[block].any():
            return
        key = self.load + self.rng.random(self.faculty.size)
        key -= 1.5 * (self.faculty.dept == self.slots.items[at].dept) + 2.0 * self.leads[at]
        who = int(np.argmin(np.where(self.free[block], key, np.inf)))
        self.flex[slot].append(who)
        self.free[block, who] = False
        self.leads[at, who] = True
        self.load[who] += 1

    def _clash(self) -> None:
        """Give some alternatives the leaders of another session at that time."""
        for slot in clashing(self.sizes, self.slots, self.rng):
            self.flex[slot] = list(self.flex[_neighbour(self.slots, slot)])


def clashing(sizes: Sizes, slots: Slots, rng: np.random.Generator) -> list[int]:
    """Alternatives that are to clash with another session."""
    return [
        slot
        for slot in range(len(slots.ids))
        if slots.role(slot) == "floating" and rng.random() < sizes.clashes
    ]


def _neighbour(slots: Slots, slot: int) -> int:
    """The next session of the block but for the study hall, around the corner."""
    here = [int(s) for s in slots.of_block(int(slots.block[slot])) if slots.role(int(s)) != "hall"]
    return here[(here.index(slot) + 1) % len(here)]


def limits(sizes: Sizes, slots: Slots, leading: Leading, seed: int) -> list[int | None]:
    """``max_sessions`` of each of the staff: what they lead if all that can run runs, or more.

    One in five has none. Alternatives count once; sessions that must close don't count.
    """
    rng = stream(seed, "limits")
    load = np.zeros(len(leading.half), dtype=np.int64)
    for slot, leaders in enumerate(leading.flex):
        if slots.sure[slot]:
            load[leaders] += 1
    np.add.at(load, leading.groups, 1)
    np.add.at(load, leading.cops, 1)
    more = rng.integers(0, 3, len(load))
    bound = rng.random(len(load)) < 0.8
    return [int(load[at] + more[at]) if bound[at] else None for at in range(len(load))]


@dataclass(frozen=True)
class Rooms:
    """Rooms, and the room of each flex session, advisory group and CoP (two calendars)."""

    rows: list[Room]
    flex: list[str]
    groups: list[str]
    cops: list[str]
    cops_monday: list[str]


def rooms(sizes: Sizes, slots: Slots, group_seats: int, cop_seats: int, seed: int) -> Rooms:
    """Make the rooms that are needed and put the largest sessions into the largest ones."""
    overlap = bool(pd_overlaps(sizes))
    at_once = -(-sizes.cops // 2) if overlap else 0
    small = sizes.sessions_per_block - 1 if sizes.flex_blocks else 0
    wanted = max(small + at_once, sizes.cops, sizes.advisory_groups)
    count = wanted if sizes.rooms is None else min(sizes.rooms, wanted)
    seats = np.full(wanted, 12, dtype=np.int64)
    seats[: sizes.advisory_groups] = np.maximum(seats[: sizes.advisory_groups], group_seats)
    seats = np.maximum(seats, cop_seats)
    flex, hall = [""] * len(slots.ids), 0
    names = [f"R{101 + at}" for at in range(count)] + [""] * (wanted - count)
    for block in range(sizes.flex_blocks):
        here = [int(s) for s in slots.of_block(block)]
        hall = max([hall, *(int(slots.seats[s]) for s in here if slots.role(s) == "hall")])
        ordered = sorted(
            (s for s in here if slots.role(s) != "hall"), key=lambda s: (-slots.seats[s], s)
        )
        for at, slot in enumerate(ordered):
            flex[slot] = names[at]
            seats[at] = max(seats[at], slots.seats[slot])
        flex[here[0]] = HALL
    for slot in clashing(sizes, slots, stream(seed, "rooms")):
        other = _neighbour(slots, slot)
        if slots.seats[other] >= slots.seats[slot]:
            flex[slot] = flex[other]
    rows = [Room(id=names[at], seats=int(seats[at])) for at in range(count)]
    if sizes.flex_blocks:
        rows.append(Room(id=HALL, seats=hall, tags=("shared",)))
    apart = names[: sizes.cops]
    during = [names[small + at // 2] for at in range(sizes.cops)] if overlap else apart
    return Rooms(rows, flex, names[: sizes.advisory_groups], during, apart)
