"""A small scenario that is right in every way, for tests that spoil one thing in it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sim.scenario.faults import Fault, InvalidScenario
from sim.scenario.reading import Reading, read

SOUND = """\
parley: 1
title: Two parties at war
start: 2025-03-18
horizon: 120
sources:
  seed: {claims: claims.yaml}
  paper: {title: A report}
parties:
  north:
    label: North
    strategy: boulware
    assets: {fuel: {assumed: 100, because: a round number}}
  south:
    assumed:
      because: judged from the course of the war
      strength: [1.1, 1.3, 1.6]
      weariness: 0.5
trust:
  assumed: {because: judged, north in south: [0.05, 0.1, 0.2], south in north: 0.1}
categories: {able: 1, wounded: 1.5}
assets: {fuel: {unit: tonnes}}
captives:
  - reported: {by: North, source: paper, date: 2024-06}
    north holds south: {able: 1348}
  - reported: {claim: seed.held_by_south}
    south holds north: {able: 6465}
captures:
  north takes south: {wounded: {assumed: [1, 2, 3], because: judged}}
mediators:
  host: {style: facilitation, tracks: [exchange, pause]}
facts:
  aid: {level: 1, role: aid, of: south}
  watchers: 0
tracks:
  exchange:
    parties: [north, south]
    repeats: {cool_down: 10}
    issues:
      size: [25, 50, 175]
      extra: [0, 10]
      manner: [forced, voluntary]
    constraints: [extra <= size]
    steps:
      swap: {north gives south: {able: size}, south gives north: {able: size}}
      gift: {north gives south: {wounded: extra}, gesture: true, outside: true, after: swap}
    interests:
      north: {returned: 1, released: -0.6}
      south: {returned: 1, released: -0.5, gesture_received: 0.1}
    margin: 0.1
    preconditions:
      north:
        willing: {accepts if: proposal.manner == voluntary, public: true, hard: true, claim: seed.willing}
  pause:
    issues: {days: [7, 14, 30], monitoring: [0, 0.3, 0.7]}
    truce: {days: days, scope: 0.2, monitoring: monitoring}
    grants: {watchers: monitoring}
    granted_by: host
    renewal: {ask_before: 5, issues: {days: [7, 14]}}
    interests: {north: {truce_days: 1}, south: {truce_days: 1}}
    preconditions:
      south:
        watched: {continues if: watchers >= 0.3, fades: 0.01}
        kept: {renews if: ledger.south(7) <= 3 or proposal.days <= 7, cost: 0.1}
acts:
  feast: {by: north, date: 2025-04-19, truce: {days: 2, scope: 1}, mirrored_by: {south: 0.8}}
events:
  call: {date: 2025-03-20, opens: pause, sets: {watchers: 0.5}}
  leak: {chance: 0.01, if: track.pause.phase == in_force, adds: {trust.north.south: -0.1}}
observed:
  - {date: 2025-03-19, track: exchange, agreed: {size: 175}, claim: seed.held_by_south}
"""

CLAIMS = """\
document: {id: claims, kind: report, title: A report, published: 2025-03-19}
claims:
  held_by_south: {what: captives held, value: 6465, unit: persons, by: South, on: 2024-06-01}
  extra_promised: {what: wounded promised, value: 23, unit: persons, by: North}
  extra_given: {what: wounded given, value: 22, unit: persons, by: South, on: 2025-03-19}
  willing: {what: only who wants to go goes, by: North}
"""


class Files:
    """Scenario files in a folder of their own."""

    sound = SOUND

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "claims.yaml").write_text(CLAIMS, encoding="utf-8")

    def write(self, text: str, name: str = "case.yaml") -> Path:
        """Write a file and return its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def spoiled(self, *changes: tuple[str, str]) -> Path:
        """Write the sound scenario with some of its text replaced."""
        text = SOUND
        for old, new in changes:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the sound scenario"
            text = text.replace(old, new)
        return self.write(text)

    def read(self, *changes: tuple[str, str], sets: Sequence[str] = ()) -> Reading:
        """Read the sound scenario with some of its text replaced."""
        return read(self.spoiled(*changes), sets)

    def faults(self, *changes: tuple[str, str], sets: Sequence[str] = ()) -> tuple[Fault, ...]:
        """The faults of the sound scenario with some of its text replaced."""
        return faults_of(lambda: self.read(*changes, sets=sets))


def faults_of(reading: Callable[[], object]) -> tuple[Fault, ...]:
    """The faults that a reading ends in."""
    with pytest.raises(InvalidScenario) as caught:
        reading()
    return caught.value.faults


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A folder with the claims that the sound scenario cites."""
    return Files(tmp_path)
