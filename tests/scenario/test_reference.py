import inspect
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sim.cli import door
from sim.scenario import reference, schema
from sim.scenario.claims import load_claims
from sim.scenario.compiling import compile_case
from sim.scenario.defaults import FILE, shipped_defaults
from sim.scenario.expressions import ExpressionFault, Names, compile_expression
from sim.scenario.faults import InvalidScenario
from sim.scenario.features import score_of
from sim.scenario.names import NameTable, parse_target
from sim.scenario.provenance import SAID_WITH
from sim.scenario.reading import Reading, doubts, read, unattributed
from sim.scenario.schema import course, sides, tracks
from sim.scenario.schema.kinds import FEATURES, Part
from sim.terms import Gate, Phase, Role, Seen, Style, Target

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
PAGE = (FOLDER / "scenario.md").read_text(encoding="utf-8")
FENCED = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLE = "example.yaml"
CLAIMS = "lake-post.yaml"
STANDS_FOR = {
    "<fact>": "aid",
    "<issue>": "size",
    "<step>": "swap",
    "<party>": "eastland",
    "<other>": "westland",
    "<holder>": "eastland",
    "<of>": "westland",
    "<category>": "able",
    "<asset>": "fuel",
    "<track>": "exchange",
    "<mediator>": "lake",
    "(days)": "(7)",
}
"""What the placeholders of the page mean in the page's larger example."""


def fragments() -> dict[str, str]:
    """Every YAML example of the page as a whole file, by name: a bare one is a variant of the worked example."""
    whole = {}
    for number, text in enumerate(FENCED):
        named = re.match(r"# (\S+\.yaml)\n", text)
        bare = named is None and not text.startswith("extends:")
        whole[named[1] if named else f"fragment-{number}.yaml"] = f"extends: {EXAMPLE}\n{text}" if bare else text
    return whole


SCENARIOS = [name for name in fragments() if name != CLAIMS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every YAML example of the page."""
    folder = tmp_path_factory.mktemp("page")
    for name, text in fragments().items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def larger(folder: Path) -> Reading:
    """The page's larger example, which has something of every kind."""
    name = next(name for name, text in fragments().items() if "with a truce on the table" in text)
    return read(folder / name)


def section(heading: str) -> str:
    """What stands under a heading, up to the next."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    return found[1]


def rows(head: str, text: str = PAGE) -> list[list[str]]:
    """The cells of the table whose head begins so."""
    found = re.search(rf"^\| {re.escape(head)}.*\n\|[-| ]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert found is not None, head
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in found[1].splitlines()]


def first_codes(head: str) -> list[str]:
    """What the first cells of a table write as code."""
    return [code for cells in rows(head) for code in re.findall(r"`([^`]+)`", cells[0])]


def filled(form: str) -> str:
    """A form of the page with a name of the larger example for each placeholder."""
    for placeholder, name in STANDS_FOR.items():
        form = form.replace(placeholder, name)
    return form


# Complete -------------------------------------------------------------------------------------------------


def test_the_page_is_made_from_the_code() -> None:
    """The page in the repository is what `python -m sim.scenario.reference` writes today."""
    assert reference.page() == PAGE


def test_every_model_is_a_block() -> None:
    """The page has a section for every model of the schema."""
    found = [each for room in (schema, course, sides, tracks) for each in vars(room).values()]
    assert set(reference.blocks().values()) == {x for x in found if inspect.isclass(x) and issubclass(x, Part)} - {Part}


@pytest.mark.parametrize("block", reference.blocks())
def test_every_key_has_a_row(block: str) -> None:
    """A block's table has one row for each key of its model, in order; `a gives b` stands for `gives`."""
    model = reference.blocks()[block]
    relation = {"gives": "a gives b"} if block in ("Step", "Act") else {}
    keys = [relation.get(name, field.alias or name) for name, field in model.model_fields.items()]
    heading = {"ActTruce": "Act truce", "AfterExpiry": "After expiry"}.get(block, block)
    assert [cells[0] for cells in rows("key", section(heading))] == [f"`{key}`" for key in keys]


@pytest.mark.parametrize("block", reference.blocks())
def test_every_key_has_a_meaning(block: str) -> None:
    """Every field says what it means, and every mapping what its keys are (`by party: ...`)."""
    for name, field in reference.blocks()[block].model_fields.items():
        assert field.description, name
        by_name = "dict[" in str(field.annotation) and "list[" not in str(field.annotation).partition("dict[")[0]
        assert by_name == bool(re.match(r"by .+: .", field.description)), name


def shipped() -> Iterator[tuple[str, str, str, str]]:
    """Every default as the shipped file writes it: section, key, numbers, reason."""
    file = YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))
    for group in ("party", "mediator", "other", "track", "truce", "fact", "rules"):
        for key, value in file[group].items():
            if isinstance(value, dict) and {"assumed", "calibrated"} & set(value):
                numbers = value.get("assumed", value.get("calibrated"))
                yield group.capitalize(), key, str(numbers), value.get("because", value.get("to"))


