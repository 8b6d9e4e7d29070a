"""Sentences of explanations, made from typed answers alone: one table of texts per language."""

from __future__ import annotations

from decimal import Decimal
from functools import singledispatch
from typing import TYPE_CHECKING

from scheduler.explain.typed import (
    Asker,
    Count,
    Crowd,
    Move,
    Price,
    PriceGroup,
    Story,
    Take,
    WayIn,
    WhatIf,
    Why,
    WhyNot,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scheduler.explain.typed import Answer

ENGLISH = {
    "why.choice": "{person} is in {session} on {block}: {rank}.",
    "why.pull": "{person} is in {session} on {block} because staff asked for it{askers}.",
    "why.need": "{person} is in {session} on {block} for support{askers}.",
    "why.lock": "{person} is in {session} on {block} because it was fixed beforehand.",
    "why.fallback": "{person} is in {session} on {block}, a place for those left over.",
    "why.open-seat": "{person} is in {session} on {block}, an open seat that nobody wished.",
    "why.unplaced": "{person} has no place{block}.",
    "why.kept": "{person} is in {session} on {block}, kept from before.",
    "why.school": "{person} is in {session} on {block}: placed by school.",
    "option": "  {session} ({rank}, {points}): {why_not}",
    "rank": "choice no. {rank}",
    "rank.none": "a choice",
    "asker.pull": "{tier}, asked by {by}",
    "asker.pull.unknown": "{tier}",
    "asker.need": "{tag}",
    "asker.need.by": "{tag}, asked by {by}",
    "asker.why": "{asker}: {why}",
    "not.there": "{person} is in {session}.",
    "not.not-decided": "{session} is not decided in this cycle.",
    "not.not-attended": "{person} is not there when {session} meets.",
    "not.leads": "{person} leads {session}.",
    "not.grades": "{session} is only for grades {needed}.",
    "not.only": "{session} is only for {needed}.",
    "not.lock": "A lock stands against {person} in {session}.",
    "not.leaderless": "{session} is closed: all who lead it are away.",
    "not.school.hidden": "{person} is in {instead} then: placed by school.",
    "not.school.otherwise": "School decided otherwise for {person}.",
    "not.school": "{person} is needed in {instead} then{askers}.",
    "not.visits": "{person} visits the activity of {session} as often as allowed already.",
    "not.closed": "{session} is closed: {wanted} would rather be there, and it needs {least}.",
    "not.full": "{session} is full: {crowd}.",
    "not.elsewhere": "{session} has room, but then everything together is worth less.",
    "short.there": "is there",
    "short.not-decided": "not decided",
    "short.not-attended": "not there then",
    "short.leads": "leads it",
    "short.grades": "other grades only",
    "short.only": "for others only",
    "short.lock": "a lock stands against it",
    "short.leaderless": "all who lead it are away",
    "short.school": "school decided otherwise",
    "short.visits": "there often enough already",
    "short.closed": "closed",
    "short.full": "full",
    "short.elsewhere": "everything together is worth less so",
    "crowd.rank": "{count} by choice no. {rank}",
    "crowd.lock": "{count} fixed",
    "crowd.pull": "{count} asked for by staff",
    "crowd.need": "{count} for support",
    "crowd.fallback": "{count} left over",
    "crowd.open-seat": "{count} without a wish",
    "crowd.kept": "{count} kept",
    "crowd.choice": "{count} by choice",
    "crowd.hidden": "why they are there is not told of so few",
    "if.none": "Nothing legal was found with {person} in {session}.",
    "if.cost": "With {person} in {session}, everything together is worth {cost} points less, "
    "solved again and checked{sure}; {moved} would move, {losing} would lose by it.",
    "if.free": "With {person} in {session}, everything together is worth the same; "
    "{moved} would move.",
    "if.better": "With {person} in {session}, everything together is worth {gain} points more: "
    "an improvement was found{adopt}.",
    "if.adopt": ", which --adopt writes",
    "if.exact": " (there is no cheaper way)",
    "if.gap": " (a cheaper way may exist: at least {least} points)",
    "if.opens": "  opens: {sessions}",
    "if.closes": "  closes: {sessions}",
    "if.rules": "  by rule: {rules}",
    "story.open": "{session} is open with {size}: {crowd}.",
    "story.closed": "{session} is closed; it needs {least}.",
    "story.leaderless": "{session} is closed: all who lead it are away.",
    "story.wished": "  wished as choice no. {rank}: {people}",
    "story.score": "  wished with a score: {people}",
    "story.went": "  of those who wished it, in {session} instead: {people}",
    "story.unplaced": "  of those who wished it, nowhere: {people}",
    "story.opening": "  Opening it would cost {cost} points, solved again and checked{sure}.",
    "story.gain": "  Opening it would gain {cost} points, solved again and checked.",
    "take.ways": "{person} in {session}; everything together is then worth, each solved again and "
    "checked:",
    "take.none": "No small change was found that brings {person} into {session}.",
    "take.there": "{person} is in {session}.",
    "take.leads": "{person} leads {session}.",
    "way.fix": "  {cost}: {person} is fixed there, nothing else changes{moved}{alone}",
    "way.open": "  {cost}: {session} opens with {size}{moved}{alone}",
    "way.move": "  {cost}: what school asks{askers} moves from {instead}{to}{moved}{alone}",
    "way.move.to": " to {to}",
    "way.move.hidden": "  {cost}: what school placed {person} for then moves to another time"
    "{moved}{alone}",
    "way.give-up": "  {cost}: {person} gives up {instead} ({rank}){moved}{alone}",
    "way.seat": "  {cost}: one more seat in {session}{moved}{alone}",
    "way.unlock": "  {cost}: the lock that stands against it goes{moved}{alone}",
    "way.school": "  {cost}: what school decided for {person} goes{moved}{alone}",
    "way.attend": "  {cost}: {person} attends then{moved}{alone}",
    "way.lead": "  {cost}: somebody else leads {session}{moved}{alone}",
    "way.release": "  {cost}: {others} less there {hold}{subjects}{moved}{alone}",
    "way.release.lock": "by a lock",
    "way.release.pull": "because staff asked for it",
    "way.release.need": "for support",
    "way.release.hidden": "placed by school",
    "way.release.subjects": " ({subjects})",
    "way.parallel": "  {cost}: a second session beside it, {session}{room}{moved}{alone}",
    "way.parallel.room": " in {room}",
    "way.parallel.nowhere": ", for which no free room was found",
    "way.moved": "; {moved} would move",
    "way.alone": "; {person} then gets in without being fixed there",
    "way.fixed": "; {person} must be fixed there as well",
    "cost.less": "{points} points less",
    "cost.same": "as much",
    "cost.more": "{points} points more",
    "price": "{session} on {block}: one more seat is worth {points} points.",
    "prices.tag": "{group}: one more seat is worth up to {points} points ({session}, of "
    "{sessions}).",
    "prices.room": "Room {group}: one more seat is worth up to {points} points ({session}, of "
    "{sessions}).",
    "prices.block": "{group}: one more seat is worth up to {points} points ({session}, of "
    "{sessions}).",
    "prices.none": "No price is known for certain.",
    "prices.unbounded": "No price is known for certain: the answer has no bound, as after a "
    "repair. Solve its scenario and ask there.",
    "session.one": "1 session",
    "sessions": "{count} sessions",
    "move": "  {person}, {block}: {before} → {after} ({gain})",
    "nowhere": "nowhere",
    "few": "fewer than {below}",
    "some": "some",
    "one": "1 person",
    "people": "{count} people",
    "points": "{points} points",
}
"""Texts by name; another language is another such table."""


class Words:
    """Says answers in one language.

    Parameters
    ----------
    texts : mapping of str to str
    """

    def __init__(self, texts: Mapping[str, str] = ENGLISH) -> None:
        self.texts = texts

    def say(self, name: str, **values: object) -> str:
        """A text with its values filled in."""
        return self.texts[name].format(**values)

    def count(self, count: Count) -> str:
        """A number as far as it is told."""
        if count.number is None:
            return self.say("some") if count.below is None else self.say("few", below=count.below)
        return str(count.number)

    def people(self, count: Count) -> str:
        """``1 person``, ``fewer than 5 people``."""
        if count.number == 1:
            return self.say("one")
        return self.say("people", count=self.count(count))

    def rank(self, rank: int | None) -> str:
        """``choice no. 2``; without a rank, just a choice."""
        return self.say("rank.none") if rank is None else self.say("rank", rank=rank)

    def askers(self, askers: Iterable[Asker]) -> str:
        """In brackets, or nothing."""
        said = "; ".join(map(self._asker, askers))
        return f" ({said})" if said else ""

    def _asker(self, one: Asker) -> str:
        if one.tag:
            name = "asker.need.by" if one.by else "asker.need"
        else:
            name = "asker.pull" if one.by else "asker.pull.unknown"
        said = self.say(name, tag=one.tag, by=one.by, tier=one.tier)
        return self.say("asker.why", asker=said, why=one.why) if one.why else said

    def crowd(self, crowd: Crowd) -> str:
        """Who is in a session, as counts."""
        parts = [
            self.say("crowd.rank", count=self.count(n), rank=rank)
            for rank, n in crowd.by_rank.items()
        ]
        parts += [
            self.say(f"crowd.{reason}", count=self.count(n))
            for reason, n in crowd.by_reason.items()
            if reason != "choice" or not crowd.by_rank
        ]
        return ", ".join(parts) or self.say("crowd.hidden")


def plain(amount: Decimal) -> str:
    """An amount without trailing zeros, thousands separated."""
    text = f"{amount:,.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@singledispatch
def sentences(answer: Answer, words: Words) -> list[str]:
    """Lines that say an answer."""
    raise TypeError(f"there are no words for {type(answer).__name__}")


@sentences.register
def _(answer: Why, words: Words) -> list[str]:
    block = answer.block if answer.reason != "unplaced" else f" on {answer.block}"
    said = words.say(
        f"why.{answer.reason}",
        person=answer.person,
        session=answer.session,
        block=block if answer.block else "",
        rank=words.rank(answer.rank),
        askers=words.askers(answer.askers),
    )
    return [said] + [
        words.say(
            "option",
            session=one.session,
            rank=words.rank(one.rank),
            points=words.say("points", points=plain(one.points)),
            why_not=words.say(f"short.{one.why_not}"),
        )
        for one in answer.options
    ]


@sentences.register
def _(answer: WhyNot, words: Words) -> list[str]:
    name = f"not.{answer.obstacle}"
    if answer.obstacle == "school" and not answer.askers:
        name = "not.school.hidden" if answer.instead else "not.school.otherwise"
    said = words.say(
        name,
        person=answer.person,
        session=answer.session,
        instead=answer.instead,
        needed=", ".join(answer.needed),
        askers=words.askers(answer.askers),
        wanted=words.people(answer.wanted) if answer.wanted else "",
        least=answer.crowd.least if answer.crowd else "",
        crowd=words.crowd(answer.crowd) if answer.crowd else "",
    )
    return [said] + (sentences(answer.what_if, words) if answer.what_if else [])


@sentences.register
def _(answer: WhatIf, words: Words) -> list[str]:
    values: dict[str, object] = {
        "person": answer.person,
        "session": answer.session,
        "moved": words.people(answer.moved),
        "losing": words.people(answer.losing),
    }
    cost = answer.cost
    if cost is None:
        return [words.say("if.none", **values)]
    if cost < 0:
        adopt = words.say("if.adopt") if answer.legal else ""
        found = [words.say("if.better", **values, gain=plain(-cost), adopt=adopt)]
    elif cost == 0:
        found = [words.say("if.free", **values)]
    else:
        found = [words.say("if.cost", **values, cost=plain(cost), sure=_sure(answer, words))]
    for name, sessions in (("if.opens", answer.opens), ("if.closes", answer.closes)):
        if sessions:
            found.append(words.say(name, sessions=", ".join(sessions)))
    if answer.per_rule:
        rules = [f"{rule} {_signed(change)}" for rule, change in answer.per_rule.items()]
        found.append(words.say("if.rules", rules=", ".join(rules)))
    return found + [_move(move, words) for move in answer.moves]


@sentences.register
def _(answer: Take, words: Words) -> list[str]:
    name = "take.ways" if answer.ways else "take.none"
    if answer.obstacle in ("there", "leads"):
        name = f"take.{answer.obstacle}"
    said = words.say(name, person=answer.person, session=answer.session)
    return [said] + [_way(way, answer.person, words) for way in answer.ways]


def _way(way: WayIn, person: str, words: Words) -> str:
    """One way, behind what everything is then worth."""
    name = f"way.{way.kind}"
    if way.kind == "move" and not way.to:
        name = "way.move.hidden"
    room = ""
    if way.kind == "parallel":
        room = words.say("way.parallel.room" if way.room else "way.parallel.nowhere", room=way.room)
    subjects = ", ".join(way.subjects)
    alone = "" if way.alone is None or way.kind == "fix" else _ALONE[way.alone]
    return words.say(
        name,
        cost=_cost(way.cost, words),
        person=person,
        session=way.session,
        instead=way.instead,
        to=words.say("way.move.to", to=way.to),
        rank=words.rank(way.rank),
        size=words.people(Count(number=way.size)),
        askers=words.askers(way.askers),
        others=words.people(way.others),
        hold=words.say(f"way.release.{way.hold or 'hidden'}"),
        subjects=words.say("way.release.subjects", subjects=subjects) if subjects else "",
        room=room,
        moved=_moving(way.moved, words),
        alone=words.say(alone, person=person) if alone else "",
    )


_ALONE = {True: "way.alone", False: "way.fixed"}


def _moving(count: Count, words: Words) -> str:
    return "" if count.number == 0 else words.say("way.moved", moved=words.people(count))


def _cost(cost: Decimal, words: Words) -> str:
    name = "cost.same" if cost == 0 else "cost.less" if cost > 0 else "cost.more"
    return words.say(name, points=plain(abs(cost)))


@sentences.register
def _(answer: Price, words: Words) -> list[str]:
    points = plain(answer.points)
    return [words.say("price", session=answer.session, block=answer.block, points=points)]


@sentences.register
def _(answer: PriceGroup, words: Words) -> list[str]:
    name = "session.one" if answer.sessions == 1 else "sessions"
    said = words.say(
        f"prices.{answer.by}",
        group=answer.name,
        points=plain(answer.points),
        session=answer.session,
        sessions=words.say(name, count=answer.sessions),
    )
    return [said]


@sentences.register
def _(answer: Story, words: Words) -> list[str]:
    closed = "story.leaderless" if answer.leaderless else "story.closed"
    name = "story.open" if answer.open else closed
    size, crowd = words.people(answer.crowd.size), words.crowd(answer.crowd)
    least = answer.crowd.least
    found = [words.say(name, session=answer.session, size=size, crowd=crowd, least=least)]
    for rank, number in answer.wished.items():
        text = "story.score" if rank == "score" else "story.wished"
        found.append(words.say(text, rank=rank, people=words.people(number)))
    for session, number in answer.went.items():
        text = "story.unplaced" if session == "unplaced" else "story.went"
        found.append(words.say(text, session=session, people=words.people(number)))
    if answer.opening is not None:
        sure = words.say("if.exact") if answer.settled else ""
        text = "story.opening" if answer.opening >= 0 else "story.gain"
        found.append(words.say(text, cost=plain(abs(answer.opening)), sure=sure))
    return found


def _sure(answer: WhatIf, words: Words) -> str:
    """How sure it is that there is no cheaper way."""
    if answer.bound is None:
        return ""
    if answer.bound == answer.after:
        return words.say("if.exact")
    return words.say("if.gap", least=plain(max(Decimal(0), answer.before - answer.bound)))


def _move(move: Move, words: Words) -> str:
    nowhere = words.say("nowhere")
    return words.say(
        "move",
        person=move.person,
        block=move.block,
        before=move.before or nowhere,
        after=move.after or nowhere,
        gain=_signed(move.gain),
    )


def _signed(amount: Decimal) -> str:
    return ("+" if amount > 0 else "") + plain(amount)
