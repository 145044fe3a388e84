"""A question becomes a plan: its scenarios are read and compiled, and every value of a factor is tried on each."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.faults import Fault, InvalidScenario, Place, Report, nearest
from sim.scenario.reading import Reading, doubts, read
from sim.study.batch_file import Question
from sim.study.plan import (
    Base,
    Plan,
    Point,
    full_path,
    hash_of,
    keeps_any,
    parameter_at,
    setting_text,
    union_of_columns,
    with_numbers,
)
from sim.study.skinned import under_skin
from sim.study.sweep import Factor, settings

Warn = Callable[[Iterable[Fault]], None]


def plan_of(
    question: Question,
    sets: Sequence[str],
    engine: str,
    labels_of: Callable[[Case], Mapping[str, Mapping[str, str]]],
    warn: Warn,
    skin: str = "",
) -> Plan:
    """Read and compile what a question asks about.

    Args:
        question: the batch, from a file or from options.
        sets: changes to every scenario, as `path=value`.
        engine: who will run it.
        labels_of: what a reader calls the names of a case.
        warn: told what is doubtful in a scenario.
        skin: under which names it is told; empty for those of the files.

    Raises:
        InvalidScenario: every fault that was found; one in a value of the batch file has its place there.
    """
    report, bases = Report(), list[Base]()
    faults: list[Fault] = []
    doubtful: dict[str, Fault] = {}
    for file, place in question.scenarios:
        for variant in question.variants:
            changes = tuple(setting_text(path, value) for path, value in variant.sets.items())
            places = dict(zip(changes, variant.places.values(), strict=True))
            try:
                base = _base(file, (*sets, *changes), variant.name, doubtful)
            except InvalidScenario as invalid:
                faults += _led_back(invalid.faults, places, ["variants", variant.name])
                continue
            if any((base.scenario, base.variant) == (other.scenario, other.variant) for other in bases):
                report.fault(place, ["scenarios"], f"'{base.scenario}', '{base.variant}' is the name of another")
            bases.append(replace(base, labels=labels_of(base.case)))
    if faults or report.faults:
        raise InvalidScenario([*faults, *report.faults])
    warn(doubtful.values())
    _require_distinct(question, bases)
    direct, cases = _try_factors(question, bases)
    columns = union_of_columns(cases)
    _require_outcomes(question, list(columns))
    points = [
        Point(number, at, values)
        for number, (at, values) in enumerate(
            (at, values)
            for at in range(len(bases))
            for values in settings(question.factors, question.design, question.count, question.seed)
        )
    ]
    plan = Plan(
        name=question.name or _name(bases),
        title=question.title or bases[0].case.title,
        bases=tuple(bases),
        factors=tuple(factor.path for factor in question.factors),
        by_number=direct,
        points=tuple(points),
        columns=columns,
        replications=question.replications,
        seed=question.seed,
        central=question.central,
        engine=engine,
        keep=question.keep,
        chunk_size=question.chunk,
    )
    return under_skin(plan, cases, labels_of) if skin else plan


def _base(file: str, sets: tuple[str, ...], variant: str, doubtful: dict[str, Fault]) -> Base:
    reading = read(file, sets)
    try:
        case = compile_case(reading)
    except InvalidScenario as invalid:
        raise InvalidScenario([*reading.warnings, *invalid.faults]) from None
    doubtful |= {str(fault): fault for fault in (*reading.warnings, *doubts(case, reading))}
    root, own = _root(reading), Path(file).stem
    names = ([own.removeprefix(f"{root}-")] if own != root else []) + ([variant] if variant else [])
    return Base(
        scenario=root,
        variant=", ".join(names),
        file=file,
        sets=sets,
        case=case,
        sources=tuple((str(path), hash_of(path)) for path in reading.files),
        resolved=reading.scenario.model_dump(mode="json", by_alias=True, exclude_none=True),
    )


def _root(reading: Reading) -> str:
    """Name of the file under everything that a scenario extends."""
    claims = {os.path.normpath(reading.resolve(s.claims)) for s in reading.scenario.sources.values() if s.claims}
    files = [path for path in reading.files if os.path.normpath(path) not in claims]
    return files[-1].stem


def _name(bases: Sequence[Base]) -> str:
    files = list(dict.fromkeys(base.file for base in bases))
    first = Path(files[0]).stem
    return first if len(files) == 1 else f"{first}-and-{len(files) - 1}-more"


def _require_distinct(question: Question, bases: Sequence[Base]) -> None:
    """Make sure that no two factors set the same thing, however their paths are written. Raises InvalidScenario."""
    report, seen = Report(), dict[tuple[int, str], str]()
    for factor in question.factors:
        for at, base in enumerate(bases):
            key = (at, full_path(base.case, factor.path))
            if key in seen:
                message = f"varied twice: '{seen[key]}' came before"
                report.fault(question.places[factor.path], ["factors", factor.path], message)
                break
            seen[key] = factor.path
    if report.faults:
        raise InvalidScenario(report.faults)


def _require_outcomes(question: Question, columns: Sequence[str]) -> None:
    """Make sure that every pattern to keep fits an outcome. Raises InvalidScenario."""
    report = Report()
    sets = [f"{name.removesuffix('.ending')}.unlock.*" for name in columns if name.endswith(".ending")]
    for pattern in question.keep:
        if not keeps_any(pattern, columns):
            parts = [name.partition(".") for name in columns]
            patterns = [f"{first}.*" for first, _, _ in parts] + [f"*.{last}" for _, _, last in parts]
            place = question.kept_at.get(pattern, question.scenarios[0][1])
            report.fault(
                place, ["keep"], f"'{pattern}' fits no outcome", nearest(pattern, [*columns, *patterns, *sets])
            )
    if report.faults:
        raise InvalidScenario(report.faults)


def _try_factors(question: Question, bases: Sequence[Base]) -> tuple[tuple[dict[int, int], ...], list[Case]]:
    """For every factor the parameters that it sets directly, by base; and every case that was compiled on the way."""
    faults: list[Fault] = []
    cases = [base.case for base in bases]
    direct: list[dict[int, int]] = []
    for factor in question.factors:
        where: dict[int, int] = {}
        for at, base in enumerate(bases):
            try:
                parameter, tried = _try(factor, base)
            except InvalidScenario as invalid:
                change = {setting_text(factor.path, value): question.places[factor.path] for value in factor.ends}
                led = _led_back(invalid.faults, change, ["factors", factor.path])
                hint = "whole: true" if _needs_whole(factor, base) else ""
                faults += [replace(fault, suggestion=fault.suggestion or hint) for fault in led]
                continue
            cases += tried
            if parameter is not None:
                where[at] = parameter
        direct.append(where)
    if faults:
        raise InvalidScenario(list(dict.fromkeys(faults)))
    return tuple(direct), cases


def _needs_whole(factor: Factor, base: Base) -> bool:
    """Whether a range that no scenario can have would do if its values were rounded."""
    if factor.whole or not factor.low < factor.high:
        return False
    try:
        _try(replace(factor, values=(), whole=True), base)
    except InvalidScenario:
        return False
    return True


def _try(factor: Factor, base: Base) -> tuple[int | None, list[Case]]:
    """Read the scenario with the values at the ends of a factor, and see whether it does no more than set a parameter.

    Where it does no more, the scenario need not be read again for each of its values: a parameter is set in the case
    that was compiled. That this comes to the same is not taken for granted but seen, in the digests.
    """
    faults: list[Fault] = []
    found: list[tuple[Any, Case]] = []
    for value in factor.ends:
        try:
            found.append((value, compile_case(read(base.file, (*base.sets, setting_text(factor.path, value))))))
        except InvalidScenario as invalid:
            faults += invalid.faults
    if faults:
        raise InvalidScenario(faults)
    parameter = parameter_at(base.case, factor.path)
    same = parameter is not None and all(
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and with_numbers(base.case, [(parameter, float(value))]).digest == case.digest
        for value, case in found
    )
    return (parameter if same else None), [case for _, case in found]


def _led_back(faults: Iterable[Fault], places: Mapping[str, Place], path: Sequence[str]) -> list[Fault]:
    """Faults of a change, told where the batch says it; those of the scenario itself stay where they are."""
    led = []
    for fault in faults:
        place = places.get(fault.file.removeprefix("--set "))
        if place is None:
            led.append(fault)
            continue
        report = Report()
        report.fault(place, path, f"{fault.file.removeprefix('--set ')}: {fault.message}", fault.suggestion)
        led += report.faults
    return led
