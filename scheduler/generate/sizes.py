"""How large a synthetic school is, and how it behaves."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class Sizes(BaseModel):
    """Sizes and habits of a synthetic school.

    Attributes
    ----------
    name : str
        Name of the scenario.
    students, staff : int
        People. Students are spread over grades 9 to 12.
    flex_blocks : int
        Flex blocks in the week, one a day first; from the sixth on a second one on some days.
    sessions_per_block : int
        Sessions offered in each flex block, the fallback study hall among them.
    meets : float
        Blocks in which an activity meets, on average.
    support : float
        Share of the activities that carry a support tag, which needs ask for.
    restricted : float
        Share of the other activities that admit some grades or club members only.
    popularity : float
        Exponent of the Zipf-like popularity: 0 is even, 1 is steep.
    seat_ratio : float
        Seats of a flex block over the students who attend it; of advisory groups too.
    fallback_share : float
        Share of a block's seats that are in the study hall.
    min_size : int
        Minimum size of every flex session but the study hall.
    must_close : int
        Sessions that fewer people than their minimum size may attend.
    series : int
        Projects that meet in two blocks, attended as a whole.
    floating, alternatives : int
        Activities whose time is left open, and how many alternatives (`one_of`) each has.
    clashes : float
        Share of those alternatives that take room and leader of another session at that time.
    led : bool
        Whether flex sessions have leaders.
    choices : int
        Choices per student: in each block, or in the whole cycle for those who list activities.
    listing : float
        Share of the students who rank activities over the cycle; the others rank sessions in
        each block.
    scored : bool
        Whether choices are scored (0 to 1) instead of ranked.
    advisory_choices, cop_choices : int
        Advisory groups ranked by each student without a home; CoPs ranked by each of the staff.
    needs, pulls, helpers, locks, away, homes, ledger : float
        Shares of the students who need support, are pulled, can help in sessions, are locked,
        miss a block, keep last year's advisor, are owed points.
    pairs : int
        Pairs of students to keep together or apart, at most a third of the students.
    knows : int
        Students whom each adult knows.
    advisory_groups, cops : int
        Groups of students, and communities of practice of staff; a CoP needs two of the staff.
    rooms : int, optional
        Rooms; as many as are needed where not given. Where they are too few the smallest
        sessions meet without one.
    calendars : {1, 2}
        ``current`` alone, or ``short-monday`` beside it.
    weeks : int
        Weeks of real dates.
    form : str
        Form of fairness.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "A synthetic school"
    students: Annotated[int, Field(ge=1)] = 240
    staff: Count = 24
    flex_blocks: Annotated[int, Field(ge=0, le=10)] = 5
    sessions_per_block: Annotated[int, Field(ge=2)] = 13
    meets: Annotated[float, Field(ge=1)] = 2.5
    support: Share = 0.3
    restricted: Share = 0.15
    popularity: Annotated[float, Field(ge=0, le=5)] = 0.9
    seat_ratio: Annotated[float, Field(gt=0)] = 1.1
    fallback_share: Share = 0.2
    min_size: Count = 6
    must_close: Count = 3
    series: Count = 1
    floating: Count = 1
    alternatives: Annotated[int, Field(ge=2)] = 2
    clashes: Share = 0.0
    led: bool = True
    choices: Count = 5
    listing: Share = 0.25
    scored: bool = False
    advisory_choices: Count = 2
    cop_choices: Count = 3
    needs: Share = 0.3
    pulls: Share = 0.12
    helpers: Share = 0.08
    locks: Share = 0.02
    away: Share = 0.02
    homes: Share = 0.9
    ledger: Share = 0.1
    pairs: Count = 24
    knows: Count = 20
    advisory_groups: Count = 16
    cops: Count = 6
    rooms: Count | None = None
    calendars: Literal[1, 2] = 2
    weeks: Count = 4
    form: Literal["sum", "diminishing", "leximin"] = "diminishing"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        free = self.flex_blocks * (self.sessions_per_block - 1)
        special = self.must_close + 2 * self.series + self.floating * self.alternatives
        if special > free:
            raise ValueError(
                f"{special} sessions that close, belong to a series or float do not fit into "
                f"{free}; offer more sessions per block"
            )
        if self.series and self.flex_blocks < 2:
            raise ValueError("a series needs two flex blocks; offer more blocks, or no series")
        if self.floating and self.alternatives > self.flex_blocks:
            raise ValueError("each alternative needs a flex block; offer more blocks")
        if self.cops == 1:
            raise ValueError("one CoP can't meet while half of the staff lead; offer none, or two")
        if 2 * self.cops > self.staff:
            raise ValueError(f"{self.cops} CoPs need {2 * self.cops} staff; there are {self.staff}")
        if 3 * self.pairs > self.students:
            raise ValueError(f"{self.pairs} pairs need {3 * self.pairs} students")
        return self


def _week(students: int, form: Literal["sum", "diminishing", "leximin"] = "sum") -> Sizes:
    """A flex week of 5 blocks with 60 sessions each, eight ranked choices, needs and pulls."""
    return Sizes(
        name=f"{students} students, 5 x 60",
        students=students,
        staff=max(20, students // 15),
        sessions_per_block=60,
        meets=5,
        must_close=0,
        series=0,
        floating=0,
        led=False,
        choices=8,
        listing=1,
        locks=0,
        ledger=0,
        pairs=0,
        knows=0,
        advisory_groups=0,
        cops=0,
        calendars=1,
        form=form,
    )


PRESETS: dict[str, Sizes] = {
    "demo": Sizes(name="Demo: a synthetic high school"),
    "week-300": _week(300).model_copy(update={"min_size": 3}),
    "week-3000": _week(3_000),
    "week-30000": _week(30_000),
    "week-3000-diminishing": _week(3_000, "diminishing"),
    "week-300-leximin": _week(300, "leximin").model_copy(update={"min_size": 3}),
    "week-3000-leximin": _week(3_000, "leximin"),
    "scarce": _week(600).model_copy(
        update={"name": "Scarce: most sessions must close", "min_size": 8, "seat_ratio": 3.0}
    ),
    "timetable": Sizes(
        name="Timetable from demand",
        students=1_200,
        staff=90,
        sessions_per_block=25,
        seat_ratio=4.0,
        must_close=0,
        series=0,
        floating=40,
        alternatives=3,
        clashes=0.4,
        pairs=0,
        advisory_groups=0,
        cops=0,
    ),
    "advisory": Sizes(
        name="Advisory groups",
        students=1_200,
        staff=90,
        flex_blocks=0,
        must_close=0,
        series=0,
        floating=0,
        choices=0,
        advisory_choices=3,
        needs=0,
        pulls=0,
        locks=0,
        away=0,
        seat_ratio=1.15,
        pairs=200,
        advisory_groups=80,
        cops=0,
        calendars=1,
    ),
    "everything": Sizes(
        name="Everything at once",
        students=1_500,
        staff=100,
        sessions_per_block=45,
        must_close=8,
        series=3,
        floating=4,
        pairs=120,
        advisory_groups=100,
        cops=15,
    ),
}
"""Schools by name: the demo, and those that the engine is measured on."""
