"""What is asked for people of a synthetic school: needs, pulls, locks, pairs, whom adults know."""

from collections import defaultdict
from decimal import Decimal
from typing import get_args

import numpy as np

from scheduler.generate.bells import flex_keys
from scheduler.generate.draw import Bools, Ints, sample, stream
from scheduler.generate.names import REASONS
from scheduler.generate.offer import Slots
from scheduler.generate.people import Crowd, Faculty
from scheduler.generate.sizes import Sizes
from scheduler.generate.staffing import Leading
from scheduler.models import Knows, Lock, Need, Owed, Pair, Pull
from scheduler.models.wishes import TIERS, Priority

PRIORITIES: tuple[Priority, ...] = get_args(Priority)
_PRIORITY_SHARES = (0.2, 0.5, 0.22, 0.08)
_TIER_SHARES = (0.1, 0.3, 0.6)
_STRENGTHS = tuple(Decimal(tenths) / 10 for tenths in (3, 5, 7, 10))
_SECOND_NEED, _CHECK_IN, _ONE_BLOCK, _SECOND_ASKER = 0.15, 0.1, 0.08, 0.15


class _Support:
    """Support tags and the blocks in which each can be had."""

    def __init__(self, slots: Slots) -> None:
        self.blocks: dict[str, set[int]] = defaultdict(set)
        for slot, at in enumerate(slots.activity):
            if slots.items[at].role == "support":
                tag = slots.items[at].activity.tags[1]
                self.blocks[tag].add(int(slots.block[slot]))
        self.tags = sorted(self.blocks)

    def attended(self, tag: str, there: Bools) -> list[int]:
        """Blocks that have a session with the tag, among those of one student."""
        return [block for block in sorted(self.blocks[tag]) if there[block]]


def needs(sizes: Sizes, slots: Slots, crowd: Crowd, faculty: Faculty, seed: int) -> list[Need]:
    """Needs of a share of the students; a few have two, a few name one block."""
    rng = stream(seed, "needs")
    support = _Support(slots)
    if not support.tags:
        return []
    found = []
    for who in sample(rng, np.arange(crowd.size), sizes.needs).tolist():
        there = {tag: support.attended(tag, crowd.attends[who]) for tag in support.tags}
        tags = [tag for tag, blocks in there.items() if blocks]
        count = min(len(tags), 1 + int(rng.random() < _SECOND_NEED))
        for at in rng.choice(len(tags), count, replace=False).tolist() if tags else ():
            found.append(_need(rng, sizes, crowd.ids[who], faculty, tags[at], there[tags[at]]))
    return found


def check_ins(
    sizes: Sizes, slots: Slots, crowd: Crowd, faculty: Faculty, leading: Leading, seed: int
) -> list[Need]:
    """Needs for a check-in with one's own teacher: the tag ``staff:<id>``."""
    rng = stream(seed, "check-ins")
    leaders = sorted(
        {at for slot, who in enumerate(leading.flex) if _open(slots, slot) for at in who}
    )
    if not leaders:
        return []
    found = []
    for who in sample(rng, np.arange(crowd.size), sizes.needs * _CHECK_IN).tolist():
        teacher = faculty.ids[leaders[rng.integers(len(leaders))]]
        found.append(
            Need(
                person=crowd.ids[who],
                tag=f"staff:{teacher}",
                priority="low",
                by=teacher,
                reason="check-in with the teacher",
                share=True,
            )
        )
    return found


def _open(slots: Slots, slot: int) -> bool:
    """Whether everybody may go there and it can run."""
    activity = slots.items[slots.activity[slot]].activity
    return bool(slots.sure[slot]) and not (activity.grades or activity.only or activity.series)


def _need(
    rng: np.random.Generator,
    sizes: Sizes,
    person: str,
    faculty: Faculty,
    tag: str,
    there: list[int],
) -> Need:
    """One need of a student who is ``there`` in these blocks that have a session with the tag."""
    one = rng.random() < _ONE_BLOCK
    only = (flex_keys(sizes)[there[rng.integers(len(there))]],) if one else ()
    text = REASONS.get(tag, "asked for by a teacher")
    return Need(
        person=person,
        tag=tag,
        visits=2 if len(there) > 1 and not only and rng.random() < 0.3 else 1,
        priority=PRIORITIES[rng.choice(len(PRIORITIES), p=_PRIORITY_SHARES)],
        blocks=only,
        by=faculty.ids[rng.integers(faculty.size)] if faculty.size else "",
        reason=text.format(mark=rng.integers(52, 70), gap=rng.integers(2, 9)),
        share=bool(rng.random() < 0.3),
    )


def pulls(
    sizes: Sizes, slots: Slots, crowd: Crowd, faculty: Faculty, leading: Leading, seed: int
) -> list[Pull]:
    """Pulls into sessions and activities open to all, some by two of the staff at once."""
    rng = stream(seed, "pulls")
    open_to_all = [s for s in range(len(slots.ids)) if _open(slots, s) and slots.role(s) != "hall"]
    if not open_to_all or not faculty.size:
        return []
    found = []
    for who in sample(rng, np.arange(crowd.size), sizes.pulls).tolist():
        slot = open_to_all[rng.integers(len(open_to_all))]
        named = rng.random() < 0.4 and crowd.attends[who, slots.block[slot]]
        target = slots.ids[slot] if named else slots.items[slots.activity[slot]].activity.id
        askers = [leading.flex[slot][0] if leading.flex[slot] else _any(rng, faculty)]
        if rng.random() < _SECOND_ASKER:
            askers.append(_any(rng, faculty))
        for asker in dict.fromkeys(askers):
            found.append(_pull(rng, crowd.ids[who], target, faculty.ids[asker]))
    return found


