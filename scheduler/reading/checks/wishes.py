"""Wishes: choices, pairs and locks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.models import Away, Bell, Choice, Lock, Pair, Session, Staff, Student

if TYPE_CHECKING:
    from scheduler.models import Person
    from scheduler.reading.draft import Draft, Spot
    from scheduler.reading.problems import Complaints

Blocks = dict[str, Bell]


def check(draft: Draft, calendar: Blocks | None, say: Complaints) -> None:
    """Say what is wrong with choices, pairs and locks."""
    _check_choices(draft, say)
    _check_pairs(draft, say)
    if calendar is not None:
        _check_attended(draft, calendar, say)
        _check_collisions(draft, calendar, say)


def _check_choices(draft: Draft, say: Complaints) -> None:
    for spot, choice in draft.rows(Choice):
        if choice.rank is None and choice.score is None:
            say.wrong(spot.at("rank"), "the choice has neither rank nor score", "fill one of them")
        elif choice.rank is not None and choice.score is not None:
            say.wrong(spot.at("score"), "the choice has both rank and score", "empty one of them")


def _check_pairs(draft: Draft, say: Complaints) -> None:
    for spot, pair in draft.rows(Pair):
        if pair.a == pair.b:
            say.wrong(spot.at("b"), f"{pair.a!r} is paired with themselves", "name two people")


def _check_attended(draft: Draft, calendar: Blocks, say: Complaints) -> None:
    """Say which locks are in a block that the person does not attend."""
    people: dict[str, Person] = {row.id: row for _, row in draft.rows(Student)}
    people |= {row.id: row for _, row in draft.rows(Staff)}
    sessions = {row.id: row for _, row in draft.rows(Session)}
    away = {(row.person, row.block): spot for spot, row in draft.rows(Away)}
    for spot, lock in draft.rows(Lock):
        person, session = people.get(lock.person), sessions.get(lock.session)
        bell = calendar.get(session.block) if session else None
        if person is None or bell is None:
            continue
        absent = away.get((person.id, bell.key))
        reason = f"they are away then ({absent})" if absent else _reason(person, bell)
        if reason:
            say.wrong(
                spot.at("session"),
                f"{person.id} does not attend the block {bell.key} of {lock.session}, "
                f"because {reason}",
                "remove the lock, or name a session in a block that they attend",
            )


def _reason(person: Person, bell: Bell) -> str | None:
    """Why a person does not attend a block in which they are there."""
    if isinstance(person, Staff):
        return None if bell.kind == "pd" else f"staff attend only pd blocks and it is {bell.kind}"
    if bell.kind not in ("flex", "advisory"):
        return f"students attend only flex and advisory blocks and it is {bell.kind}"
    if not bell.admits(person.grade):
        return f"it is not for grade {person.grade}"
    return None


def _check_collisions(draft: Draft, calendar: Blocks, say: Complaints) -> None:
    """Say which two locks ``in`` want one person in two sessions at a time."""
    blocks = {row.id: calendar.get(row.block) for _, row in draft.rows(Session)}
    busy: dict[str, list[tuple[Spot, Lock, Bell]]] = {}
    for spot, lock in draft.rows(Lock):
        bell = blocks.get(lock.session)
        if lock.state != "in" or bell is None:
            continue
        earlier = busy.setdefault(lock.person, [])
        for other_spot, other, other_bell in earlier:
            if bell.overlaps(other_bell) and other.session != lock.session:
                say.wrong(
                    spot.at("session"),
                    f"{lock.person} cannot be in {lock.session} ({bell.key}) and in "
                    f"{other.session} ({other_bell.key}, {other_spot}) at the same time",
                    "keep one of the two locks",
                )
                break
        earlier.append((spot, lock, bell))
