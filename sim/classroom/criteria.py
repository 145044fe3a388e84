"""What can be asked of what a student hands in: few kinds, each with its parameters and what is said when it fails.

No criterion holds an answer. It says what is to be measured, and that is computed when somebody is marked.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from sim.classroom.task_file import TaskPart

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
SAID_ANYWAY = ("missing", "invalid", "needs")
"""Ways to fail that have words where a task has none: nothing was handed in, it cannot be read, another one failed."""
KINDS = ("mean", "share", "median", "run", "gap")
"""What can be measured."""
Use = tuple[Literal["scenario", "answer", "strategy"], str]


class Measured(TaskPart):
    """A number that a batch, or a single run, of a scenario gives."""

    mean: str = Field("", description="a column of docs/reference/record.md, over the batch")
    share: str = Field("", description="runs of which something holds, in per cent: `ceasefire.deals>0`")
    median: str = Field("", description="a column; a day that never came is later than any")
    run: str = Field("", description="a column of one run, or from its log: `TRACK.alleged.PARTY`")
    gap: str = Field("", description="a track: the longest time, in days, between two of its agreements in one run")
    replication: int = Field(0, ge=0, description="which run")
    scenario: str = Field("start", alias="in", description="the starter, or a scenario that is handed in")
    changes: list[str] = Field([], alias="set", description="changes to it first, each `path=value`")
    per: str = Field("", description="of a mean: divide it by the mean of this column (days in force a deal)")
    less: str = Field("", description="take away the same of this scenario, pair by pair (mean and share)")

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in KINDS if getattr(self, name)]
        if len(given) != 1:
            raise PydanticCustomError("measured", "expected one of 'mean', 'share', 'median', 'run' and 'gap'")
        if self.per and given[0] != "mean":
            raise PydanticCustomError("measured", "'per' divides a mean")
        if self.less and given[0] not in ("mean", "share"):
            raise PydanticCustomError("measured", "'less' takes a mean or a share from a mean or a share")
        return self

    @property
    def kind(self) -> str:
        """Which of the five."""
        return next(name for name in KINDS if getattr(self, name))

    @property
    def of(self) -> str:
        """The column, or what holds of it."""
        return str(getattr(self, self.kind))

    def uses(self) -> Iterator[Use]:
        """The scenarios that it needs."""
        yield "scenario", self.scenario
        if self.less:
            yield "scenario", self.less


class CriterionPart(TaskPart):
    """What all criteria have."""

    WAYS: ClassVar[tuple[str, ...]] = ()
    """The ways to fail that need words of their own."""
    ask: Text = Field(description="what it asks, in a line of the table of marks")
    points: int = Field(ge=1, le=20)
    needs: list[str] = Field([], description="criteria further up that have to be met for this one to count")
    otherwise: dict[str, Text] = Field({}, description="what a student is told, by the way in which it failed")

    @model_validator(mode="after")
    def _ways(self) -> Self:
        ways = self.ways()
        unknown = [way for way in self.otherwise if way not in (*ways, *SAID_ANYWAY)]
        lacking = [way for way in ways if way not in self.otherwise]
        if unknown or lacking:
            which = f"'{unknown[0]}' is no way to fail" if unknown else f"nothing is said for '{lacking[0]}'"
            raise PydanticCustomError("ways", f"otherwise: {which}: expected {', '.join(ways)}")
        return self

    def ways(self) -> tuple[str, ...]:
        """The ways to fail that need words."""
        return self.WAYS

    def uses(self) -> Iterator[Use]:
        """The names that it refers to."""
        for kind in ("scenario", "answer", "strategy"):
            if name := getattr(self, kind, ""):
                yield kind, name
        for part in self.measures():
            yield from part.uses()

    def measures(self) -> Iterator[Measured]:
        """What it has computed."""
        for value in (getattr(self, name) for name in type(self).model_fields):
            found = value.values() if isinstance(value, dict) else [value]
            yield from (each for each in found if isinstance(each, Measured))


class Valid(CriterionPart):
    """The scenario that is handed in is valid; under `strict`, every number of it says where it comes from."""

    kind: Literal["valid"]
    scenario: str
    strict: bool = False
    ranges: int = Field(0, ge=0, description="how many of its numbers are assumed as ranges, at least")

    def ways(self) -> tuple[str, ...]:
        """One where sources are asked for, and one where ranges are."""
        return (*(("unattributed",) if self.strict else ()), *(("certain",) if self.ranges else ()))


class Holds(CriterionPart):
    """The scenario has these parts, whatever is in them: parties, mediators, a track."""

    WAYS = ("lacking",)
    kind: Literal["holds"]
    scenario: str
    parts: list[Text] = Field(min_length=1, description="`tracks.exchange.steps`; `*` for any one name")


class OnTheTable(CriterionPart):
    """A package with these values can be agreed at a track of the scenario."""

    WAYS = ("off",)
    kind: Literal["on the table"]
    scenario: str
    track: str
    issues: list[Text] = Field(min_length=1)
    values: list[int | float | str] = Field(min_length=1, description="one for each issue, in the same order")

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if len(self.issues) != len(self.values):
            raise PydanticCustomError("on the table", "expected one value for each issue")
        return self


class OnlyChanged(CriterionPart):
    """The scenario differs from the starter, and only at the paths that may change."""

    WAYS = ("elsewhere", "nothing")
    kind: Literal["only changed"]
    scenario: str
    paths: list[Text] = Field(min_length=1, description="`tracks.exchange.issues.gesture`; what lies below is free too")
    most: int = Field(0, ge=0, description="how many of these paths may change at most; 0 for any number")

    def ways(self) -> tuple[str, ...]:
        """One more where their number is bounded."""
        return (*self.WAYS, "many") if self.most else self.WAYS


class Reaches(CriterionPart):
    """A number that is measured, mostly a difference, is as large, or as small, as asked."""

    WAYS = ("short",)
    kind: Literal["reaches"]
    measured: Measured
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _bound(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise PydanticCustomError("reaches", "expected either 'at_least' or 'at_most'")
        return self


class ClaimedNumber(CriterionPart):
    """A number, or a date, that is claimed is within the interval of what is measured."""

    WAYS = ("low", "high")
    kind: Literal["number"]
    answer: str
    measured: Measured
    tolerance: float = Field(0.0, ge=0, description="by which the interval is widened on either side")


class ClaimedInterval(CriterionPart):
    """An interval that is claimed covers what is measured, and is no wider than asked; too wide gives half."""

    WAYS = ("low", "high", "wide")
    kind: Literal["interval"]
    answer: str
    measured: Measured
    widest: float = Field(gt=0, description="from end to end")


class Choice(CriterionPart):
    """A choice is what a computation names; where that cannot be told from another, either is right."""

    WAYS = ("wrong",)
    kind: Literal["choice"]
    answer: str
    sign: Measured | None = Field(None, description="a difference; `words` says what `higher`, `lower`, `same` are")
    greatest: dict[str, Measured] = Field({}, description="by choice: the one whose number is greatest")
    least: dict[str, Measured] = Field({}, description="by choice: the one whose number is least")
    ending: Measured | None = Field(None, description="a run's `<track>.ending`")
    words: dict[str, str] = Field({}, description="what the computation names, and the choice that it stands for")
    enough: float = Field(0.0, ge=0, description="of `sign`: a smaller difference counts as none")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(map(bool, (self.sign, self.greatest, self.least, self.ending))) != 1:
            raise PydanticCustomError("choice", "expected one of 'sign', 'greatest', 'least' and 'ending'")
        if self.sign and set(self.words) != {"higher", "lower", "same"}:
            raise PydanticCustomError("choice", "'words' says which choices 'higher', 'lower' and 'same' stand for")
        return self


class Attributed(CriterionPart):
    """So many numbers of the scenario are reported or disputed, each by a named claim."""

    WAYS = ("few",)
    kind: Literal["attributed"]
    scenario: str
    at_least: int = Field(ge=1)


class Plays(CriterionPart):
    """A strategy, in one party's seat, gains at least as much as the field does there, and agrees as often."""

    WAYS = ("worse", "wrecked", "failed")
    kind: Literal["strategy"]
    strategy: str
    scenario: str = Field("start", alias="in")
    track: str
    party: str
    field: list[Text] = Field(min_length=1, description="strategies of the shelf that it is measured against")
    against: list[Text] = Field(
        [],
        description="strategies of the shelf that the other seats play, one after the other; else as the scenario says",
    )
    keeps: float = Field(0.9, ge=0, le=1, description="share of the field's agreements that it has to keep")
    runs: int = Field(100, ge=20, le=1000)


class Read(CriterionPart):
    """A text that a teacher reads; no machine gives points for it."""

    kind: Literal["read"]
    answer: str


Criterion = Annotated[
    Valid
    | Holds
    | OnTheTable
    | OnlyChanged
    | Reaches
    | ClaimedNumber
    | ClaimedInterval
    | Choice
    | Attributed
    | Plays
    | Read,
    Field(discriminator="kind"),
]
