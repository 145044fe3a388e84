"""A calibration file is read like a scenario: every fault with its place, all faults at once, nothing unknown."""

import csv
import datetime
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.scenario.case import Case
from sim.scenario.claims import InvalidClaims, load_claims
from sim.scenario.compiling import compile_case
from sim.scenario.faults import InvalidScenario, Place, Report, nearest
from sim.scenario.reading import Reading, doubts, read
from sim.scenario.tree import Node, Positions, Unreadable, is_file, is_number, parse, plain, read_text
from sim.scenario.values import in_order
from sim.study.abc_sampling import Prior
from sim.study.calibrate_data import BadRow, Columns, read_table
from sim.study.calibrate_statistics import OF_EXCHANGES, Exchanges, Window, exchange_statistics, hazard_of
from sim.study.plan import parameter_at, setting_text, with_numbers

Text = Annotated[str, Field(min_length=1)]
Whole = Annotated[int, Field(ge=1, le=10_000_000, strict=True)]


class Part(BaseModel):
    """Anything in a calibration file: frozen, and nothing extra allowed."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Data(Part):
    """What is fitted to: claims, each statistic its own; or a table of exchanges, from which they are computed."""

    claims: Text | None = Field(None, description="a file of claims")
    exchanges: Text | None = Field(None, description="a CSV file with a row for each exchange")
    date: Text = Field("date", description="its column of days")
    returned: dict[str, Text] = Field(
        default_factory=dict, description="by party: its column of persons who returned to it; sizes are the first's"
    )
    only: dict[str, Text] = Field(default_factory=dict, description="by column: what a row must have there to count")


class Days(Part):
    """A stretch of days, both included."""

    from_: datetime.date = Field(alias="from")
    to: datetime.date


class Statistic(Part):
    """One statistic: how far off counts as one, and the claim that says what was observed."""

    scale: Annotated[float, Field(gt=0, le=1e9)]
    claim: Text | None = None


class Asked(Part):
    """A calibration file."""

    parley: Literal[1]
    calibration: Text = Field(description="title")
    about: str = ""
    scenario: Text = Field(description="path of the scenario, relative to this file")
    track: Text
    parameters: dict[str, Any] = Field(min_length=1, description="by path: its prior, a range or the word `assumed`")
    data: Data
    fitted_to: Text = Field(description="what the calibrated values will say that they were fitted to")
    fit: Days | None = None
    held_out: Days | None = None
    statistics: dict[str, Statistic] = Field(min_length=1)
    replications: Whole = Field(1, description="of each particle; with 1, a particle is one history")
    first: Whole = Field(2000, description="particles drawn from the priors")
    kept: Whole = Field(500, description="particles kept of each round")
    rounds: Annotated[int, Field(ge=0, le=1000, strict=True)] = 20
    least_new: Annotated[float, Field(ge=0, lt=1)] = 0.05
    predictions: Whole = Field(1000, description="particles simulated anew to see what the posterior predicts")
    seed: Annotated[int, Field(ge=0, le=2**63 - 1, strict=True)] = 1


MODELS: Mapping[str, type[Part]] = {"data": Data, "fit": Days, "held_out": Days, "statistics": Statistic}
"""What may stand under the keys of a file that hold keys of their own."""


EXPECTED = {
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "a number"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number"),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), "a date such as 2024-12-30"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "a mapping, lines that read key: value"),
    **dict.fromkeys(("string_type", "string_too_short"), "text"),
}
"""What should stand in the place of what a model complains of."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A calibration file that was checked against its scenario and its data."""

    file: Path
    asked: Asked
    scenario: Path
    reading: Reading
    case: Case
    track: int
    other: int
    """Ordinal of the party that releases those whom sizes count; -1 where there are hazards only."""
    places: tuple[int, ...]
    """Of the parameters, in the case."""
    paths: tuple[str, ...]
    """Of the parameters, as the case has them."""
    priors: tuple[Prior, ...]
    windows: tuple[Window, ...]
    """Of the fit and, where there is one, of what was held out."""
    observed: tuple[tuple[float, ...], ...]
    """By window, each statistic; not a number where nothing says what it was."""


