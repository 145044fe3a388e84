from pathlib import Path

import pytest

from sim.scenario.faults import InvalidScenario
from sim.scenario.reading import read
from sim.scenario.schema.tracks import values_of


def fault_lines(path: Path, sets: list[str] | None = None) -> list[str]:
    """The faults of a scenario, one line each, with the folder left out."""
    with pytest.raises(InvalidScenario) as caught:
        read(path, sets or [])
    return [str(fault).split("\n")[0].replace(f"{path.parent}/", "") for fault in caught.value.faults]


def test_a_variant_is_its_base_and_what_it_changes(files) -> None:
    """Mappings join, lists and numbers replace, null deletes, and all else stays as it is in the base."""
    base = read(files.write(files.sound, "base.yaml")).scenario
    variant = files.write(
        """\
extends: base.yaml
title: A variant
parties: {south: {weariness: 0.9}}
tracks:
  exchange:
    issues: {size: [10, 20]}
    preconditions: {north: {willing: null}}
events: null
""",
        "variant.yaml",
    )
    reading = read(variant)
    scenario = reading.scenario
    assert scenario.title == "A variant"
    assert scenario.parties["south"].weariness is not None
    assert scenario.parties["south"].weariness.middle == 0.9
    assert scenario.parties["south"].strength == base.parties["south"].strength
    assert values_of(scenario.tracks["exchange"].issues["size"]) == [10, 20]
    assert values_of(scenario.tracks["exchange"].issues["extra"]) == [0, 10]
    assert scenario.tracks["exchange"].preconditions == {"north": {}}
    assert scenario.events == {}
    assert scenario.tracks["pause"] == base.tracks["pause"]
    assert reading.files == tuple(files.folder / name for name in ("variant.yaml", "base.yaml", "claims.yaml"))


def test_a_chain_of_variants_ends_with_the_last_word(files) -> None:
    """A variant of a variant: the file that is read has the last word, then its base, then its base's base."""
    files.write(files.sound, "first.yaml")
    files.write("extends: first.yaml\ntitle: second\nhorizon: 60\n", "second.yaml")
    scenario = read(files.write("extends: second.yaml\ntitle: third\n", "third.yaml")).scenario
    assert (scenario.title, scenario.horizon, scenario.start.day) == ("third", 60, 18)


def test_a_block_of_a_variant_joins_that_of_its_base_number_by_number(files) -> None:
    """Statuses are taken apart before files are joined: the variant's number has the variant's reason."""
    files.write(files.sound, "base.yaml")
    text = "extends: base.yaml\nparties: {south: {assumed: {because: seen since, strength: 2}}}\n"
    party = read(files.write(text, "variant.yaml")).scenario.parties["south"]
    assert party.strength is not None
    assert party.weariness is not None
    assert (party.strength.middle, party.strength.reason) == (2, "seen since")
    assert (party.weariness.middle, party.weariness.reason) == (0.5, "judged from the course of the war")


def test_another_strategy_in_a_variant_leaves_nothing_of_the_former(files) -> None:
    """A name or a file replaces the inherited strategy with its parameters; a parameter alone changes the one there."""
    text = "extends: sound.yaml\nparties: {south: {strategy: {name: boulware, exponent: 3}}}\n"
    files.write(files.sound, "sound.yaml")
    files.write(text, "base.yaml")
    files.write("def demand(situation, parameters):\n    return situation.top\n", "stand.py")
    found = {}
    for written in ("{name: weariness_driven, sensitivity: 4}", "{file: stand.py}", "{exponent: 4}", "linear"):
        text = f"extends: base.yaml\nparties: {{south: {{strategy: {written}}}}}\n"
        strategy = read(files.write(text, "variant.yaml")).scenario.parties["south"].strategy
        assert strategy is not None
        parameters = {name: value.middle for name, value in strategy.parameters.items()}
        found[written] = (strategy.name, strategy.file, parameters)
    assert list(found.values()) == [
        ("weariness_driven", None, {"sensitivity": 4}),
        (None, "stand.py", {}),
        ("boulware", None, {"exponent": 4}),
        ("linear", None, {}),
    ]


def test_what_a_variant_deletes_of_a_strategy_that_it_replaces_must_be_there(files) -> None:
    """`null` beside another strategy takes away an inherited key, and is told where there is none."""
    files.write(files.sound, "sound.yaml")
    files.write("extends: sound.yaml\nparties: {south: {strategy: {name: boulware, exponent: 3}}}\n", "base.yaml")
    text = "extends: base.yaml\nparties: {south: {strategy: {name: linear, %s: null}}}\n"
    strategy = read(files.write(text % "exponent", "variant.yaml")).scenario.parties["south"].strategy
    assert strategy is not None
    assert (strategy.name, strategy.parameters) == ("linear", {})
    (fault,) = fault_lines(files.write(text % "sensitivity", "variant.yaml"))
    assert "nothing to delete: there is no 'sensitivity'" in fault


def test_paths_start_where_they_are_written(files) -> None:
    """Claims of a base in another folder are found from that folder, as is a strategy's file."""
    folder = files.folder / "variants"
    folder.mkdir()
    files.write(files.sound.replace("strategy: boulware", "strategy: {file: mine.py}"), "base.yaml")
    own = '"""Mine."""\nPARAMETERS = ()\nREMEMBERS = False\n\ndef demand(situation, parameters):\n    return 0.5\n'
    (files.folder / "mine.py").write_text(own, encoding="utf-8")
    (folder / "variant.yaml").write_text("extends: ../base.yaml\n", encoding="utf-8")
    reading = read(folder / "variant.yaml")
    strategy = reading.scenario.parties["north"].strategy
    assert strategy is not None
    assert strategy.file is not None
    assert reading.resolve(strategy.file) == files.folder / "mine.py"
    assert reading.files[-1] == files.folder / "claims.yaml"