def _any(rng: np.random.Generator, faculty: Faculty) -> int:
    return int(rng.integers(faculty.size))


def _pull(rng: np.random.Generator, person: str, target: str, by: str) -> Pull:
    reasons = ("retake", "lab to finish", "rehearsal", "feedback on a draft", "project help")
    return Pull(
        person=person,
        target=target,
        by=by,
        tier=TIERS[rng.choice(len(TIERS), p=_TIER_SHARES)],
        reason=reasons[rng.integers(len(reasons))],
        share=bool(rng.random() < 0.9),
    )


def locks(
    sizes: Sizes, slots: Slots, crowd: Crowd, allowed: Bools, seed: int
) -> tuple[list[Lock], Bools]:
    """Locks, at most one per student, in and out in turn; and who has one."""
    rng = stream(seed, "locks")
    locked = np.zeros(crowd.size, dtype=np.bool_)
    found = []
    usual = [s for s in range(len(slots.ids)) if slots.role(s) in ("regular", "support")]
    people = sample(rng, np.arange(crowd.size), sizes.locks).tolist() if usual else []
    for at, who in enumerate(people):
        slot = usual[rng.integers(len(usual))]
        if not (crowd.attends[who, slots.block[slot]] and allowed[who, slots.activity[slot]]):
            continue
        locked[who] = True
        found.append(
            Lock(person=crowd.ids[who], session=slots.ids[slot], state="out" if at % 2 else "in")
        )
    return found, locked


def pairs(sizes: Sizes, crowd: Crowd, locked: Bools, seed: int) -> list[Pair]:
    """Pairs that the planted advisory groups keep: together within one, apart between two.

    Nobody is in two pairs, and nobody who is locked is in one.
    """
    rng = stream(seed, "pairs")
    free = rng.permutation(np.flatnonzero(~locked))
    count = min(sizes.pairs, len(free) // 3)
    apart = count // 3
    inside = _mates(crowd, free)[: count - apart]
    taken = set(inside.ravel().tolist())
    rest = np.array([who for who in free.tolist() if who not in taken], dtype=np.int64)
    strangers = _strangers(crowd, rest)[:apart]
    found = [_together(crowd, sizes, at, a, b) for at, (a, b) in enumerate(inside.tolist())]
    found += [Pair(a=crowd.ids[a], b=crowd.ids[b], relation="apart") for a, b in strangers.tolist()]
    return found


def _together(crowd: Crowd, sizes: Sizes, at: int, a: int, b: int) -> Pair:
    kinds = ("flex", "advisory", None) if sizes.advisory_groups else ("flex",)
    kind = kinds[at % len(kinds)]
    hard = True if kind == "advisory" and at % 4 == 0 else None
    return Pair(a=crowd.ids[a], b=crowd.ids[b], relation="together", kind=kind, hard=hard)


def _mates(crowd: Crowd, free: Ints) -> Ints:
    """Disjoint pairs of one planted group, shape (pairs, 2), in the order of ``free``."""
    waiting: dict[int, int] = {}
    found = []
    for who in free.tolist():
        group = int(crowd.group[who])
        if group in waiting:
            found.append((waiting.pop(group), who))
        else:
            waiting[group] = who
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _strangers(crowd: Crowd, rest: Ints) -> Ints:
    """Disjoint pairs of different planted groups, shape (pairs, 2)."""
    half = len(rest) // 2
    found: Ints = np.column_stack([rest[:half], rest[half : 2 * half]])
    group = crowd.group[found]
    different: Bools = (group[:, 0] != group[:, 1]) | (group[:, 0] < 0)
    return found[different]


def knows(sizes: Sizes, crowd: Crowd, faculty: Faculty, seed: int) -> list[Knows]:
    """Whom each of the staff knows, and how well."""
    rng = stream(seed, "knows")
    staff = np.repeat(np.arange(faculty.size), sizes.knows)
    students = rng.integers(0, crowd.size, len(staff))
    strength = rng.integers(0, len(_STRENGTHS), len(staff))
    _, first = np.unique(staff * crowd.size + students, return_index=True)
    columns = zip(
        students[first].tolist(), staff[first].tolist(), strength[first].tolist(), strict=True
    )
    return [
        Knows(student=crowd.ids[a], staff=faculty.ids[b], strength=_STRENGTHS[s])
        for a, b, s in columns
    ]


def ledger(sizes: Sizes, crowd: Crowd, seed: int) -> list[Owed]:
    """Points that a share of the students are owed from last week."""
    rng = stream(seed, "ledger")
    people = sample(rng, np.arange(crowd.size), sizes.ledger).tolist()
    return [Owed(person=crowd.ids[at], owed=Decimal(int(rng.integers(5, 60)))) for at in people]