def read_calibration(file: Path) -> tuple[Calibration, list[str]]:
    """Read a calibration file and all that it names; also what is doubtful in the scenario.

    Raises:
        InvalidScenario: every fault that was found, of the file, of its scenario or of its data.
    """
    report = Report()
    try:
        text, source = read_text(file, str(file), report)
        root = parse(source, text, report)
    except Unreadable:
        raise InvalidScenario(report.faults) from None
    reader = _Reader(file, root, report)
    asked = reader.asked()
    found = reader.calibration(asked) if asked is not None else None
    if found is None or report.faults:
        raise InvalidScenario(sorted(report.faults, key=lambda fault: (fault.line, fault.column)))
    return found, [str(fault) for fault in (*found.reading.warnings, *doubts(found.case, found.reading))]


class _Reader:
    """Takes a calibration file apart; what is wrong is reported."""

    def __init__(self, file: Path, root: Node, report: Report) -> None:
        self.file, self.root, self.report = file, root, report
        self.at = Positions(root)

    def asked(self) -> Asked | None:
        if not self.root.entries:
            self.report.fault(self.root.place, [], "expected a mapping, lines that read key: value")
            return None
        try:
            return Asked.model_validate(plain(self.root))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._complain(detail)
            return None

    def _complain(self, detail: Mapping[str, Any]) -> None:
        found, name = self.at.find(detail["loc"]), str(detail["loc"][-1])
        model = MODELS.get(found.path[0], Asked) if len(detail["loc"]) > 1 else Asked
        keys = [field.alias or key for key, field in model.model_fields.items()]
        if found.node.faulty:
            return
        if detail["type"] == "missing":
            self.report.fault(found.key, found.path, f"missing key '{name}'")
        elif detail["type"] == "extra_forbidden":
            self.report.fault(found.key, found.path, f"unknown key '{name}'", nearest(name, keys))
        else:
            given = detail["input"] if isinstance(detail["input"], str | int | float) else "a list or mapping"
            message = str(detail["msg"])
            wrong = f"expected {EXPECTED[detail['type']]}" if detail["type"] in EXPECTED else message.lower()
            self.report.fault(found.place, found.path, f"'{given}': {wrong}")

    def calibration(self, asked: Asked) -> Calibration | None:
        scenario = self._file(asked.scenario, ["scenario"])
        if scenario is None:
            return None
        reading = read(scenario)
        case = compile_case(reading)
        track = self._one(asked.track, [track.name for track in case.tracks], "track", ["track"])
        windows = self._windows(asked, case)
        chosen = self._parameters(asked, scenario, case)
        self._statistics(asked)
        if asked.kept > asked.first:
            message = f"{asked.kept} of {asked.first} particles cannot be kept"
            self.report.fault(self._place(["kept"]), ["kept"], message)
        other = self._other(asked, case, track) if track is not None and asked.data.returned else -1
        if self.report.faults or track is None:
            return None
        observed = self._observed(asked, case, windows)
        if self.report.faults:
            return None
        places, paths, priors = zip(*chosen, strict=True)
        return Calibration(
            self.file, asked, scenario, reading, case, track, other, places, paths, priors, windows, observed
        )

    def _place(self, path: list[str]) -> Place:
        return self.at.find(path).place

    def _file(self, written: str, path: list[str]) -> Path | None:
        file = Path(os.path.normpath(self.file.parent / written))
        if is_file(file):
            return file
        beside = sorted(other.name for other in file.parent.iterdir()) if file.parent.is_dir() else []
        guess = nearest(file.name, beside)
        self.report.fault(
            self._place(path),
            path,
            f"there is no file {file}",
            (Path(written).parent / guess).as_posix() if guess else "",
        )
        return None

    def _one(self, name: str, known: list[str], kind: str, path: list[str], *, at_key: bool = False) -> int | None:
        if name in known:
            return known.index(name)
        place = self.at.find(path).key if at_key else self._place(path)
        self.report.fault(place, path, f"unknown {kind} '{name}'", nearest(name, known))
        return None

    # Parameters -----------------------------------------------------------------------------------------

    def _parameters(self, asked: Asked, scenario: Path, case: Case) -> list[tuple[int, str, Prior]]:
        chosen = []
        for path, written in asked.parameters.items():
            where = ["parameters", path]
            place = parameter_at(case, path)
            if place is None:
                known = [parameter.path for parameter in case.parameters]
                self._one(
                    path, [*known, *(name.removeprefix("tracks.") for name in known)], "parameter", where, at_key=True
                )
                continue
            prior = self._prior(written, case, place, where)
            if prior is not None:
                self._try(path, prior, scenario, (case, place))
                chosen.append((place, case.parameters[place].path, prior))
        twice = [path for at, (place, path, _) in enumerate(chosen) if place in [other for other, _, _ in chosen[:at]]]
        for path in twice:
            self.report.fault(self.at.find(["parameters"]).key, ["parameters"], f"'{path}' stands here twice")
        return chosen

    def _prior(self, written: Any, case: Case, place: int, where: list[str]) -> Prior | None:
        value = case.parameters[place].value
        if written == "assumed":
            if value.uncertain:
                return Prior(value.low, value.middle, value.high)
            message = f"the scenario has {value.middle:g} here and no range: write [low, middle, high]"
            self.report.fault(self._place(where), where, message)
            return None
        try:
            if not isinstance(written, list) or len(written) != 3 or not all(is_number(number) for number in written):
                raise ValueError("expected [low, middle, high] or the word 'assumed'")
            low, middle, high = in_order(written)
            if low == high:
                raise ValueError("a prior needs a range: low and high are the same")
        except ValueError as error:
            self.report.fault(self._place(where), where, str(error))
            return None
        return Prior(low, middle, high)

    def _try(self, path: str, prior: Prior, scenario: Path, at: tuple[Case, int]) -> None:
        """Whether the scenario can have both ends of a prior, and whether each changes this parameter alone."""
        where = ["parameters", path]
        for end in (prior.low, prior.high):
            try:
                told = compile_case(read(scenario, [setting_text(path, end)]))
            except InvalidScenario as invalid:
                self.report.fault(self._place(where), where, invalid.faults[0].message)
                return
            if told.digest != with_numbers(at[0], [(at[1], end)]).digest:
                self.report.fault(self.at.find(where).key, where, f"{end:g} changes more than this parameter")
                return

    # Data -----------------------------------------------------------------------------------------------

    def _windows(self, asked: Asked, case: Case) -> tuple[Window, ...]:
        last = case.start + datetime.timedelta(days=case.horizon - 1)
        windows = []
        for name, days in (("fit", asked.fit), ("held_out", asked.held_out)):
            if days is None:
                continue
            if not case.start <= days.from_ <= days.to <= last:
                message = f"{days.from_} to {days.to} must lie in order within {case.start} to {last}"
                self.report.fault(self.at.find([name]).key, [name], message)
            windows.append(Window((days.from_ - case.start).days, (days.to - case.start).days))
        if asked.fit is None:
            windows.insert(0, Window(0, case.horizon - 1))
        if asked.held_out is not None and windows[0].first <= windows[1].last and windows[1].first <= windows[0].last:
            self.report.fault(
                self.at.find(["held_out"]).key, ["held_out"], "held-out days must not be among the fitted"
            )
        return tuple(windows)

    def _statistics(self, asked: Asked) -> None:
        by_claims = asked.data.claims is not None
        if by_claims == (asked.data.exchanges is not None):
            self.report.fault(self.at.find(["data"]).key, ["data"], "expected either 'claims' or 'exchanges'")
        for name, statistic in asked.statistics.items():
            where = ["statistics", name]
            if hazard_of(name) is None and name not in OF_EXCHANGES:
                known = [*OF_EXCHANGES, "hazard 0 to 1"]
                self._one(name, known, "statistic", where, at_key=True)
            elif by_claims != (statistic.claim is not None):
                message = "a claim must say what was observed" if by_claims else "it is computed from the exchanges"
                self.report.fault(self.at.find(where).key, where, message)
            elif not by_claims and hazard_of(name) is not None:
                self.report.fault(self.at.find(where).key, where, "exchanges have no hazard: it needs a claim")
            elif name in OF_EXCHANGES and not asked.data.returned:
                message = f"'{name}' needs 'returned', the two parties whose persons are counted"
                self.report.fault(self.at.find(["data"]).key, ["data"], message)

    def _other(self, asked: Asked, case: Case, track: int) -> int:
        where, parties = ["data", "returned"], [party.name for party in case.parties]
        at = [self._one(name, parties, "party", [*where, name], at_key=True) for name in asked.data.returned]
        seats = case.tracks[track].parties
        if None not in at and (len(at) != 2 or set(at) != set(seats)):
            self.report.fault(self.at.find(where).key, where, "expected the two parties of the track, and no other")
        return at[-1] if at[-1] is not None else -1

    def _observed(self, asked: Asked, case: Case, windows: tuple[Window, ...]) -> tuple[tuple[float, ...], ...]:
        if asked.data.claims is not None:
            return (self._claimed(asked.data.claims, asked), (numpy.nan,) * len(asked.statistics))[: len(windows)]
        exchanges = self._exchanges(asked.data, case)
        if exchanges is None:
            return ()
        names = list(asked.statistics)
        observed = tuple(tuple(exchange_statistics(names, exchanges.within(window))) for window in windows)
        for name, number in zip(names, observed[0], strict=True):
            if numpy.isnan(number):
                self.report.fault(
                    self.at.find(["statistics", name]).key, ["statistics", name], "too few exchanges for it"
                )
        return observed

    def _claimed(self, written: str, asked: Asked) -> tuple[float, ...]:
        file = self._file(written, ["data", "claims"])
        if file is None:
            return ()
        try:
            claims = load_claims(file).claims
        except InvalidClaims as invalid:
            self.report.fault(self._place(["data", "claims"]), ["data", "claims"], str(invalid).splitlines()[0])
            return ()
        found = []
        for name, statistic in asked.statistics.items():
            where, claim = ["statistics", name, "claim"], statistic.claim or ""
            if self._one(claim, list(claims), "claim", where) is None:
                continue
            value = claims[claim].value
            if isinstance(value, bool) or not isinstance(value, int | float):
                self.report.fault(self._place(where), where, f"'{claim}' claims '{value}', which is no number")
            else:
                found.append(float(value))
        return tuple(found)

    def _exchanges(self, data: Data, case: Case) -> Exchanges | None:
        file = self._file(data.exchanges or "", ["data", "exchanges"])
        if file is None:
            return None
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                rows = csv.DictReader(lines)
                columns = list(rows.fieldnames or ())
                named = [(data.date, ["data", "date"]), *((c, ["data", "only", c]) for c in data.only)]
                named += [(column, ["data", "returned", party]) for party, column in data.returned.items()]
                if None in [self._one(c, columns, "column", where, at_key="only" in where) for c, where in named]:
                    return None
                first, second = data.returned.values()
                return read_table(rows, Columns(data.date, (first, second), data.only), case.start)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            self.report.fault(self._place(["data", "exchanges"]), ["data", "exchanges"], f"{file}: {error}")
        except BadRow as bad:
            message = f"{file}:{bad.line}: expected {bad.expected}, found '{bad.found}'"
            self.report.fault(self._place(["data", "exchanges"]), ["data", "exchanges"], message)
        return None
