"""Who may see what: answers without what an audience must not know.

A `student` (and a guardian) sees their own story: other people as counts, and none below five;
who asked for them only where that is shared. `staff` see who asked, not why. A `coordinator` sees
everything but the reasons of needs, an `admin` everything. Words are made from what is left, so
they cannot say more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from scheduler.explain.typed import (
    Answer,
    Asker,
    Count,
    Crowd,
    Option,
    RowChange,
    Story,
    Take,
    WayIn,
    WhatIf,
    Why,
    WhyNot,
)
from scheduler.masking import FEW, concealed

if TYPE_CHECKING:
    from scheduler.explain.case import Case
    from scheduler.rules.contract import Audience

A = TypeVar("A", bound=Answer)

HIDDEN = "school"
"""What a student is told of a lock, and of a need or pull that is not shared: school decided so."""


def shown(case: Case, answer: A, audience: Audience = "student") -> A:
    """The answer as an audience may see it; of the same type.

    Parameters
    ----------
    case : Case
    answer : Answer
    audience : str
        The default is the most private.
    """
    changes: dict[str, object] = {}
    for name in type(answer).model_fields:
        value = getattr(answer, name)
        hidden = _shown(case, value, audience)
        if hidden is not value:
            changes[name] = hidden
    found = answer.model_copy(update=changes) if changes else answer
    match found:
        case WhatIf():
            return _what_if(found, audience)  # type: ignore[return-value]
        case Take():
            return _take(case, found, audience)  # type: ignore[return-value]
        case Why() | WhyNot():
            return _own(case, found, audience)  # type: ignore[return-value]
        case Crowd() if audience in ("student", "staff"):
            return _crowd(answer, found)  # type: ignore[arg-type, return-value]
        case Option() if audience == "student" and found.why_not == "lock":
            return found.model_copy(update={"why_not": HIDDEN})
        case Story() if audience in ("student", "staff"):
            return _story(answer, found)  # type: ignore[arg-type, return-value]
    return found


def _shown(case: Case, value: object, audience: Audience) -> object:
    if isinstance(value, Count):
        return few(value, audience)
    if isinstance(value, Answer):
        return shown(case, value, audience)
    if isinstance(value, tuple):
        return tuple(_shown(case, one, audience) for one in value)
    if isinstance(value, dict):
        return {key: _shown(case, one, audience) for key, one in value.items()}
    return value


def few(count: Count, audience: Audience) -> Count:
    """A count, only as ``below`` where it is so small that it points at people."""
    hidden = audience in ("student", "staff") and count.number is not None and count.number < FEW
    return Count(below=FEW) if hidden else count


def _parts(counts: dict[str, Count]) -> dict[str, Count]:
    """Parts of a total that may be known, as far as no small one follows; else none of them."""
    numbers = {name: count.number or 0 for name, count in counts.items()}
    kept = concealed(numbers)
    return {} if kept is None else {name: _part(n, name in kept) for name, n in numbers.items()}


def _part(number: int, kept: bool) -> Count:
    """One part; what is kept back although it is not small is just some people."""
    if kept:
        return Count(below=FEW) if number < FEW else Count()
    return Count(number=number)


def _crowd(answer: Crowd, found: Crowd) -> Crowd:
    """Ranks, and reasons other than a choice, as parts of one total."""
    ranks = {f"rank {rank}": count for rank, count in answer.by_rank.items()}
    reasons = dict(answer.by_reason)
    chosen = reasons.pop("choice", Count(number=0)).number or 0
    rest = chosen - sum(count.number or 0 for count in ranks.values())
    parts = _parts(ranks | reasons | {"choice": Count(number=rest)})
    by_reason = {name: parts[name] for name in reasons if name in parts}
    if parts and chosen:
        open_to_all = all(parts[name].number is not None for name in (*ranks, "choice"))
        by_reason["choice"] = Count(number=chosen) if open_to_all else Count()
    by_rank = {rank: parts[f"rank {rank}"] for rank in answer.by_rank if parts}
    return found.model_copy(
        update={"by_rank": by_rank, "by_reason": dict(sorted(by_reason.items()))}
    )


def _story(answer: Story, found: Story) -> Story:
    """Wishes and where they led as parts of totals; of an open session no wishes.

    Who is there by a wish is among those who wished it, so either count would tell of the other.
    """
    wished = {} if answer.open else _parts(answer.wished)
    return found.model_copy(update={"wished": wished, "went": _parts(answer.went)})


def _what_if(found: WhatIf, audience: Audience) -> WhatIf:
    """Without moves for students and staff: repeated questions would tell who is where."""
    if audience in ("student", "staff"):
        return found.model_copy(update={"moves": (), "per_rule": {}})
    return found


def _take(case: Case, found: Take, audience: Audience) -> Take:
    """Ways without rows and people for students and staff: rows name others, and who leads."""
    ways = tuple(_way(case, found.person, way, audience) for way in found.ways)
    changes: dict[str, object] = {"ways": ways}
    if audience == "student" and found.obstacle == "lock":
        changes["obstacle"] = HIDDEN
    return found.model_copy(update=changes)


def _way(case: Case, person: str, way: WayIn, audience: Audience) -> WayIn:
    if audience == "admin":
        return way
    known = _askers(case, person, way.instead, way.askers, audience) if way.askers else ()
    askers = known if audience != "student" else tuple(a for a in known if _same(a, way.askers))
    changes: dict[str, object] = {"askers": askers}
    if audience == "coordinator":
        changes["rows"] = tuple(map(_without_reason, way.rows))
    else:
        changes |= {"rows": (), "subjects": ()}
    if audience == "student":
        changes["hold"] = ""
        if way.kind == "move" and not askers:
            changes["to"] = ""
        if way.kind == "unlock":
            changes["kind"] = HIDDEN
    return way.model_copy(update=changes)


def _same(one: Asker, others: tuple[Asker, ...]) -> bool:
    """Whether this is one of those: of the same tag, or of the same tier."""
    return any((one.tag, one.tier) == (other.tag, other.tier) for other in others)


def _without_reason(row: RowChange) -> RowChange:
    """A change of a need without its reason; other rows as they are."""
    if row.table != "needs":
        return row
    before, after = ({k: v for k, v in c.items() if k != "reason"} for c in (row.before, row.after))
    return row.model_copy(update={"before": before, "after": after})


def _own(case: Case, found: Why | WhyNot, audience: Audience) -> Why | WhyNot:
    """Askers as far as they are told; where none are left of those there were, only the school."""
    place = found.session if isinstance(found, Why) else found.instead
    kept = _askers(case, found.person, place, found.askers, audience) if found.askers else ()
    changes: dict[str, object] = {"askers": kept}
    if isinstance(found, WhyNot) and audience in ("student", "staff"):
        changes["wanted"] = _wanted(case, found)
    if isinstance(found, WhyNot) and audience == "student" and found.obstacle == "lock":
        locked = found.instead and case.facts.locked_in(found.person, found.instead)
        changes |= {"obstacle": HIDDEN, "instead": found.instead if locked else ""}
    if isinstance(found, Why) and audience == "student":
        if found.reason in ("pull", "need", "lock") and not kept:
            changes["reason"] = HIDDEN
        elif found.reason == "pull" and not any(one.tier for one in kept):
            changes["reason"] = "need"
    return found.model_copy(update=changes)


def _wanted(case: Case, found: WhyNot) -> Count | None:
    """How many would rather be there, unless few others wished it: its story tells the total."""
    if found.wanted is None or found.wanted.number is None:
        return found.wanted
    wished = sum(session == found.session for _, session in case.facts.choices)
    return Count() if 0 < wished - found.wanted.number < FEW else found.wanted


def _askers(
    case: Case, person: str, session: str, askers: tuple[Asker, ...], audience: Audience
) -> tuple[Asker, ...]:
    if audience == "admin":
        return askers
    if audience == "coordinator":
        return tuple(one.model_copy(update={"why": ""}) if one.tag else one for one in askers)
    if audience == "staff":
        return tuple(one.model_copy(update={"why": ""}) for one in askers)
    return _shared(case, person, session)


def _shared(case: Case, person: str, session: str) -> tuple[Asker, ...]:
    """What a student may know: shared pulls with who asked, shared needs with their reason."""
    facts = case.facts
    if session not in facts.cycle.decided or not facts.may_go(person, session):
        return ()
    targets = (session, facts.session(session).activity)
    pulls = [p for t in targets if (person, t) in facts.pulls for p in facts.pulls[person, t].pulls]
    needs = [n for n in facts.needs_of.get(person, ()) if facts.meets(session, n)]
    return tuple(
        [Asker(tier=p.tier, by=p.by) for p in pulls if p.share]
        + [Asker(tag=n.tag, by=n.by, why=n.reason) for n in needs if n.share]
    )
