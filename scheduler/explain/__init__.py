"""Why, why not, and what it would take: typed answers, each verified, and their sentences."""

from scheduler.explain.adopt import adopted
from scheduler.explain.audience import shown
from scheduler.explain.case import Case, Outcome
from scheduler.explain.story import grouped, price, prices, story
from scheduler.explain.take import what_it_takes
from scheduler.explain.why import Unanswerable, what_if, why, why_not
from scheduler.explain.words import Words, sentences

__all__ = [
    "Case",
    "Outcome",
    "Unanswerable",
    "Words",
    "adopted",
    "grouped",
    "price",
    "prices",
    "sentences",
    "shown",
    "story",
    "what_if",
    "what_it_takes",
    "why",
    "why_not",
]