def test_a_fault_of_the_base_is_told_in_the_base(files) -> None:
    """What a variant inherits is at fault where it is written; what it changes, in the variant."""
    files.write(files.sound.replace("horizon: 120", "horizon: x"), "base.yaml")
    lines = fault_lines(files.write("extends: base.yaml\nstart: never\n", "variant.yaml"))
    assert lines == [
        "variant.yaml:2:8: start: expected a date such as 2025-03-18, found 'never'",
        "base.yaml:4:10: horizon: expected a whole number, found 'x'",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("extends: bsae.yaml\n", "1:10: extends: there is no file bsae.yaml; did you mean 'base.yaml'?"),
        ("extends: case.yaml\n", "1:10: extends: circular: case.yaml extends case.yaml"),
        ("extends: round.yaml\n", None),
        ("extends: [base.yaml]\n", "1:10: extends: expected the path of a scenario file"),
        (
            "extends: base.yaml\ntracks: {pauze: null}\n",
            "2:10: pauze: nothing to delete: there is no 'pauze'; did you mean 'pause'?",
        ),
        ("extends: base.yaml\nparties: {north: {wearines: 0.3}}\n", None),
    ],
)
def test_what_a_variant_cannot_extend_or_delete_is_a_fault(files, text: str, expected: str | None) -> None:
    """A base that is not there, a circle, and a deletion of nothing are faults of the variant."""
    files.write(files.sound, "base.yaml")
    files.write("extends: case.yaml\n", "round.yaml")
    (line,) = fault_lines(files.write(text))
    if "round" in text:
        assert line == "round.yaml:1:10: extends: circular: case.yaml extends round.yaml extends case.yaml"
    elif expected is None:
        assert line == "case.yaml:2:19: parties.north.wearines: unknown key 'wearines'; did you mean 'weariness'?"
    else:
        assert line == f"case.yaml:{expected}"


def test_a_base_may_be_used_twice_without_a_circle(files) -> None:
    """Only a file that extends itself, by whatever way, is a circle."""
    files.write(files.sound, "base.yaml")
    files.write("extends: base.yaml\n", "one.yaml")
    assert read(files.write("extends: one.yaml\n", "two.yaml")).scenario == read(files.folder / "base.yaml").scenario


def test_values_can_be_set_from_outside(files) -> None:
    """`path=value` is laid over the file last: numbers, ranges, lists, expressions, parts, and null to delete."""
    reading = files.read(
        sets=[
            "horizon=30",
            "parties.north.weariness=[0.1, 0.2, 0.3]",
            "parties.south.strength={assumed: [1, 2, 3], because: tried}",
            "trust.south in north=0.3",
            "tracks.exchange.issues.size=[10]",
            "pause.talks.rounds=5",
            "exchange.preconditions.north.willing.accepts if=proposal.extra == 0",
            "pause.preconditions.south.kept=null",
            "acts=null",
        ]
    )
    scenario = reading.scenario
    north, south = scenario.parties["north"], scenario.parties["south"]
    assert scenario.horizon == 30
    assert north.weariness is not None
    assert south.strength is not None
    assert (north.weariness.low, north.weariness.high) == (0.1, 0.3)
    assert (south.strength.middle, south.strength.reason) == (2, "tried")
    assert scenario.trust["south in north"].middle == 0.3
    assert values_of(scenario.tracks["exchange"].issues["size"]) == [10]
    assert scenario.tracks["pause"].talks.rounds == 5
    assert scenario.tracks["exchange"].preconditions["north"]["willing"].accepts_if == "proposal.extra == 0"
    assert list(scenario.tracks["pause"].preconditions["south"]) == ["watched"]
    assert scenario.acts == {}


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("horizon", "expected path=value"),
        ("=3", "expected path=value"),
        ("title=", "there is no value"),
        ("title=[1", "not YAML: expected ',' or ']', but got '<stream end>'"),
        ("title.x=1", "unknown path 'title.x': there is no 'x'"),
        ("..=1", "unknown path '..': there is no ''"),
        (
            "parties.nort.weariness=0.7",
            "unknown path 'parties.nort.weariness': there is no 'nort'; did you mean 'parties.north.weariness'?",
        ),
        (
            "exchange.margn=0.2",
            "unknown path 'exchange.margn': there is no 'margn'; did you mean 'exchange.margin'?",
        ),
        ("exchnge.margin=0.2", "unknown path 'exchnge.margin': there is no 'exchnge'; did you mean 'exchange.margin'?"),
        ("facts.watcher=0.2", "unknown path 'facts.watcher': there is no 'watcher'; did you mean 'facts.watchers'?"),
        ("pause.lead_days=null", "pause.lead_days: nothing to delete: there is no 'lead_days'"),
        ("parties.north.weariness=7", "parties.north.weariness: 7 is out of range: must be at most 1"),
        ("parties.north.army={assumed: 3}", "'assumed' needs 'because': the reason for the assumption"),
        ("trust.north in soth=0.1", "trust.north in soth: unknown party 'soth'; did you mean 'south'?"),
        (
            "exchange.preconditions.north.willing.accepts if=proposal.siz > 3",
            "exchange.preconditions.north.willing.accepts if: unknown name 'proposal.siz'; "
            "did you mean 'proposal.size'?",
        ),
    ],
)
def test_a_setting_that_makes_no_sense_is_told_with_its_text(files, setting: str, expected: str) -> None:
    """A fault of a value given from outside names the setting as its place."""
    (fault,) = files.faults(sets=[setting])
    assert str(fault) == f"--set {setting}: {expected}"
