"""A scenario file that was read, and variants of it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas

import sim
from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.faults import Fault, InvalidScenario, nearest
from sim.scenario.reading import doubts, read
from sim.scenario.tree import is_file, why_no_file
from sim.study.plan import setting_text
from sim.terms import DISCLAIMER

Changes = Mapping[str, object] | Sequence[str]
"""Values by path, None to take a thing away; or texts such as the command's `--set` takes."""
CASES = Path("scenarios", "cases")
"""Where the shipped scenarios are, below the working folder or in the clone that the package stands in."""


@dataclass(frozen=True, slots=True, repr=False)
class Scenario:
    """A scenario, checked and compiled, with the changes that make it a variant."""

    file: Path
    sets: tuple[str, ...]
    """Changes to the file, as `path=value`, in order."""
    case: Case = field(compare=False)
    """As the engines read it."""
    doubts: tuple[Fault, ...] = field(default=(), compare=False)
    """What is legal but doubtful: what `parley validate` warns of."""

    def variant(self, changes: Changes) -> "Scenario":
        """The same with something changed; this one stays as it is.

        Replication K of a variant and replication K of the scenario share their luck, draw by draw.

        Args:
            changes: values by path, such as `{"ceasefire.preconditions.russia.monitored": None}`, None to take a
                thing away; or texts, such as `["horizon=60"]`.

        Raises:
            InvalidScenario: a path is not there, or the scenario is none any more; every fault.
        """
        return _read(self.file, (*self.sets, *_as_sets(changes)))

    @property
    def title(self) -> str:
        """What the file calls itself."""
        return self.case.title

    @property
    def preconditions(self) -> pandas.DataFrame:
        """Every precondition, a row each: `track`, `party`, `name`, `gate` (of what it guards), `path` (to change it).

        A row's `path` with the value None, given to `variant`, takes the precondition away.
        """
        rows = [
            {
                "track": track.name,
                "party": (party := self.case.parties[each.holder].name),
                "name": each.name,
                "gate": each.gate.name.lower(),
                "path": f"{track.name}.preconditions.{party}.{each.name}",
            }
            for track in self.case.tracks
            for each in track.preconditions
        ]
        return pandas.DataFrame(rows, columns=["track", "party", "name", "gate", "path"])

    @property
    def assumptions(self) -> pandas.DataFrame:
        """Every number that replications draw from a range, a row each.

        `path`, `low`, `middle`, `high` (of a triangular distribution), `status` (who stands behind it), `because`.
        """
        columns = ["path", "low", "middle", "high", "status", "because"]
        rows = [
            (each.path, value.low, value.middle, value.high, value.status.value, value.reason)
            for each in self.case.parameters
            if (value := each.value).uncertain
        ]
        return pandas.DataFrame(rows, columns=columns)

    def __repr__(self) -> str:
        """The scenario in a few lines."""
        case = self.case
        lines = [
            f"{case.title} ({self.file.as_posix()})",
            *(f"  with {change}" for change in self.sets),
            f"  {case.start}, {case.horizon} days; parties: {', '.join(each.name for each in case.parties)}",
            *[f"  mediators: {', '.join(each.name for each in case.mediators)}"][: len(case.mediators)],
            f"  tracks: {', '.join(f'{each.name} ({len(each.preconditions)} preconditions)' for each in case.tracks)}",
            f"  {len(self.assumptions)} numbers are drawn from a range",
            *[f"  {len(self.doubts)} doubtful: see .doubts"][: len(self.doubts)],
            DISCLAIMER,
        ]
        return "\n".join(lines)


def load(scenario: str | os.PathLike[str], changes: Changes = ()) -> Scenario:
    """Read a scenario, and check everything in it.

    Args:
        scenario: a file; or the name of a shipped one, such as `march-2025`.
        changes: what to change in it, as `Scenario.variant` takes it.

    Raises:
        FileNotFoundError: there is no such file, and none is shipped by that name.
        InvalidScenario: every fault that was found.

    >>> load("march-2025").case.horizon
    120
    """
    return _read(_find(Path(scenario)), _as_sets(changes))


def _read(file: Path, sets: tuple[str, ...]) -> Scenario:
    reading = read(file, sets)
    try:
        case = compile_case(reading)
    except InvalidScenario as invalid:
        raise InvalidScenario([*reading.warnings, *invalid.faults]) from None
    return Scenario(file, sets, case, (*reading.warnings, *doubts(case, reading)))


def _find(given: Path) -> Path:
    """The file that is meant, as a path from the working folder where that is shorter."""
    if is_file(given):
        return given
    places = [CASES, Path(sim.__path__[0]).parent / CASES]
    for place in places if given.name == str(given) else ():
        file = place / given.name if given.suffix == ".yaml" else place / f"{given.name}.yaml"
        if is_file(file):
            return file if not file.is_absolute() else _near(file)
    shipped = {file.stem for place in places for file in place.glob("*.yaml")}
    guess = nearest(given.stem, sorted(shipped))
    hint = f"; did you mean '{guess}'?" if guess else ""
    raise FileNotFoundError(f"'{given}': {why_no_file(given)}{hint}")


def _near(file: Path) -> Path:
    try:
        return Path(os.path.relpath(file))
    except ValueError:  # on another drive
        return file


def _as_sets(changes: Changes) -> tuple[str, ...]:
    if isinstance(changes, str):
        raise TypeError(f"changes are values by path, or a list of texts: expected ['{changes}'], found '{changes}'")
    if isinstance(changes, Mapping):
        return tuple(setting_text(path, value) for path, value in changes.items())
    return tuple(changes)
