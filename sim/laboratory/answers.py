"""Questions asked of scenarios and batches: what differs, what stood in the way, what an answer rests on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas

from sim.engine.chunk import column_names
from sim.laboratory.checking import require_kind, require_whole
from sim.laboratory.results import Batch, Run, batch
from sim.laboratory.scenario import Scenario
from sim.laboratory.telling import log, text_of
from sim.show import compare as shown
from sim.show import comparisons, explaining, survival_tables
from sim.show import survival as truces
from sim.show.told import Told
from sim.study.compare import Comparison as Compared
from sim.study.compare import Side
from sim.study.computing import ready_for
from sim.study.outcome import Outcome
from sim.study.survival import by_age
from sim.study.surviving import Asked as AskedOfTruces
from sim.study.surviving import Survivals, survivals
from sim.study.versions import cores

if TYPE_CHECKING:
    from sim.show.sensitivity import Teller

REPLICATIONS, SEED = comparisons.REPLICATIONS, comparisons.SEED
MOST_TOP = 40
"""Ranges that can be looked at closely."""


class Answer:
    """What a question came to: it reads as what the command prints."""

    __slots__ = ()

    def _parts(self) -> Iterator[Any]:
        raise NotImplementedError

    def __repr__(self) -> str:
        """What the command prints."""
        return text_of(self._parts())


@dataclass(frozen=True, slots=True, repr=False)
class Comparison(Answer):
    """Variants against the first of them, pair by pair of replications."""

    found: Compared
    """Everything, as numbers."""
    batches: tuple[Batch, ...] = field(repr=False)
    """What was compared."""

    @property
    def names(self) -> list[str]:
        """What the variants are called, the first one first."""
        return shown.names_of([self.found.first, *(each.side for each in self.found.others)])

    @property
    def differences(self) -> pandas.DataFrame:
        """Every outcome of every other variant against the first, a row each.

        `first` and `second` (shares 0 to 1, or means a run), `difference` (second less first) with its 95 % interval
        `low` to `high`, `joint_low` to `joint_high` (all together at 95 %), pairs in which the other has less and
        more, and `told`: what the interval allows to say.
        """
        return pandas.DataFrame(shown.rows_of(self.found, self.names))

    @property
    def flips(self) -> pandas.DataFrame:
        """Which endings change into which.

        `variant`, `track`, `before`, `after`, in how many `pairs`, and the first such `replication`.
        """
        rows = [
            {"variant": name, "track": move.track, "before": move.before, "after": move.after, "pairs": move.pairs,
             "replication": move.replication}
            for against, name in zip(self.found.others, self.names[1:], strict=True)
            for move in against.moves
            if move.flips
        ]  # fmt: skip
        columns = ["variant", "track", "before", "after", "pairs", "replication"]
        return pandas.DataFrame(rows, columns=columns)

    def _parts(self) -> Iterator[Any]:
        yield from shown.tables_of(self.found, self.names)
        yield ""
        yield shown.caveat(self.found)


def compare(
    first: Batch | Scenario, *others: Batch | Scenario, replications: int | None = None, seed: int | None = None
) -> Comparison:
    """Compare variants with the first, replication by replication: all share their luck.

    Args:
        first: a batch, of which every point is a variant; or a scenario, which is run like the first batch that is
            named, else 1,000 times with seed 1.
        others: as `first`; five variants at most.
        replications: of scenarios that are run.
        seed: of scenarios that are run.

    Raises:
        NotComparable: they share no luck, or have nothing in common; or there is nothing to compare with.
        Refused: a scenario cannot be run.
        TypeError, ValueError: it is neither a batch nor a scenario, or a number is out of range.
    """
    given = (first, *others)
    for each in given:
        require_kind(each, Batch, Scenario)
    if replications is not None:
        require_whole(1, replications=replications)
    like = next((each.manifest for each in given if isinstance(each, Batch)), None)
    runs = replications or (like.replications if like else REPLICATIONS)
    draws = seed if seed is not None else like.seed if like else SEED
    central = like.central if like else False
    made = [each if isinstance(each, Batch) else batch(each, runs, seed=draws, central=central) for each in given]
    sides = [Side(each.folder, point, each.manifest) for each in made for point in range(len(each.manifest.points))]
    return Comparison(comparisons.compared(sides), tuple(made))


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Answer):
    """Why there was no deal."""

    told: Told = field(repr=False)
    """What the command prints."""
    found: explaining.Explained | None = None
    """Of a batch: everything, as numbers."""

    @property
    def text(self) -> str:
        """Sentences, a line each."""
        return "\n".join(self.told.lines)

    @property
    def refusals(self) -> pandas.DataFrame:
        """Of a run: every refusal, who, over what, how often, what was asked and what was met; else no rows."""
        return pandas.DataFrame(self.told.as_json.get("refusals", []))

    @property
    def sets(self) -> pandas.DataFrame:
        """Of a batch: every set of preconditions that was relaxed, a row each; else no rows.

        `conditions`; the target was reached in a `share` of runs with the set relaxed (`low` to `high`, Wilson);
        `gain` over the scenario as it is, of the same replications, with its 95 % interval; whether it is one of the
        `smallest` unlocks, and whether no other set is told to surpass it.
        """
        unlocked = self.found.unlocked if self.found else None
        rows = [
            {"conditions": " + ".join(each.conditions), "share": each.reached.share, "low": each.reached.low,
             "high": each.reached.high, "gain": each.gain.value, "gain_low": each.gain.low, "gain_high": each.gain.high,
             "smallest": each.smallest, "unsurpassed": each.unsurpassed}
            for each in (unlocked.relaxed if unlocked else ())
        ]  # fmt: skip
        return pandas.DataFrame(rows)

    def _parts(self) -> Iterator[Any]:
        yield from self.told.lines
        yield from self.told.tables
        yield from self.told.remarks


def explain(  # as the command: each is a part of the question
    what: Batch | Run | Scenario,
    *,
    track: str | None = None,
    target: str = "agreed",
    days: int | None = None,
    point: int | None = None,
    replications: int | None = None,
) -> Explanation:
    """Explain why there was no deal: of a batch, of one run, or of a scenario before any run.

    Args:
        what: is explained; the rest is asked of a batch only.
        track: which track; None for the most blocked.
        target: `agreed`, or `held30` for 30 days in force.
        days: agreed within so many days; None for the horizon.
        point: of a batch of several points.
        replications: that are run again with preconditions relaxed; None for those of the batch, 2,000 at most.

    Raises:
        Refused: it cannot be answered as asked.
        Unanswerable: a table of the batch is damaged.
        TypeError, ValueError: it is nothing that can be explained, or a number is out of range.
    """
    require_kind(what, Batch, Run, Scenario)
    for name, number in (("days", days), ("replications", replications)):
        if number is not None:
            require_whole(1, **{name: number})
    if isinstance(what, Run):
        return Explanation(explaining.explain_run(what.lived, what.manifest, None))
    if isinstance(what, Scenario):
        return Explanation(explaining.explain_static(what.case, "sim.explain", None))
    asked = explaining.Asked(track, target, days, point, replications)
    found = explaining.explained(what.folder, asked, what.folder, log)
    return Explanation(explaining.tell(found, f"parley explain {what.folder}{asked.words}"), found)


@dataclass(frozen=True, slots=True, repr=False)
class Survival(Answer):
    """How long truces, or deals, lasted."""

    found: Survivals
    """Everything, as numbers."""
    batches: tuple[Batch, ...] = field(repr=False)

    @property
    def variants(self) -> list[dict[str, Any]]:
        """Of each variant what `parley survival --json` has: shares in force, mean days, median, by day of age."""
        found: list[dict[str, Any]] = survival_tables.as_json(self.found)["variants"]
        return found

    @property
    def curves(self) -> pandas.DataFrame:
        """By `variant` and day of `age`: at risk, ended, and the share still in force with its interval (0 to 1)."""
        names = truces.names_of(self.found)
        frames = [
            pandas.DataFrame(dict(by_age(each.found))).assign(variant=name)
            for each, name in zip(self.found.variants, names, strict=True)
        ]
        return pandas.concat(frames, ignore_index=True)

    def _parts(self) -> Iterator[Any]:
        yield from survival_tables.tables_of(self.found)


def survival(
    *of: Batch, track: str | None = None, days: int = 30, first: bool = False, points: Sequence[int] = ()
) -> Survival:
    """How long truces held, how they ended, and how variants differ.

    Args:
        of: batches, at least one; every point is a variant, the first is what others differ from.
        track: None for the only one that agreed truces.
        days: in force that are looked at, at least 1.
        first: only the first deal of each replication.
        points: of each batch; all where none is named.

    Raises:
        Unfit: no such deals were kept, or there are too many variants.
        TypeError, ValueError: there is no batch, or a number is out of range.
    """
    for each in of or (None,):
        require_kind(each, Batch)
    require_whole(1, days=days)
    asked = AskedOfTruces(track, days, first, tuple(points))
    return Survival(survivals([each.folder for each in of], asked), of)


@dataclass(frozen=True, slots=True, repr=False)
class Sensitivity(Answer):
    """What an outcome rests on: ranges, and chance."""

    teller: "Teller" = field(repr=False)
    """`teller.found` has everything, as numbers."""

    @property
    def text(self) -> str:
        """Sentences, a line each."""
        return "\n".join(self.teller.sentences())

    @property
    def swings(self) -> pandas.DataFrame:
        """The tornado, a row a range: the outcome at its quantiles .1 (`at_low`) and .9, and the paired `difference`.

        Of a share of runs everything is a share (0 to 1). Each with its 95 % interval; `told`: it leaves 0 out.
        """
        rows = [
            {"path": each.path, "low": each.low, "high": each.high, "at_low": each.at_low.value,
             "at_high": each.at_high.value, "difference": each.difference.value,
             "difference_low": each.difference.low, "difference_high": each.difference.high,
             "told": each.difference.told}
            for each in self.teller.found.swings
        ]  # fmt: skip
        return pandas.DataFrame(rows)

    def _parts(self) -> Iterator[Any]:
        yield from self.teller.sentences()
        yield from self.teller.tables()


def sensitivity(  # as the command: each is a part of the question
    scenario: Scenario,
    outcome: str,
    *,
    method: str = "morris",
    by: str = "parameter",
    n: int = 1000,
    top: int = 10,
    seed: int = 1,
) -> Sensitivity:
    """Which assumption carries an answer: ranges screened, varied one by one, and their share against chance.

    Args:
        scenario: whose ranges.
        outcome: a column of a run, or a comparison: `truce.deals>0`, `truce.ending=broken`.
        method: `morris` or `sobol`.
        by: whose Sobol indices: `parameter` or `block`.
        n: replications at each end of a range, at least 50; all else takes its size from it.
        top: how many ranges are looked at closely, 1 to 40.
        seed: what every draw follows from.

    Raises:
        CannotCompile: the compiled engine, which it takes, is not there or cannot run the scenario.
        UnknownOutcome: no run has such an outcome.
        TypeError: it is no scenario, or a number is not whole.
        ValueError: the scenario has no range, or a number is out of range.
        RunsFailed: runs came to no result.
    """
    require_kind(scenario, Scenario)
    require_whole(0, seed=seed, n=n, top=top)
    prepared = ready_for("a sensitivity analysis", scenario.case)
    from sim.show.sensitivity import Teller
    from sim.study.sensitivity import FEWEST, Asked, By, Method, analyse

    if n < FEWEST or not 1 <= top <= MOST_TOP:
        raise ValueError(f"n = {n}, top = {top}: expected n of {FEWEST} or more, and top from 1 to {MOST_TOP}")
    read = Outcome.read(outcome, column_names(scenario.case))
    asked = Asked(read, Method(method), By(by), n, top, seed)
    return Sensitivity(Teller(analyse(prepared, asked, cores()), asked, scenario.title))
