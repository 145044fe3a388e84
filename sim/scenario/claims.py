"""Claims files: what one document says, claim by claim, with who says it and which other claims disagree."""

import datetime
import math
import re
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLFutureWarning
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

MOST_BYTES = 1_048_576
"""A claims file larger than this is refused unread."""


def _figure(raw: Any) -> Any:
    """What is claimed: a finite number, a text or a day; a switch would otherwise pass for 1 or 0."""
    if isinstance(raw, str) or _is_day(raw) or raw is None:
        return raw
    if isinstance(raw, int | float) and not isinstance(raw, bool) and math.isfinite(raw):
        return raw
    raise PydanticCustomError("figure", "expected a finite number, a text or a day")


def _when(raw: Any) -> Any:
    """A day, or a month where the document names no day."""
    if raw is None or _is_day(raw) or (isinstance(raw, str) and MONTH.fullmatch(raw)):
        return raw
    raise PydanticCustomError("when", "expected a day (2025-03-19) or a month (2025-03)")


def _is_day(raw: Any) -> bool:
    return isinstance(raw, datetime.date) and not isinstance(raw, datetime.datetime)


MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
ClaimName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
DocumentName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Reference = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*\.[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Figure = Annotated[float | int | str | datetime.date | None, PlainValidator(_figure)]
When = Annotated[datetime.date | str | None, PlainValidator(_when)]


class ClaimsPart(BaseModel):
    """Anything in a claims file: immutable once read, and nothing extra allowed."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, strict=True)


class Document(ClaimsPart):
    """The document that a claims file puts into claims."""

    id: DocumentName = Field(description="the file's own name without its ending; other files refer to it")
    kind: Text = Field(description="news report, agency report, joint statement, dataset, ...")
    title: Text
    published: datetime.date
    url: str = ""
    note: str = ""


class Claim(ClaimsPart):
    """One thing that somebody said: what, how much, who said it, when, and who says otherwise."""

    what: Text = Field(description="what is claimed, in our words")
    value: Figure = Field(None, description="the figure, name or date claimed; left out where there is none")
    unit: str = ""
    by: Text = Field(description="who claims it, as the document attributes it")
    on: When = Field(None, description="day or month of which it is claimed")
    from_: str = Field("", alias="from", description="who gives, where something changes hands")
    to: str = Field("", description="who receives")
    note: str = ""
    disagrees: tuple[Reference, ...] = Field(
        (), strict=False, description="claims that say otherwise, as `document.claim`"
    )


class ClaimsFile(ClaimsPart):
    """A document and its claims by name."""

    document: Document
    claims: dict[ClaimName, Claim] = Field(min_length=1)


class ClaimsFault(NamedTuple):
    """One thing wrong with a claims file; line and column count from 1."""

    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        """The fault as `line:column: path: message`."""
        where = f"{self.path}: " if self.path else ""
        return f"{self.line}:{self.column}: {where}{self.message}"


class InvalidClaims(ValueError):
    """A claims file that cannot be used, with everything that is wrong with it."""

    def __init__(self, path: Path, faults: list[ClaimsFault]) -> None:
        """Keep the file and its faults.

        Args:
            path: the claims file.
            faults: at least one fault, in the order of the file.
        """
        self.path = path
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{path}:{fault}" for fault in faults))


def load_claims(path: Path) -> ClaimsFile:
    """Read a claims file and check its form; whether its cross-references exist is not checked here.

    Args:
        path: a YAML file of the form that `seeds/README.md` describes.

    Returns:
        The document and its claims.

    Raises:
        InvalidClaims: the file is missing, too large, not UTF-8, not YAML, or not of that form.
    """
    text = _text(path)
    parser = YAML(typ="safe", pure=True)
    try:
        raw = parser.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise InvalidClaims(path, [ClaimsFault(line, column, "", error.problem or "not readable as YAML")]) from None
    except (YAMLError, YAMLFutureWarning, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise InvalidClaims(path, [ClaimsFault(1, 1, "", f"not readable as YAML: {reason}")]) from None
    except RecursionError:
        raise InvalidClaims(path, [ClaimsFault(1, 1, "", "nested too deeply")]) from None
    if not isinstance(raw, dict):
        raise InvalidClaims(path, [ClaimsFault(1, 1, "", "expected a mapping with 'document' and 'claims'")])
    try:
        return ClaimsFile.model_validate(raw)
    except ValidationError as error:
        root = YAML(typ="safe", pure=True).compose(text)
        details = error.errors(include_url=False, include_input=False, include_context=False)
        raise InvalidClaims(path, _faults(details, root)) from None


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidClaims(path, [ClaimsFault(1, 1, "", f"cannot be read: {error.strerror}")]) from None
    if len(data) > MOST_BYTES:
        raise InvalidClaims(path, [ClaimsFault(1, 1, "", f"larger than {MOST_BYTES} bytes")])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidClaims(path, [ClaimsFault(line, 1, "", "not UTF-8")]) from None


def _faults(details: list[Any], root: Node) -> list[ClaimsFault]:
    """Turn the checker's findings into faults with positions: one for each place, in the order of the file."""
    found: dict[tuple[int, int, str], ClaimsFault] = {}
    for detail in details:
        mark, trail = _place(root, detail["loc"])
        message = {
            "missing": f"'{detail['loc'][-1]}' is missing",
            "extra_forbidden": f"unknown key '{detail['loc'][-1]}'",
            "dict_type": "expected a mapping",
            "model_type": "expected a mapping",
            "string_type": "expected text",
            "string_too_short": "expected text, found nothing",
            "string_pattern_mismatch": "expected a reference such as 'document-id.claim_name'"
            if "disagrees" in detail["loc"]
            else "expected a name: small letters and digits, joined by _ (claims) or - (documents)",
        }.get(detail["type"], detail["msg"])
        fault = ClaimsFault(mark.line + 1, mark.column + 1, ".".join(trail), message)
        found.setdefault((fault.line, fault.column, fault.path), fault)
    return [found[key] for key in sorted(found)]


def _place(root: Node, location: tuple[int | str, ...]) -> tuple[Any, list[str]]:
    """Follow a location as far as the file goes; steps that are not in the file (kinds of value) are passed over."""
    node, mark, trail = root, root.start_mark, list[str]()
    for step in location:
        if isinstance(node, MappingNode):
            for key, value in node.value:
                if key.value == step:
                    node, mark = value, key.start_mark
                    trail.append(str(step))
                    break
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            mark = node.start_mark
            trail.append(str(step))
    return mark, trail
