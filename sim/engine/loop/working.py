"""A worker of the compiled engine: the memory in which it lives through replications, and the book that says where."""

from typing import Any

import numpy

from sim.engine.loop.deal import DEAL_INTEGERS
from sim.engine.loop.laying_out import Plan
from sim.engine.loop.laying_parts import RECORD_OF
from sim.engine.loop.layout import MEDIATOR, PARTY, RUN, Slot
from sim.scenario.case import NOWHERE, Case

WHOLE = (
    *("LEDGER", "DROPPED", "GRANTS", "RESTRAINTS", "TRUCE_LEDGER", "INCIDENTS", "COUNTS", "UNDONE", "RECENT", "MADE"),
    *("ON_TABLE", "ESTIMATED", "STAKED", "UNLOCKS", "UNLOCK_DAYS", "BLOCKED", "ALONE", "HELD", "FEASIBLE", "FAILING"),
    *("ALLOWED", "MENUS", "ZONE", "PASSING", "MASKS", "GAINS_AS_OF", "GAINS_ALIKE", "ANSWERED_AS_OF"),
)
"""The arrays of a worker that hold whole numbers; those that are neither these nor records hold numbers."""
DEALS_AT_ONCE = 16
"""Deals of a replication for which there is room, on average, before the rows are taken away."""
BINS = 200
"""Equal parts of its scale into which a level is counted, day by day."""


class Worker:
    """Arrays of one worker; one thread at a time may run in it.

    Args:
        plan: how the case lies in memory.
        case: the case.
        addresses: of its strategies, in the order of the plan.
        seed: of all draws.
        count: replications at most at a time.
        options: `central`, `days`, `parameters`, `deals` where they are wanted.
    """

    def __init__(self, plan: Plan, case: Case, addresses: list[int], seed: int, count: int, options: set[str]) -> None:
        self.arrays = dict(plan.arrays)
        for slot, length in plan.room.items():
            kind = RECORD_OF.get(slot, numpy.dtype("i8" if slot.name in WHOLE else "f8"))
            self.arrays[slot] = numpy.zeros(max(1, length), kind)[:length]
        self.arrays[Slot.ANSWERS] = plan.answers.copy()
        self.arrays[Slot.SEATS] = plan.arrays[Slot.SEATS].copy()
        self.arrays[Slot.SEATS]["strategy"] = [addresses[place] for place in plan.arrays[Slot.SEATS]["strategy"]]
        self._truces(plan, case)
        for slot, words in ((Slot.RUN, Slot.RUN_WORDS), (Slot.PARTIES, Slot.PARTY_WORDS)):
            self.arrays[words] = self.arrays[slot].view("f8")
        self.arrays[Slot.MEDIATOR_WORDS] = self.arrays[Slot.MEDIATORS].view("f8")
        self._rows(plan, case, count, options)
        self._run(plan, case, seed, options)

    def _truces(self, plan: Plan, case: Case) -> None:
        """The truce of every track, then of every act: who observes it, and where its draws are keyed."""
        truces = numpy.zeros(len(case.tracks) + len(case.acts), RECORD_OF[Slot.TRUCES])
        first = 0
        for place in range(len(truces)):
            of_track = place < len(case.tracks)
            many = len(case.tracks[place].parties if of_track else case.parties)
            truces[place]["observers"], truces[place]["observers_end"] = first, first + many
            truces[place]["track"] = place if of_track else NOWHERE
            truces[place]["key"] = 0 if of_track else case.acts[place - len(case.tracks)].key
            first += many
        self.arrays[Slot.TRUCES] = truces

    def _rows(self, plan: Plan, case: Case, count: int, options: set[str]) -> None:
        """What is handed back."""
        parties, days = len(case.parties), case.horizon if "days" in options else 0
        levels = days * parties * (parties + 2)
        wanted = len(plan.arrays[Slot.UNCERTAIN]) if "parameters" in options else 0
        self.most_unlocks = 4 * count + int(plan.arrays[Slot.TRACKS]["unlocks"][-1])
        self.arrays |= {
            Slot.ROW_INTEGERS: numpy.zeros(count * plan.integers, "i8"),
            Slot.ROW_NUMBERS: numpy.zeros(count * 2 * parties, "f8"),
            Slot.ROW_HAPPENED: numpy.zeros(count, "u8"),
            Slot.ROW_PARAMETERS: numpy.zeros(count * wanted, "f8"),
            Slot.ROW_UNLOCKS: numpy.zeros(4 * self.most_unlocks, "i8"),
            Slot.DAY_PHASES: numpy.zeros(days * len(case.tracks) * 6, "i8"),
            Slot.DAY_LEVELS: numpy.zeros(levels * BINS, "i8"),
            Slot.DAY_SUMS: numpy.zeros(levels, "f8"),
            Slot.DAY_LEDGERS: numpy.zeros(days * parties, "i8"),
            Slot.GIVEN: numpy.zeros(0, "f8"),
            Slot.GIVEN_PLACES: numpy.zeros(0, "i8"),
        }
        repeats = [track.cool_down != NOWHERE for track in case.tracks]
        self.deals_a_run = sum(case.horizon + 1 if again else 1 for again in repeats) if "deals" in options else 0
        self.most_deals = DEALS_AT_ONCE * count + self.deals_a_run if self.deals_a_run else 0
        self.arrays[Slot.ROW_DEALS] = numpy.zeros(self.most_deals * (DEAL_INTEGERS + parties), "i8")

    def give(self, places: tuple[int, ...], values: Any) -> None:
        """Set parameters of each replication: by their places in the case, [replication, parameter]."""
        self.arrays[Slot.GIVEN_PLACES] = numpy.array(places, "i8")
        self.arrays[Slot.GIVEN] = numpy.ascontiguousarray(values, "f8").reshape(-1)

    def _run(self, plan: Plan, case: Case, seed: int, options: set[str]) -> None:
        """What is the same for all replications."""
        run = self.run
        same = {
            "central": "central" in options,
            "watches_days": "days" in options,
            "seed": seed & 0xFFFFFFFFFFFFFFFF,
            "horizon": case.horizon,
            "integers": plan.integers,
            "numbers": 2 * len(case.parties),
            "most_unlocks": self.most_unlocks,
            "most_deals": self.most_deals,
            "deals_a_run": self.deals_a_run,
            "bins": BINS,
        }
        for name in ("parties", "mediators", "facts", "stocks", "tracks", "events", "acts", "parameters"):
            same[name] = len(getattr(case, name))
        for name, value in same.items():
            run[name] = value

    @property
    def run(self) -> Any:
        """The record of the run that goes on."""
        return self.arrays[Slot.RUN][0]

    def open(self) -> None:
        """Write down where everything is."""
        pages = numpy.zeros(2 * (max(Slot) + 1), "i8")
        for slot, array in self.arrays.items():
            pages[2 * slot], pages[2 * slot + 1] = array.ctypes.data, len(array)
        self.pages = pages
        self.book = int(pages.ctypes.data)


assert RUN.itemsize % 8 == PARTY.itemsize % 8 == MEDIATOR.itemsize % 8 == 0
