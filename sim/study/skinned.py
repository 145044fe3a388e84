"""A batch under a skin: planned on its scenarios as they are, and run, kept and told under other names."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sim.scenario.case import Case
from sim.scenario.skin import FICTIONAL, TITLE, UNSHOWN, Skin, fictional
from sim.study.plan import Base, Leg, Plan, Point, ScenarioChanged, matches, union_of_columns
from sim.study.results import A_CHANGE, A_SCENARIO


@dataclass(frozen=True)
class SkinnedPlan(Plan):
    """A plan of which everything that is kept or told has other names."""

    real: Plan | None = None
    """The same under its own names: what is read anew is read by it."""
    names: Skin = Skin({})  # noqa: RUF009  # it is frozen

    @cached_property
    def identity(self) -> str:
        """Hash of everything that the tables of the batch depend on, of which it says nothing."""
        assert self.real is not None
        return hashlib.sha256(f"{self.skin} {replace(self.real, engine=self.engine).identity}".encode()).hexdigest()

    def leg(self, point: Point, first: int, count: int) -> Leg:
        """So many replications of a point. Raises ScenarioChanged, which does not say which."""
        assert self.real is not None
        try:
            leg = self.real.leg(self.real.points[point.number], first, count)
        except ScenarioChanged:
            raise ScenarioChanged("a file was changed while the batch was running") from None
        case = None if leg.case is None else self.names.extended(leg.case).dress(leg.case)
        return replace(leg, point=point, sets=(A_CHANGE,) * len(leg.sets), case=case)


def under_skin(
    plan: Plan, cases: Sequence[Case], labels_of: Callable[[Case], Mapping[str, Mapping[str, str]]]
) -> SkinnedPlan:
    """Put a skin over a plan.

    Args:
        plan: the batch under its own names.
        cases: its scenarios, and every other case of which it keeps outcomes.
        labels_of: what a reader calls the names of a case.
    """
    skin = fictional([*(base.case for base in plan.bases), *cases])
    columns = union_of_columns([skin.dress(case) for case in cases])
    of_real = dict(zip(plan.columns, columns, strict=True))
    shown = {name: value for name, value in vars(plan).items() if name in Plan.__dataclass_fields__}
    return SkinnedPlan(
        **shown
        | {
            "name": FICTIONAL,
            "title": TITLE,
            "bases": tuple(_base(base, plan.bases, skin, labels_of) for base in plan.bases),
            "factors": _factors(plan, skin),
            "points": _points(plan, skin),
            "columns": columns,
            "keep": plan.keep if plan.keep == ("*",) else _keep(plan, of_real),
            "skin": FICTIONAL,
        },
        real=plan,
        names=skin,
    )


def _base(
    base: Base, bases: Sequence[Base], skin: Skin, labels_of: Callable[[Case], Mapping[str, Mapping[str, str]]]
) -> Base:
    """A scenario without its file: named by its place among all, and its variant likewise."""
    scenarios = list(dict.fromkeys(each.scenario for each in bases))
    variants = list(dict.fromkeys(each.variant for each in bases if each.variant))
    place = scenarios.index(base.scenario)
    variant = f"variant {variants.index(base.variant) + 1}" if base.variant else ""
    title = ", ".join(filter(None, [f"{TITLE} ({place + 1})" if len(scenarios) > 1 else TITLE, variant]))
    case = replace(skin.dress(base.case), title=title)
    return Base(
        scenario=f"{FICTIONAL}-{place + 1}" if len(scenarios) > 1 else FICTIONAL,
        variant=variant,
        file=A_SCENARIO,
        sets=(A_CHANGE,) * len(base.sets),
        case=case,
        labels=labels_of(case),
    )


def _factors(plan: Plan, skin: Skin) -> tuple[str, ...]:
    shown: list[str] = []
    for place, path in enumerate(plan.factors):
        name = skin.path(path)
        shown.append(f"{name} ({place + 1})" if name in shown else name)
    return tuple(shown)


def _points(plan: Plan, skin: Skin) -> tuple[Point, ...]:
    """The points with every value that is no number, and no name that has another, as one of so many."""
    told: list[dict[str, Any]] = [{} for _ in plan.factors]
    for point in plan.points:
        for values, value in zip(told, point.settings, strict=True):
            values.setdefault(repr(value), _value(value, len(values) + 1, skin))
    return tuple(
        replace(point, settings=tuple(values[repr(value)] for values, value in zip(told, point.settings, strict=True)))
        for point in plan.points
    )


def _value(value: Any, number: int, skin: Skin) -> Any:
    if isinstance(value, str):
        shown = skin.path(value)
        return shown if value.isidentifier() and shown != UNSHOWN else f"value {number}"
    parts = value if isinstance(value, list) else [value]
    return value if all(part is None or isinstance(part, int | float) for part in parts) else f"value {number}"


def _keep(plan: Plan, of_real: Mapping[str, str]) -> tuple[str, ...]:
    """The outcomes that are kept, one by one; and of which tracks what would have unlocked them."""
    tracks = [name.removesuffix(".ending") for name in of_real if name.endswith(".ending")]
    unlocks = (
        f"{of_real[f'{track}.ending'].removesuffix('.ending')}.unlock.*"
        for track in tracks
        if matches(f"{track}.unlock.", plan.keep)
    )
    return (*(of_real[name] for name in plan.kept), *unlocks)
