"""What a synthetic school offers in its flex blocks: activities, their sessions, seats."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scheduler.generate.bells import flex_keys
from scheduler.generate.draw import Bools, Ints, parts, stream
from scheduler.generate.names import (
    DEPARTMENTS,
    ENRICHMENT,
    GRADES,
    PROJECTS,
    SMALL_CLUBS,
    SUPPORT,
    named,
)
from scheduler.generate.people import CLUBS, HELPER, Crowd, small_club
from scheduler.generate.sizes import Sizes
from scheduler.models import Activity, MixItem

FALLBACK = 0
"""Number of the study hall among the activities."""


@dataclass(frozen=True)
class Item:
    """One activity in the making; ``blocks`` are numbers of flex blocks in which it meets."""

    activity: Activity
    dept: int
    blocks: tuple[int, ...]
    role: str = "regular"


@dataclass(frozen=True)
class Slots:
    """Flex sessions as arrays, one entry each, ordered by block and activity.

    Attributes
    ----------
    items : list of Item
        The activities; the study hall is number 0.
    activity, block, seats : Ints
        Number of the item, number of the flex block, seats.
    ids : list of str
    sure : Bools
        Sessions that can always run: they need not close and are no second alternative.
    """

    items: list[Item]
    activity: Ints
    block: Ints
    seats: Ints
    ids: list[str]
    sure: Bools

    def of_block(self, block: int) -> Ints:
        """Sessions of one flex block."""
        return np.flatnonzero(self.block == block)

    def role(self, slot: int) -> str:
        """Role of the session's activity."""
        return self.items[int(self.activity[slot])].role


@dataclass
class _Week:
    """How many sessions each block can still take."""

    free: Ints
    rng: np.random.Generator
    items: list[Item] = field(default_factory=list)

    def take(self, meets: int) -> tuple[int, ...]:
        """Blocks for an activity: those with the most room left, ties by chance."""
        order = np.lexsort((self.rng.random(len(self.free)), -self.free))
        chosen = np.array([b for b in order if self.free[b] > 0][:meets], dtype=np.int64)
        self.free[chosen] -= 1
        return tuple(int(b) for b in np.sort(chosen))


def items(sizes: Sizes, seed: int) -> list[Item]:
    """Draw the activities and the blocks in which each meets."""
    rng = stream(seed, "activities")
    week = _Week(np.full(sizes.flex_blocks, sizes.sessions_per_block - 1), rng)
    week.items.append(_study_hall(sizes))
    for at in range(sizes.series):
        week.items.append(_project(sizes, at, week.take(2)))
    for at in range(sizes.must_close):
        week.items.append(_small(sizes, at, week.take(1)))
    support = 0
    enrichment = 0
    for _ in range(sizes.floating):
        blocks = week.take(sizes.alternatives)
        week.items.append(_enrichment(sizes, rng, enrichment, blocks, "floating"))
        enrichment += 1
    while week.free.any():
        meets = _meets(rng, sizes)
        if support <= sizes.support * (support + enrichment):
            blocks = week.take(max(meets, min(3, sizes.flex_blocks)))
            week.items.append(_support(sizes, support, blocks))
            support += 1
        else:
            blocks = week.take(meets)
            week.items.append(_enrichment(sizes, rng, enrichment, blocks, "regular"))
            enrichment += 1
    return week.items


def _meets(rng: np.random.Generator, sizes: Sizes) -> int:
    more = sizes.flex_blocks - 1
    return 1 + int(rng.binomial(more, min(1.0, (sizes.meets - 1) / more))) if more else 1


def _study_hall(sizes: Sizes) -> Item:
    activity = Activity(
        id="study-hall", kind="flex", title="Study hall", tags=("study",), fallback=True
    )
    return Item(activity, DEPARTMENTS.index("counseling"), tuple(range(sizes.flex_blocks)), "hall")


def _project(sizes: Sizes, at: int, blocks: tuple[int, ...]) -> Item:
    offer = named(PROJECTS, at)
    activity = Activity(
        id=offer.slug,
        kind="flex",
        title=offer.title,
        tags=("enrichment", offer.tag),
        min_size=sizes.min_size,
        series=offer.slug,
    )
    return Item(activity, DEPARTMENTS.index(offer.dept), blocks, "series")


def _small(sizes: Sizes, at: int, blocks: tuple[int, ...]) -> Item:
    """A session that has to close: fewer club members than its minimum size."""
    offer = named(SMALL_CLUBS, at)
    activity = Activity(
        id=offer.slug,
        kind="flex",
        title=offer.title,
        tags=("enrichment", offer.tag),
        only=(small_club(at),),
        min_size=max(1, sizes.min_size),
    )
    return Item(activity, DEPARTMENTS.index(offer.dept), blocks, "small")


