"""Words that invented names are made of. None of them means anyone."""

from typing import NamedTuple

GRADES = ("9", "10", "11", "12")
FIRST = (
    "Ada",
    "Bo",
    "Cleo",
    "Dov",
    "Esme",
    "Finn",
    "Gia",
    "Hal",
    "Ines",
    "Jory",
    "Kai",
    "Lio",
    "Mina",
    "Nell",
    "Odo",
    "Pia",
    "Quin",
    "Rae",
    "Sol",
    "Tam",
    "Uma",
    "Vik",
    "Wren",
    "Xan",
    "Yara",
    "Zeb",
)
LAST = (
    "Ashvale",
    "Birchgate",
    "Cloverton",
    "Dunmarsh",
    "Elmhollow",
    "Fernwick",
    "Goldreed",
    "Hazelbrook",
    "Ivystone",
    "Juniperly",
    "Kestrelow",
    "Larkmoor",
    "Mapleford",
    "Nettleby",
    "Oakhurstle",
    "Pinecroft",
    "Quillfeather",
    "Rowanmere",
    "Sedgewater",
    "Thistledown",
    "Umberfield",
    "Violetgrove",
    "Willowick",
    "Yarrowend",
    "Zinniafell",
)
DEPARTMENTS = ("math", "english", "science", "social", "arts", "language", "pe", "counseling")
TALENTS = ("talent:facilitator", "talent:coding", "talent:music", "talent:coaching")


class Offer(NamedTuple):
    """A kind of activity: its title, its own tag and the department it belongs to."""

    title: str
    tag: str
    dept: str

    @property
    def slug(self) -> str:
        """The title as an id."""
        return self.title.lower().replace(" ", "-").replace("'", "")


SUPPORT = (
    Offer("Algebra help", "math-support", "math"),
    Offer("Reading studio", "reading", "english"),
    Offer("Science lab help", "science-support", "science"),
    Offer("Writing lab", "writing-support", "english"),
    Offer("Geometry help", "math-support", "math"),
    Offer("History study", "history-support", "social"),
    Offer("Spanish practice", "language-support", "language"),
    Offer("Homework club", "homework", "counseling"),
    Offer("Statistics help", "math-support", "math"),
    Offer("Book circle", "reading", "english"),
    Offer("Chemistry help", "science-support", "science"),
    Offer("Test retakes", "retakes", "counseling"),
)
ENRICHMENT = (
    Offer("Robotics", "stem", "science"),
    Offer("Chess", "games", "math"),
    Offer("Pottery", "art", "arts"),
    Offer("Choir", "music", "arts"),
    Offer("Debate", "speech", "social"),
    Offer("Basketball", "sport", "pe"),
    Offer("Game coding", "stem", "math"),
    Offer("Photography", "art", "arts"),
    Offer("Yoga", "wellness", "pe"),
    Offer("Cooking", "life-skills", "counseling"),
    Offer("School radio", "media", "english"),
    Offer("Garden crew", "outdoors", "science"),
    Offer("Board games", "games", "social"),
    Offer("Improv theater", "stage", "english"),
    Offer("Guitar", "music", "arts"),
    Offer("Climbing", "sport", "pe"),
    Offer("Anime drawing", "art", "arts"),
    Offer("Model United Nations", "speech", "social"),
    Offer("3D printing", "stem", "science"),
    Offer("Mindfulness", "wellness", "counseling"),
    Offer("Korean culture", "culture", "language"),
    Offer("Film club", "media", "english"),
    Offer("Table tennis", "sport", "pe"),
    Offer("Math puzzles", "games", "math"),
    Offer("Knitting", "art", "arts"),
    Offer("First aid", "life-skills", "pe"),
    Offer("Astronomy", "stem", "science"),
    Offer("Poetry slam", "stage", "english"),
    Offer("French cafe", "culture", "language"),
    Offer("Student council", "service", "social"),
    Offer("Bike repair", "life-skills", "science"),
    Offer("Drum line", "music", "arts"),
    Offer("Peer mediation", "service", "counseling"),
    Offer("Running club", "sport", "pe"),
    Offer("Podcasting", "media", "english"),
    Offer("Money matters", "life-skills", "math"),
)
SMALL_CLUBS = (
    Offer("Calligraphy circle", "art", "arts"),
    Offer("Latin readers", "culture", "language"),
    Offer("Beekeeping", "outdoors", "science"),
    Offer("Radio amateurs", "stem", "science"),
    Offer("Origami masters", "art", "math"),
)
PROJECTS = (
    Offer("Documentary project", "media", "english"),
    Offer("Solar car project", "stem", "science"),
    Offer("Mural project", "art", "arts"),
)
COPS = (
    "Feedback that works",
    "Reading in every subject",
    "Projects that last",
    "Grading for growth",
    "Math talk",
    "Circles and conferences",
    "Data without tears",
    "Writing across subjects",
    "Lab safety and inquiry",
    "Advisors' toolbox",
)
REASONS = {
    "math-support": "math mark {mark}, 70 passes",
    "reading": "reading goal missed by {gap} points",
    "science-support": "lab report open, mark {mark}",
    "writing-support": "essay to revise",
    "history-support": "history mark {mark}, 70 passes",
    "language-support": "oral practice before the test",
    "homework": "{gap} assignments missing",
    "retakes": "79.{gap} %, 80 % needed for a scholarship",
}


def named(offers: tuple[Offer, ...], at: int) -> Offer:
    """The ``at``-th activity of a list, which begins again, numbered, once it is used up."""
    offer = offers[at % len(offers)]
    again = at // len(offers)
    return offer._replace(title=f"{offer.title} {again + 1}") if again else offer
