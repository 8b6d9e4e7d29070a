"""What people of a synthetic school ask for: choices, drawn as arrays for all at once."""

from decimal import Decimal

import numpy as np

from scheduler.generate.draw import Bools, Floats, Ints, best, stream
from scheduler.generate.groups import cop_ids, group_ids, newcomers
from scheduler.generate.names import DEPARTMENTS
from scheduler.generate.offer import FALLBACK, Slots
from scheduler.generate.people import Crowd, Faculty
from scheduler.generate.sizes import Sizes
from scheduler.models import Choice

_SCORES = tuple(Decimal(points) / 100 for points in (100, 80, 64, 52, 42, 34, 28, 22, 18, 15))
"""Scores in the place of ranks, worth the same points."""


def interest(sizes: Sizes, slots: Slots, allowed: Bools, seed: int) -> Floats:
    """How much each student likes each activity, shape (students, activities).

    The logarithm of a Zipf-like popularity, plus a taste for its department, plus Gumbel noise:
    the largest of these is a draw in proportion to popularity and taste. Minus infinity for what
    is not allowed, and for the study hall.
    """
    rng = stream(seed, "interest")
    students, activities = allowed.shape
    place = rng.permutation(activities) + 1.0
    dept = np.array([item.dept for item in slots.items], dtype=np.int64)
    taste = rng.normal(0, 0.5, (students, len(DEPARTMENTS)))
    keys: Floats = taste[:, dept] - sizes.popularity * np.log(place)
    keys += rng.gumbel(0, 0.7, keys.shape)
    keys[~allowed] = -np.inf
    keys[:, FALLBACK] = -np.inf
    return keys


def student_choices(
    sizes: Sizes, slots: Slots, crowd: Crowd, liking: Floats, seed: int
) -> list[Choice]:
    """Choices of flex sessions and activities, in the order of students, blocks and ranks."""
    if not sizes.choices or not sizes.flex_blocks:
        return []
    rng = stream(seed, "choices")
    lists = rng.random(crowd.size) < sizes.listing
    names = [item.activity.id for item in slots.items]
    who, what, rank = _ranked(liking[lists], np.flatnonzero(lists), sizes.choices)
    found = [(who, np.zeros_like(who), what, rank)]
    by_block = _by_block(sizes, slots, crowd, liking, np.flatnonzero(~lists), rng)
    # A series is asked for as a whole, once.
    series = np.array([bool(item.activity.series) for item in slots.items])
    targets = names + slots.ids
    for block, (person, slot, place) in enumerate(by_block):
        at = slots.activity[slot]
        target = np.where(series[at], at, len(names) + slot)
        found.append((person, np.full_like(person, block), target, place))
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    order = _first_of_each(*columns)
    who, _, what, rank = (column[order] for column in columns)
    return rows(sizes, crowd.ids, targets, who, what, rank)


def _first_of_each(who: Ints, block: Ints, what: Ints, rank: Ints) -> Ints:
    """Order by person, block and rank; of equal (person, target) only the best rank stays."""
    by_target = np.lexsort((rank, what, who))
    same = (np.diff(who[by_target]) == 0) & (np.diff(what[by_target]) == 0)
    kept = by_target[np.concatenate([[True], ~same])] if len(who) else by_target
    return kept[np.lexsort((rank[kept], block[kept], who[kept]))]


def _ranked(keys: Floats, people: Ints, count: int) -> tuple[Ints, Ints, Ints]:
    """(person, column, rank) of the best ``count`` finite keys of each row."""
    found = best(keys, count)
    finite = np.isfinite(np.take_along_axis(keys, found, axis=1))
    row, place = np.nonzero(finite)
    return people[row], found[row, place], place + 1


def _by_block(
    sizes: Sizes,
    slots: Slots,
    crowd: Crowd,
    liking: Floats,
    people: Ints,
    rng: np.random.Generator,
) -> list[tuple[Ints, Ints, Ints]]:
    """(person, session, rank) for each block; who put an activity first tires of it a little."""
    liking = liking[people]
    found = []
    for block in range(sizes.flex_blocks):
        here = slots.of_block(block)
        keys = liking[:, slots.activity[here]] + rng.gumbel(0, 0.4, (len(people), len(here)))
        keys[~crowd.attends[people, block]] = -np.inf
        person, column, rank = _ranked(keys, people, sizes.choices)
        found.append((person, here[column], rank))
        first = rank == 1
        row = np.searchsorted(people, person[first])
        liking[row, slots.activity[here[column[first]]]] -= 1.0
    return found


def rows(
    sizes: Sizes, people: list[str], targets: list[str], who: Ints, what: Ints, rank: Ints
) -> list[Choice]:
    """Rows of ``choices.csv`` from numbers of people and targets."""
    columns = zip(who.tolist(), what.tolist(), rank.tolist(), strict=True)
    if sizes.scored:
        last = len(_SCORES)
        return [
            Choice(person=people[a], choice=targets[b], score=_SCORES[min(r, last) - 1])
            for a, b, r in columns
        ]
    return [Choice(person=people[a], choice=targets[b], rank=r) for a, b, r in columns]


def group_choices(sizes: Sizes, crowd: Crowd, seed: int) -> list[Choice]:
    """Advisory groups ranked by students who have no advisor from last year."""
    if not sizes.advisory_groups or not sizes.advisory_choices:
        return []
    rng = stream(seed, "advisory choices")
    people = newcomers(crowd.home)
    keys = rng.gumbel(0, 1, (len(people), sizes.advisory_groups))
    keys -= 0.3 * np.log(rng.permutation(sizes.advisory_groups) + 1.0)
    who, what, rank = _ranked(keys, people, sizes.advisory_choices)
    return rows(sizes, crowd.ids, group_ids(sizes), who, what, rank)


def staff_choices(sizes: Sizes, faculty: Faculty, seed: int) -> list[Choice]:
    """CoPs ranked by the staff."""
    if not sizes.cops or not sizes.cop_choices:
        return []
    rng = stream(seed, "CoP choices")
    keys = rng.gumbel(0, 1, (faculty.size, sizes.cops))
    keys -= 0.6 * np.log(rng.permutation(sizes.cops) + 1.0)
    who, what, rank = _ranked(keys, np.arange(faculty.size), sizes.cop_choices)
    return rows(sizes, faculty.ids, cop_ids(sizes), who, what, rank)