def _support(sizes: Sizes, at: int, blocks: tuple[int, ...]) -> Item:
    offer = named(SUPPORT, at)
    mix = (MixItem(tag=HELPER, low=1, high=2),) if sizes.helpers and at % 3 == 1 else ()
    activity = Activity(
        id=offer.slug,
        kind="flex",
        title=offer.title,
        tags=("support", offer.tag),
        min_size=sizes.min_size,
        mix=mix,
    )
    return Item(activity, DEPARTMENTS.index(offer.dept), blocks, "support")


def _enrichment(
    sizes: Sizes, rng: np.random.Generator, at: int, blocks: tuple[int, ...], role: str
) -> Item:
    offer = named(ENRICHMENT, at)
    grades, only = _restrictions(rng, sizes.restricted)
    activity = Activity(
        id=offer.slug,
        kind="flex",
        title=offer.title,
        tags=("enrichment", offer.tag),
        grades=grades,
        only=only,
        min_size=sizes.min_size,
        max_visits=2 if role == "regular" and len(blocks) > 2 and rng.random() < 0.5 else None,
    )
    return Item(activity, DEPARTMENTS.index(offer.dept), blocks, role)


def _restrictions(
    rng: np.random.Generator, share: float
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Grades and tags that an activity is for: mostly everybody."""
    drawn, which = rng.random(), int(rng.integers(0, 3))
    if drawn >= share:
        return (), ()
    if drawn < share / 2:
        return (GRADES[:2], GRADES[2:], GRADES[1:])[which], ()
    return (), (CLUBS[which], "grade:12")


def admits(found: list[Item], crowd: Crowd) -> Bools:
    """Who may go to which activity by grades, tags and days, shape (students, activities)."""
    shape = (crowd.size, len(found))
    allowed = np.ones(shape, dtype=np.bool_)
    by_grade = {f"grade:{g}": crowd.grade == at for at, g in enumerate(GRADES)}
    tags = crowd.tags | by_grade
    for at, item in enumerate(found):
        there = crowd.attends[:, list(item.blocks)]
        allowed[:, at] &= there.all(axis=1) if item.activity.series else there.any(axis=1)
        if item.activity.grades:
            allowed[:, at] &= np.any([by_grade[f"grade:{g}"] for g in item.activity.grades], axis=0)
        if item.activity.only:
            allowed[:, at] &= np.any([tags[tag] for tag in item.activity.only], axis=0)
    return allowed


def slots(sizes: Sizes, found: list[Item], crowd: Crowd, seed: int) -> Slots:
    """Lay the activities out as sessions and give each its seats."""
    pairs = sorted((b, at) for at, item in enumerate(found) for b in item.blocks)
    block = np.array([b for b, _ in pairs], dtype=np.int64)
    activity = np.array([at for _, at in pairs], dtype=np.int64)
    names = [key.replace(".flex", "") for key in flex_keys(sizes)]
    ids = [f"{found[a].activity.id}-{names[b]}" for b, a in pairs]
    roles = np.array([found[at].role for at in activity], dtype=np.str_)
    first = np.array([found[a].blocks[0] == b for b, a in pairs], dtype=np.bool_)
    sure = (roles != "small") & ((roles != "floating") | first)
    rng = stream(seed, "seats")
    seats = np.zeros(len(pairs), dtype=np.int64)
    for b in range(sizes.flex_blocks):
        here = np.flatnonzero(block == b)
        there = int(crowd.attends[:, b].sum())
        seats[here] = _seats(rng, sizes, there, roles[here], sure[here])
    return Slots(found, activity, block, seats, ids, sure)


def _seats(
    rng: np.random.Generator, sizes: Sizes, there: int, roles: npt.NDArray[np.str_], sure: Bools
) -> Ints:
    """Seats of one block's sessions: no more in all than the ratio allows.

    Sessions that may not run get so few that those that run can seat everybody, where the ratio
    allows it at all.
    """
    total = int(sizes.seat_ratio * there + 1e-9)
    hall = roles == "hall"
    weights = rng.lognormal(0, 0.25, len(roles))
    seats = np.zeros(len(roles), dtype=np.int64)
    seats[~hall] = parts(total - round(sizes.fallback_share * total), weights[~hall], 1)
    small = roles == "small"
    seats[small] = max(1, sizes.min_size)
    spare = max(0, total - there - int(seats[small].sum()))
    late = ~sure & ~small
    if spare and seats[late].sum() > spare:
        seats[late] = parts(spare, weights[late], 1)
    seats[hall] = max(0, total - int(seats[~hall].sum()))
    return seats
