"""No party is favoured by where it stands in a file or by what it is called."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import sim
from sim.engine.model import NegotiationModel
from sim.engine.record import RunRecord
from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read
from sim.terms import Purpose

ROOT = Path(sim.__path__[0]).parent
CASES = [
    path
    for path in sorted(ROOT.glob("scenarios/cases/*.yaml"))
    if not path.read_text(encoding="utf-8").startswith("extends:")
]
"""Every shipped case; a variant extends one, and is none."""
SEED = 7
Plain = dict[str, Any]


@pytest.fixture(params=CASES, ids=lambda path: str(path.stem))
def shipped(request: pytest.FixtureRequest) -> Path:
    """The file of a shipped case."""
    path: Path = request.param
    return path


def loaded(path: Path) -> Plain:
    """The file as plain data."""
    plain: Plain = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return plain


def compiled(plain: Plain, name: str, folder: Path) -> Case:
    """The case that plain data make, from a file of the same name that finds the same claims."""
    (folder / "scenarios" / "cases").mkdir(parents=True)
    (folder / "seeds").symlink_to(ROOT / "seeds")
    file = folder / "scenarios" / "cases" / name
    yaml = YAML(typ="safe", pure=True)
    yaml.sort_base_mapping_type_on_output = False
    yaml.dump(plain, file)
    return compile_case(read(file))


class OthersLuck(NegotiationModel):
    """The same model, in which every party has the luck that it has where the file lists the parties otherwise."""

    as_listed: Case

    def draw(self, purpose: Purpose, *, track: int = -1, actor: int = -1, other: int = -1, index: int = 0) -> float:
        """Draw by the ordinals of the other file; who goes first, or chooses, is the same party."""
        if purpose is not Purpose.ESTIMATE:
            actor = self._there(actor)
        u = super().draw(purpose, track=track, actor=actor, other=self._there(other), index=index)
        if purpose not in (Purpose.FIRST_PROPOSER, Purpose.RENEWAL):
            return u
        here, there = ([c.parties[p].name for p in c.tracks[track].parties] for c in (self.case, self.as_listed))
        return (here.index(there[int(u * len(there))]) + 0.5) / len(there)

    def _there(self, party: int) -> int:
        if party < 0:
            return party
        return [each.name for each in self.as_listed.parties].index(self.case.parties[party].name)


def listed_otherwise(plain: Any, parties: list[str]) -> Any:
    """The same data with parties in another order: the first goes last; whatever else is listed by party, reversed."""
    if isinstance(plain, list):
        return [*plain[1:], plain[0]] if plain and all(each in parties for each in plain) else plain
    if not isinstance(plain, dict):
        return plain
    inside = {key: listed_otherwise(value, parties) for key, value in plain.items()}
    if set(inside) == set(parties):
        first, *others = inside
        return {key: inside[key] for key in (*others, first)}
    by_party = all(str(key).split()[0] in parties for key in inside)
    return dict(reversed(inside.items())) if by_party else inside


def told(record: RunRecord) -> dict[str, Any]:
    """Everything that a run leaves, by name, so that nothing depends on an order."""
    return {
        "tracks": {
            track.track: (
                *(track.ending, track.first_opened, track.first_agreed, track.talks, dict(track.talks_endings)),
                *(track.deals, dict(track.deal_endings), track.days_in_talks, track.days_in_force, track.days_blocked),
                *(dict(track.held_by), dict(track.blocking)),
                {frozenset(names): days for names, days in track.unlocks.items()},
            )
            for track in record.tracks
        },
        "deals": [
            (
                *(deal.track, deal.agreed_on, deal.began_on, deal.ended_on, deal.ending, dict(deal.package)),
                *(deal.renewals, deal.days_in_force, dict(deal.agreed), dict(deal.delivered)),
                *(dict(deal.violations), dict(deal.alleged)),
            )
            for deal in record.deals
        ],
        "parties": {
            party.party: (
                *(party.weariness, party.strength, party.released, party.returned, party.violations, party.alleged),
                *(dict(party.trust), dict(party.holds)),
            )
            for party in record.parties
        },
    }


def test_the_order_of_parties_in_the_file_decides_nothing(shipped: Path, tmp_path: Path) -> None:
    """Listed in another order, with the same luck for each, all parties fare exactly as before.

    Two parties change places; of more, the first goes last, which leaves the order of turns at the table as it is.
    Whatever else is listed by party is turned round.
    """
    plain = loaded(shipped)
    case = compile_case(read(shipped))
    other = compiled(listed_otherwise(plain, list(plain["parties"])), shipped.name, tmp_path)
    assert [party.name for party in case.parties] != [party.name for party in other.parties]
    for replication in range(4):
        mine = NegotiationModel(case, SEED, replication, logs=False, collects=False).run().record()
        model = OthersLuck(other, SEED, replication, logs=False, collects=False)
        model.as_listed = case
        assert told(model.run().record()) == told(mine)


def renamed(plain: Any, names: dict[str, str]) -> Any:
    """The same data with parties called otherwise, wherever a key, a value or an expression names them."""
    if isinstance(plain, str):
        return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), plain)
    if isinstance(plain, list | tuple):
        return type(plain)(renamed(each, names) for each in plain)
    if isinstance(plain, frozenset):
        return frozenset(renamed(each, names) for each in plain)
    if not isinstance(plain, dict):
        return plain
    untouched = ("sources", "about", "title", "label", "note", "because")
    return {renamed(key, names): value if key in untouched else renamed(value, names) for key, value in plain.items()}


def test_what_parties_are_called_decides_nothing(shipped: Path, tmp_path: Path) -> None:
    """Under other names, at middle values (a range is drawn by its path, and so by name), everything is the same."""
    plain = loaded(shipped)
    names = {party: f"side_{place}" for place, party in enumerate(reversed(plain["parties"]))}
    assert not set(names) & set(plain.get("sources", {})), "a source that is called as a party"
    case, other = compile_case(read(shipped)), compiled(renamed(plain, names), shipped.name, tmp_path)
    for replication in range(2):
        mine, theirs = (
            NegotiationModel(each, SEED, replication, central=True, logs=False, collects=False).run().record()
            for each in (case, other)
        )
        assert told(theirs) == renamed(told(mine), names)
