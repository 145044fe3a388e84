"""One set of talks: rounds of offers, bridging proposals, and what blocked the day."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from sim.engine import log, sight
from sim.engine.agreement import Agreement
from sim.engine.appraisal import Appraisal, appraise
from sim.engine.bridging import bridge, estimate, mediates
from sim.engine.record import NEVER, UNADDRESSED, TalksRecord, total
from sim.engine.voices import Asked
from sim.rules import chance, offers
from sim.terms import Gate, Protocol, Purpose, TalksEnding

if TYPE_CHECKING:
    from sim.engine.mediator import Mediator
    from sim.engine.seat import Seat
    from sim.engine.table import Table


class Talks:
    """The parties at one table, from the day they sit down to the day they rise."""

    def __init__(self, table: "Table", number: int, proposer: int) -> None:
        self.table = table
        self.number = number
        self.opened_on = table.model.day
        self.proposer = proposer
        self.round = 0
        self.offers: list[tuple[int, str, int]] = []
        self.on_table: dict[int, int] = {}
        """Last offer of each seat, under `alternating`."""
        self.estimates: dict[int, list[list[float]]] = {}
        """What each mediator believes packages are worth to each seat, from its first bridging proposal on, or
        from the first day on which a person speaks for it."""
        self.menus: dict[int, list[bool]] = {}
        """[seat][outcome]: whether the seat put it in the last round, under `menu`; kept where there is a log."""
        self.blocked_by: list[int] = []
        """Unlocks of the last day of talks, as bit masks."""
        self.today: Appraisal = appraise(table, table.case.space, Gate.ACCEPTS)
        for seat in table.seats:
            seat.forget()

    def hold_day(self) -> Agreement | None:
        """Hold the rounds of one day; returns what was agreed, if anything was."""
        table = self.table
        self.today = appraise(table, table.case.space, Gate.ACCEPTS)
        for seat in table.seats:
            seat.best_today = UNADDRESSED
        for mediator in table.mediators:
            if mediates(self, mediator):
                estimate(self, mediator)
        bridging: list[Mediator] = []
        for _ in range(table.case.per_day):
            if self.round == table.case.rounds:
                break
            agreement = self._hold_round()
            if agreement is None and self._is_bridging_round():
                bridging = table.mediators
                agreement = bridge(self)
            self.round += 1
            self.proposer = (self.proposer + 1) % len(table.seats)
            if agreement is not None:
                return agreement
        zone = self.today.zone(bridging)
        self.blocked_by = self.today.unlocks(zone)
        if self.blocked_by:
            table.note_blocked(self.blocked_by, zone, self.today)
        return None

    @property
    def ran_out(self) -> bool:
        """Whether every round has been held."""
        return self.round >= self.table.case.rounds

    def walked_out(self) -> "Seat | None":
        """The first seat, if any, whose party gives up after days on which nothing worth its while was offered.

        A person who speaks for a party leaves when it suits that person.
        """
        voices = self.table.model.voices
        for seat in self.table.seats:
            if voices is not None and voices.speaks_for(seat.party.ordinal):
                if voices.walks_out(self.table, seat.party.ordinal):
                    return seat
                continue
            u = self.table.model.draw(Purpose.WALKOUT, track=self.table.ordinal, actor=seat.party.ordinal)
            if chance.happens(u, offers.walkout_chance(seat.party.numbers.impatience, seat.barren_days)):
                return seat
        return None

    def record(self, ending: TalksEnding, outcome: int = NEVER) -> TalksRecord:
        """What is left of the talks once they ended (NONE: still going on)."""
        table = self.table
        return TalksRecord(
            track=table.name,
            number=self.number,
            opened_on=self.opened_on,
            ended_on=NEVER if ending is TalksEnding.NONE else table.model.day,
            ending="in_talks" if ending is TalksEnding.NONE else ending.name.lower(),
            rounds=self.round,
            offers=tuple(self.offers),
            outcome=outcome,
            parties=tuple(seat.party.name for seat in table.seats),
            worths=tuple(tuple(row) for row in self.today.worths),
            reservations=tuple(self.today.reservations),
            feasible=tuple(self.today.feasible),
            passes=tuple(self.today.passes),
        )

    def _hold_round(self) -> Agreement | None:
        table = self.table
        time = (self.round + 1) / table.case.rounds
        last_today = (self.round + 1) % table.case.per_day == 0 or self.round + 1 == table.case.rounds
        if table.case.protocol is Protocol.MENU:
            return self._compare_menus(time, last_today)
        return self._hear_offer(time, last_today)

    # Simultaneous equivalent offers ---------------------------------------------------------------------

    def _compare_menus(self, time: float, last_today: bool) -> Agreement | None:
        """Every seat puts all packages worth its demand; one that all put and no precondition bars is agreed."""
        table, said = self.table, self.ask(Asked.ROUND, self.table.seats)
        today = self.today
        demands = [self._demand(seat, time, said.get(seat.party.ordinal)) for seat in table.seats]
        seats, flat = len(table.seats), today.flat
        allowed = [
            ok and offers.meets_all(flat, demands, outcome, today.outcomes, seats)
            for outcome, ok in enumerate(today.passes)
        ]
        for packages in said.values():
            allowed = [ok and outcome in packages for outcome, ok in enumerate(allowed)]
        last_to_answer = (self.proposer - 1) % seats
        outcome = offers.pick_best(flat, allowed, last_to_answer, today.outcomes, seats)
        if last_today or table.model.logs or any(seat.strategy.remembers for seat in table.seats):
            self._hear_menus(demands, said, last_today, agreed=outcome != NEVER)
        return None if outcome == NEVER else Agreement(outcome, "offer", (0.0,) * seats)

    def _hear_menus(
        self, demands: list[float], said: Mapping[int, Collection[int]], last_today: bool, *, agreed: bool
    ) -> None:
        """Each seat takes note of the best that the others put before it: with several, the least of these."""
        table, today, flat = self.table, self.today, self.today.flat
        menus = [
            [ok and row[outcome] >= demand for outcome, ok in enumerate(today.feasible)]
            for row, demand in zip(today.worths, demands, strict=True)
        ]
        for seat in table.seats:
            packages = said.get(seat.party.ordinal)
            if packages is not None:
                menus[seat.index] = [ok and outcome in packages for outcome, ok in enumerate(today.feasible)]
        self._speak_menus(demands, flat, menus)
        for seat in table.seats:
            heard = self._least_of_best(seat.index, menus, flat)
            if heard != NEVER:
                seat.received.append(heard)
            if last_today:  # menus only grow as demands fall: the last of the day tells
                self._note_heard(seat, heard)
                self._note_barren(seat)
            if table.model.logs and not agreed and heard != NEVER:
                proposer = self.proposer if self.proposer != seat.index else (seat.index + 1) % len(table.seats)
                self._tell_refusal(seat, table.seats[proposer], heard, demands[seat.index])

    def _speak_menus(self, demands: list[float], flat: list[float], menus: Sequence[Sequence[bool]]) -> None:
        """Each seat's least package stands for its menu in what it has put.

        The log shows the least that also meets the seat's own preconditions: no party is said to have asked for
        what it had stated that it would not accept.
        """
        nowhere = [0.0] * self.today.outcomes
        for seat, menu in zip(self.table.seats, menus, strict=True):
            demand = demands[seat.index]
            least = offers.least_offer(flat, menu, seat.index, demand, nowhere, self.today.outcomes)
            seat.speak(demand, least)
            if self.table.model.logs:
                own = self.own(seat)
                meant = [put and mask & own == 0 for put, mask in zip(menu, self.today.failing, strict=True)]
                self.menus[seat.index] = meant
                shown = offers.least_offer(flat, meant, seat.index, demand, nowhere, self.today.outcomes)
                self._tell_offer(seat, shown, demand, packages=sum(meant))

    def _least_of_best(self, seat: int, menus: Sequence[Sequence[bool]], flat: list[float]) -> int:
        today, seats = self.today, len(menus)
        least = NEVER
        for other in range(seats):
            if other == seat:
                continue
            best = offers.pick_best(flat, menus[other], seat, today.outcomes, seats)
            if best == NEVER:
                return NEVER
            if least == NEVER or today.worths[seat][best] < today.worths[seat][least]:
                least = best
        return least

    def _note_heard(self, seat: "Seat", offer: int) -> None:
        """Keep the best that was put before a seat today; NEVER where the others had their turn and put nothing."""
        worths = self.today.worths[seat.index]
        if seat.best_today < 0 or (offer != NEVER and worths[offer] > worths[seat.best_today]):
            seat.best_today = offer

    def _note_barren(self, seat: "Seat") -> None:
        """Count the days in a row on which others spoke to a seat and put nothing worth its reservation."""
        if seat.best_today == UNADDRESSED:
            return
        worths, reservation = self.today.worths[seat.index], self.today.reservations[seat.index]
        fruitful = seat.best_today != NEVER and worths[seat.best_today] >= reservation
        seat.barren_days = 0 if fruitful else seat.barren_days + 1

    # One offer at a time --------------------------------------------------------------------------------

    def _hear_offer(self, time: float, last_today: bool) -> Agreement | None:
        """The proposer puts one package; all others hear it, and answer it."""
        table, proposer = self.table, self.table.seats[self.proposer]
        chosen = self.ask(Asked.ROUND, [proposer]).get(proposer.party.ordinal)
        today = self.today
        demand = self._demand(proposer, time, chosen)
        polite = table.case.polite and chosen is None
        avoid = table.mask_of(lambda s: s.case.seat == proposer.index or (polite and s.case.public))
        allowed = [ok and mask & avoid == 0 for ok, mask in zip(today.feasible, today.failing, strict=True)]
        if chosen is not None:
            allowed = [ok and outcome in chosen for outcome, ok in enumerate(allowed)]
        nearness = self._nearness(proposer.index)
        offer = offers.least_offer(today.flat, allowed, proposer.index, demand, nearness, today.outcomes)
        proposer.speak(demand, offer)
        self._tell_offer(proposer, offer, demand, packages=1)
        refused = offer == NEVER
        if offer != NEVER:
            self.on_table[proposer.index] = offer
        others = [seat for seat in table.seats if seat is not proposer]
        said = self.ask(Asked.ANSWER, others, (offer,), proposer.party.name) if offer != NEVER else {}
        for seat in others:
            self._note_heard(seat, offer)
            if offer != NEVER:
                seat.received.append(offer)
                answer = said.get(seat.party.ordinal)
                refused = self._refuses(seat, offer, self._demand(seat, time, answer), answer) or refused
        if last_today:
            for seat in table.seats:
                self._note_barren(seat)
        return None if refused else Agreement(offer, "offer", (0.0,) * len(table.seats))

    def _refuses(self, seat: "Seat", offer: int, demand: float, said: Collection[int] | None) -> bool:
        enough = self.today.worths[seat.index][offer] >= max(demand, self.today.reservations[seat.index])
        agrees = enough if said is None else offer in said
        if agrees and self.today.failing[offer] & self.own(seat) == 0:
            return False
        self._tell_refusal(seat, self.table.seats[self.proposer], offer, demand)
        return True

    def _demand(self, seat: "Seat", time: float, said: Collection[int] | None) -> float:
        """Worth that a seat demands: by its strategy, or the least worth among the packages that a person chose."""
        if said is None:
            return seat.demand(time, self.today)
        worths = self.today.worths[seat.index]
        return min((worths[outcome] for outcome in said), default=self.today.tops[seat.index])

    def own(self, seat: "Seat") -> int:
        """The bits of a seat's own acceptance preconditions."""
        return self.table.mask_of(lambda standing: standing.case.seat == seat.index)

    def _nearness(self, proposer: int) -> list[float]:
        """How far each package is from what the others last offered, seat by seat."""
        space = self.table.case.space
        spans = [max(issue.values) - min(issue.values) for issue in space.issues]
        others = [space.outcomes[offer] for seat, offer in sorted(self.on_table.items()) if seat != proposer]
        return [
            total(offers.distance(values, other, spans, len(spans)) for other in others) for values in space.outcomes
        ]

    # Bridging -------------------------------------------------------------------------------------------

    def _is_bridging_round(self) -> bool:
        every = self.table.case.bridge_every
        return every > 0 and (self.round + 1) % every == 0

    # People in seats ------------------------------------------------------------------------------------

    def ask(
        self, asks: Asked, seats: Sequence["Seat"], packages: Sequence[int] = (), by: str = ""
    ) -> Mapping[int, Collection[int]]:
        """What people say; they may have dropped preconditions meanwhile, so packages are appraised anew."""
        said = self.table.ask(asks, seats, packages, by)
        if self.table.model.voices is not None:
            self.today = appraise(self.table, self.table.case.space, Gate.ACCEPTS)
        return said

    # The log --------------------------------------------------------------------------------------------

    def _tell_offer(self, seat: "Seat", offer: int, demand: float, packages: int) -> None:
        model, space = self.table.model, self.table.case.space
        if not model.logs:
            return
        if offer != NEVER:
            self.offers.append((self.round, seat.party.name, offer))
        package = space.describe(offer) if offer != NEVER else {}
        packages = packages if offer != NEVER else 0
        model.tell(log.Offered(model.day, self.table.name, self.round, seat.party.name, package, packages, demand))

    def _tell_refusal(self, seat: "Seat", proposer: "Seat", offer: int, demand: float) -> None:
        model, table = self.table.model, self.table
        if not model.logs:
            return
        values = table.case.space.outcomes[offer]
        own = self.today.failing[offer] & self.own(seat)
        failed = tuple(sight.report(model, s.case, table, values) for s in table.standings_in(own))
        model.tell(
            log.Refused(
                model.day,
                table.name,
                self.round,
                seat.party.name,
                proposer.party.name,
                table.case.space.describe(offer),
                self.today.worths[seat.index][offer],
                demand,
                failed,
            )
        )
