"""Numbers that say where they come from: reported, disputed, derived, assumed, calibrated, or nobody's."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


class Status(StrEnum):
    """Who stands behind a number."""

    UNATTRIBUTED = "unattributed"
    REPORTED = "reported"
    DISPUTED = "disputed"
    DERIVED = "derived"
    ASSUMED = "assumed"
    CALIBRATED = "calibrated"


@dataclass(frozen=True, slots=True)
class Value:
    """A number with its range and its origin; `low == middle == high` where it is not uncertain.

    An uncertain value is drawn once per replication from the triangular distribution of the three.
    """

    low: float
    middle: float
    high: float
    status: Status = Status.UNATTRIBUTED
    reason: str = ""
    """Why it was assumed, what it was calibrated to, or what it was derived from."""
    claims: tuple[str, ...] = ()
    """References to claims, as `source.claim`; the first is the one in use."""
    by: str = ""
    source: str = ""
    date: str = ""
    note: str = ""
    shipped: bool = False
    """True where the number is a default of the laboratory, not of the scenario."""

    @property
    def uncertain(self) -> bool:
        """Whether the value is a range that each replication draws from."""
        return self.low != self.high


def bare(number: float) -> Value:
    """A number that nobody is named for.

    >>> bare(3).middle, bare(3).status.value
    (3.0, 'unattributed')
    """
    return Value(float(number), float(number), float(number))


def in_order(raw: Sequence[Any]) -> tuple[float, float, float]:
    """Low, middle and high of a range, or of a single number. Raises ValueError for anything else.

    >>> in_order([22]), in_order([0.25, 0.29, 0.33])
    ((22.0, 22.0, 22.0), (0.25, 0.29, 0.33))
    """
    if len(raw) not in (1, 3) or any(isinstance(part, bool) or not isinstance(part, int | float) for part in raw):
        found = repr(raw[0]) if len(raw) == 1 else f"{len(raw)} values"
        raise ValueError(f"expected a number or [low, middle, high], found {found}")
    low, middle, high = (float(raw[part]) for part in (0, len(raw) // 2, -1))
    if not all(math.isfinite(part) for part in (low, middle, high)):
        raise ValueError("expected finite numbers")
    if low > middle or middle > high:
        first, second = ("low", "middle") if low > middle else ("middle", "high")
        least, most = (low, middle) if low > middle else (middle, high)
        raise ValueError(f"a range reads [low, middle, high]: {first} {least:g} is above {second} {most:g}")
    return low, middle, high


def _as_value(raw: Any) -> Value:
    if isinstance(raw, Value):
        return raw
    try:
        return Value(*in_order(raw if isinstance(raw, list) else [raw]))
    except ValueError as error:
        raise PydanticCustomError("number", "{problem}", {"problem": str(error)}) from None


@dataclass(frozen=True, slots=True)
class Within:
    """Marks a `Value` field whose whole range must lie within `least` and `most`, and over `above`.

    `fixed` refuses a range: the number is part of the terms or of a scale, and is the same in every
    replication.
    """

    least: float = -math.inf
    most: float = math.inf
    above: float = -math.inf
    fixed: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read a number, a `[low, middle, high]`, or a value that already knows its origin."""
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """How an editor sees it: a number within the range, or one with its status."""
        limits = {"minimum": self.least, "maximum": self.most, "exclusiveMinimum": self.above}
        number = {"type": "number", **{key: limit for key, limit in limits.items() if math.isfinite(limit)}}
        return {"anyOf": [number, ATTRIBUTED]}

    def check(self, raw: Any) -> Value:
        """The value, if it is one and lies within the range."""
        value = _as_value(raw)
        if value.low < self.least:
            raise _out_of_range(value.low, f"at least {self.least:g}")
        if value.low <= self.above:
            raise _out_of_range(value.low, f"above {self.above:g}")
        if value.high > self.most:
            raise _out_of_range(value.high, f"at most {self.most:g}")
        if self.fixed and value.uncertain:
            raise PydanticCustomError("range_not_allowed", "a range is not possible here: give one number")
        return value


def _out_of_range(found: float, limit: str) -> PydanticCustomError:
    return PydanticCustomError(
        "out_of_range", "{found} is out of range: must be {limit}", {"found": f"{found:g}", "limit": limit}
    )


ATTRIBUTED: dict[str, Any] = {
    "type": "object",
    "description": "a number with its status: reported, disputed, derived, assumed or calibrated",
}