@pytest.mark.parametrize(("heading", "key", "numbers", "reason"), list(shipped()))
def test_every_default_is_given_with_its_reason(heading: str, key: str, numbers: str, reason: str) -> None:
    """Each number of `defaults.yaml` stands in its key's row, and its reason below."""
    given = [cells for cells in rows("key", section(heading)) if cells[0] == f"`{key}`"]
    assert [cells[2] for cells in given] == [f"`{numbers}`"]
    assert [f"`{key}`", reason] in [[cells[0], cells[2]] for cells in rows("key | status", section(heading))]


# Names ----------------------------------------------------------------------------------------------------


def test_every_name_of_an_expression_is_listed(larger: Reading) -> None:
    """Each form of the table of names reads as one thing to look at, and together they are all there are."""
    names = NameTable(larger.scenario).for_track("exchange")
    texts = [filled(form) for form in first_codes("name | what it is")]
    asked = [f"{text} == talks" if text.endswith(".phase") else text for text in texts]
    found = [compile_expression(text, names).inputs[0].kind for text in asked]
    assert set(found) == set(Seen)


def test_what_is_in_sight_when(larger: Reading) -> None:
    """The table says what can be looked at where: the reader of expressions lets in just that."""
    table = NameTable(larger.scenario)
    moments: dict[str, list[Names]] = {
        "constraints": [table.for_terms("exchange"), table.for_terms("truce", renewal=True)],
        "counts": [table.for_terms("exchange").for_counts()],
        "`if` of": [table.for_world()],
        **{f"`{gate.name.lower()} if`": [table.for_gate("truce", gate)] for gate in Gate},
    }
    kinds = (
        ("proposal.days", "proposal.size"),
        ("agreed.token", "delivered.token"),
        ("aid", "day", "trust.eastland.westland"),
    )
    for cells in rows("where | proposal"):
        sights = [names for moment, all_names in moments.items() if moment in cells[0] for names in all_names]
        assert sights
        for words, examples in zip(cells[1:], kinds, strict=True):
            for names in sights:
                seen = [example for example in examples if _reads(example, names)]
                assert bool(seen) == words.startswith("yes"), (cells[0], examples)


def _reads(text: str, names: Names) -> bool:
    try:
        compile_expression(text, names)
    except ExpressionFault:
        return False
    return True


def test_every_path_of_an_event_is_listed(larger: Reading) -> None:
    """Each form of the table of paths is something that an event can change, and together they are all there are."""
    found = [parse_target(filled(form), larger.scenario)[0] for form in first_codes("path | what it is")]
    assert set(found) == set(Target)


def test_every_feature_is_listed_with_its_scale() -> None:
    """The table of features is the list of them, and each scores 1 at the amount that it says."""
    named = [(cells[0].strip("`"), float(cells[2])) for cells in rows("feature | amount") if cells[0].startswith("`")]
    assert tuple(feature for feature, _ in named) == FEATURES
    for feature, amount in named:
        assert score_of(shipped_defaults().score(feature), amount) == 1.0


def test_words_are_those_of_the_vocabulary() -> None:
    """Gates, phases, styles, roles and statuses are the ones that there are."""
    assert first_codes("gate | asked") == [f"{gate.name.lower()} if" for gate in Gate]
    phases = next(cells[1] for cells in rows("name | what it is") if cells[0] == "`track.<track>.phase`")
    assert re.findall(r"`(\w+)`", phases) == [phase.name.lower() for phase in Phase]
    assert first_codes("style | what") == [style.name.lower() for style in Style]
    assert first_codes("role | what") == [role.name.lower() for role in Role if role is not Role.NONE]
    said = {cells[0].strip("`"): set(re.findall(r"`(\w+)`", " ".join(cells[2:]))) for cells in rows("status | means")}
    assert said == {status.value: set(words) for status, words in SAID_WITH.items()}


def test_exit_statuses_are_those_of_the_command() -> None:
    """The table of exit statuses is the command's."""
    assert [int(cells[0]) for cells in rows("exit status | means")] == [
        0,
        door.FAILED,
        door.UNUSABLE,
        door.INVALID,
        door.INTERRUPTED,
    ]


# Examples -------------------------------------------------------------------------------------------------


def test_the_worked_example_is_short() -> None:
    """Two parties and an exchange fit into forty lines."""
    assert len(fragments()[EXAMPLE].splitlines()) <= 40


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_example_reads(name: str, folder: Path) -> None:
    """Every YAML example of the page is a sound scenario: no fault, no doubt, no number that is nobody's."""
    reading = read(folder / name)
    case = compile_case(reading)
    assert not [*reading.warnings, *doubts(case, reading), *unattributed(reading)]


def test_the_claims_are_a_claims_file(folder: Path) -> None:
    """The page's example of claims reads, under the name that it gives itself."""
    assert f"{load_claims(folder / CLAIMS).document.id}.yaml" == CLAIMS


def test_every_set_of_the_page_reads(folder: Path) -> None:
    """What the page's commands set can be set."""
    commands = [shlex.split(line) for line in re.findall(rf"^parley run {EXAMPLE} (.*)$", PAGE, re.MULTILINE)]
    assert commands
    for words in commands:
        assert words[::2] == ["--set"] * len(words[1::2])
        read(folder / EXAMPLE, words[1::2])


def test_the_error_that_the_page_shows_is_real(folder: Path) -> None:
    """With one letter left out, the worked example is refused in the page's words."""
    spoiled = folder / "spoiled" / EXAMPLE
    spoiled.parent.mkdir()
    spoiled.write_text(fragments()[EXAMPLE].replace("proposal.gesture", "proposal.gestur"), encoding="utf-8")
    with pytest.raises(InvalidScenario) as caught:
        read(spoiled)
    shown = PAGE.partition("```text\n")[2].partition("\n```")[0]
    assert str(caught.value).replace(f"{spoiled.parent}/", "") == shown


# Readable -------------------------------------------------------------------------------------------------


def test_every_link_leads_somewhere() -> None:
    """Links within the page go to a heading of it, others to a file."""
    headings = {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^#+ (.*)$", PAGE, re.M)}
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        if target.startswith("#"):
            assert target[1:] in headings, target
        else:
            assert (FOLDER / target).resolve().is_file(), target


def test_tables_stay_readable() -> None:
    """No table has more than four columns, no cell more than 170 characters, no unbreakable word more than 45."""
    for line in re.findall(r"^\|.*\|$", PAGE, re.MULTILINE):
        cells = re.split(r"(?<!\\)\|", line)[1:-1]
        assert len(cells) <= 4, line
        for cell in cells:
            shown = re.sub(r"\]\([^)]*\)", "]", cell).strip()
            assert len(shown) <= 170, shown
            assert max(len(word) for word in shown.split() or [""]) <= 45, shown
