"""Tracks become cases: terms into outcome spaces, interests into weights, preconditions into programs."""

from collections.abc import Mapping, Sequence

from sim.scenario import menus
from sim.scenario.case import (
    NOWHERE,
    IssueCase,
    PreconditionCase,
    RenewalCase,
    Space,
    StepCase,
    StrategyCase,
    TrackCase,
    name_key,
)
from sim.scenario.defaults import of_strategy
from sim.scenario.expressions import Program, compile_expression
from sim.scenario.faults import InvalidScenario, Report
from sim.scenario.features import MissingScore, Stake
from sim.scenario.names import Names
from sim.scenario.outcomes import StepTerms, Terms, build_space, decide
from sim.scenario.schema.kinds import MOST_DAYS
from sim.scenario.schema.tracks import Choice, Menus, Precondition, Step, Track, Truce, values_of
from sim.scenario.values import Value
from sim.scenario.workbench import Workbench, readable
from sim.strategies import shelf
from sim.terms import Firmness, Gate, Protocol, Seen

GATES = {
    Gate.ENTERS: "enters_if",
    Gate.ACCEPTS: "accepts_if",
    Gate.DELIVERS: "delivers_if",
    Gate.CONTINUES: "continues_if",
    Gate.RENEWS: "renews_if",
}


class TrackCompiler:
    """Compiles the tracks of a scenario on a workbench."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench

    def compile_track(self, name: str) -> TrackCase:
        """Compile one track, with its outcome space and that of its renewal."""
        track = self.bench.file.tracks[name]
        names = self.bench.table.for_track(name)
        seats = track.parties or self.bench.parties
        terms = self._terms(name, track, names)
        stakes = [self._stake(name, track, party) for party in seats]
        space = self._space(name, terms, stakes)
        talks, defaults, path = track.talks, self.bench.defaults, f"tracks.{name}"
        renewal = None if track.renewal is None else self._renewal(name, track, stakes, space.outcomes, terms)

        def by(field: str) -> tuple[int, ...]:
            return self.bench.by_name(f"{path}.{field}", getattr(track, field), seats, defaults.track[field])

        def plain(given: int | None, field: str) -> int:
            return defaults.structure[field] if given is None else given

        def one(field: str) -> int:
            value: Value | None = getattr(track, field)
            return self.bench.register.add(f"{path}.{field}", defaults.track[field] if value is None else value)

        return TrackCase(
            name=name,
            label=track.label or readable(name),
            parties=tuple(self.bench.parties.index(party) for party in seats),
            mediators=tuple(
                position
                for position, mediator in enumerate(self.bench.mediators)
                if name in self.bench.file.mediators[mediator].tracks
            ),
            space=space,
            steps=tuple(step.case for step in terms.steps),
            has_truce=track.truce is not None,
            exit_clause=track.truce is not None and track.truce.exit_clause,
            restraint_days=self._restraint_days(path, track.truce),
            renewal=renewal,
            preconditions=self._preconditions(name, track, seats, space.outcomes, renewal),
            supersedes=tuple(self.bench.tracks.index(other) for other in track.supersedes),
            protocol=defaults.protocol if talks.protocol is None else Protocol[talks.protocol.upper()],
            polite=talks.polite,
            rounds=plain(talks.rounds, "rounds"),
            per_day=plain(talks.per_day, "per_day"),
            bridge_every=talks.bridge_every or 0,
            cool_down=NOWHERE if track.repeats is None else track.repeats.cool_down,
            retry=plain(track.retry, "retry"),
            lead_days=plain(track.lead_days, "lead_days"),
            patience=plain(track.patience, "patience"),
            direct=one("direct"),
            way_out=one("way_out"),
            margin=by("margin"),
            violations=by("violations"),
            leaving=by("leaving"),
            never_starts=by("never_starts"),
            strategies=tuple(self._strategy(name, track, party) for party in seats),
        )

    def _space(self, name: str, terms: Terms, stakes: Sequence[Stake]) -> Space:
        try:
            return build_space(terms, stakes, self.bench.piles)
        except MissingScore as missing:
            report, location = Report(), ["tracks", name, "scores", missing.feature]
            report.fault(self.bench.reading.positions.find(location).key, location, str(missing))
            raise InvalidScenario(report.faults) from None

    def _terms(self, name: str, track: Track, names: Names) -> Terms:
        truce = track.truce
        days, without_end = self._days(None if truce is None else truce.days, truce, track.issues, names)

        def terms_of(text: str | None) -> Program | None:
            return None if text is None else compile_expression(text, names)

        return Terms(
            issues=tuple(
                self._issue(issue, menu, self.bench.table.tracks[name].numbers[issue], names)
                for issue, menu in track.issues.items()
            ),
            constraints=tuple(compile_expression(text, names) for text in track.constraints),
            steps=self._steps(track.steps, names, f"tracks.{name}.steps"),
            days=days,
            without_end=without_end,
            scope=terms_of(None if truce is None else truce.scope),
            monitoring=terms_of(None if truce is None else truce.monitoring),
            grants=tuple(
                (self.bench.facts.index(fact), fact, compile_expression(text, names))
                for fact, text in track.grants.items()
            ),
        )

    def _restraint_days(self, path: str, truce: Truce | None) -> int:
        after = None if truce is None else truce.after_expiry
        return self.bench.maybe(
            f"{path}.truce.after_expiry.restraint_days", None if after is None else after.restraint_days
        )

    def _days(
        self, text: str | None, truce: Truce | None, issues: Menus, names: Names
    ) -> tuple[Program | None, Program | None]:
        """The days of a truce, and for which packages it has no end (None for none)."""
        if text is None:
            return None, None
        if menus.is_open(text, issues):
            return compile_expression(repr(menus.open_counts_as(truce)), names), compile_expression("true", names)
        named = menus.open_issue(text, issues)
        may_open = named != "" and menus.OPEN in values_of(issues[named])
        without_end = compile_expression(f"proposal.{named} == {menus.OPEN}", names) if may_open else None
        return compile_expression(text, names), without_end

    def _issue(self, name: str, menu: Sequence[Choice], numbers: tuple[float, ...], names: Names) -> IssueCase:
        """An issue's menu: its values as numbers, and as the reader sees them."""
        values = values_of(menu)
        return IssueCase(
            name=name,
            values=numbers,
            labels=tuple(f"{value:g}" if isinstance(value, int | float) else str(value) for value in values),
            available=tuple(
                None if choice.available_if is None else compile_expression(choice.available_if, names)
                for choice in menu
            ),
        )

    def _steps(self, steps: Mapping[str, Step], names: Names, path: str) -> tuple[StepTerms, ...]:
        return tuple(self._step(name, steps, names, path) for name in steps)

    def _step(self, name: str, steps: Mapping[str, Step], names: Names, path: str) -> StepTerms:
        step, order, declines = steps[name], list(steps), steps[name].declines
        until = None if step.escrow is None else step.escrow.until
        if step.over_days is not None:
            tranches = tuple(range(step.day, step.day + step.over_days))
        else:
            tranches = tuple(step.day + k * (step.every or 0) for k in range(step.times or 1))
        gives = []
        for relation, amounts in step.gives.items():
            giver, receiver = (self.bench.parties.index(party) for party in relation.split(" gives "))
            for what, text in amounts.items():
                gives.append(
                    (giver, receiver, self.bench.stock(giver, receiver, what), compile_expression(text, names))
                )
        case = StepCase(
            name=name,
            gesture=step.gesture,
            outside=step.outside,
            tranches=tranches,
            after=tuple(order.index(other) for other in step.after),
            while_truce=step.while_ == "truce",
            delivers_if=None if step.delivers_if is None else compile_expression(step.delivers_if, names),
            guarantee=self.bench.guarantee(step.guaranteed_by),
            standing=step.standing,
            declines=NOWHERE
            if declines is None
            else self.bench.register.add(f"{path}.{name}.declines", declines.share),
            verified_by=(declines.verified_by or "") if declines is not None else "",
            to=step.to or "",
            escrow="" if step.escrow is None else step.escrow.by,
            until=None if until is None else compile_expression(until, names),
            until_done=tuple(order.index(other) for other in order if other not in _waiting_for(name, steps)),
        )
        return StepTerms(case, tuple(gives), spread=step.over_days is not None)

    def _stake(self, name: str, track: Track, party: str) -> Stake:
        interests = track.interests.get(party, {})
        scores = {}
        for feature in interests:
            by_party = track.scores.get(feature, {})
            given = by_party.get(party, by_party.get("*"))
            scores[feature] = self.bench.defaults.score(feature) if given is None else given
        return Stake(
            party=self.bench.parties.index(party),
            interests={
                feature: self.bench.register.add(f"tracks.{name}.interests.{party}.{feature}", value)
                for feature, value in interests.items()
            },
            scores=scores,
            worth_of=tuple(
                category.by_party.get(party, category.worth).middle for category in self.bench.file.categories.values()
            ),
            cares={
                self.bench.parties.index(other): self.bench.register.add(f"tracks.{name}.cares.{party}.{other}", value)
                for other, value in track.cares.get(party, {}).items()
            },
        )

    def _renewal(
        self, name: str, track: Track, stakes: list[Stake], agreed: Sequence[Sequence[float]], terms: Terms
    ) -> RenewalCase:
        """The space of a renewal: what was agreed, but for the issues that the renewal puts anew."""
        renewal = track.renewal
        assert renewal is not None
        names = self.bench.table.for_track(name, renewal=True)
        kept = [issue for issue in terms.issues if issue.name not in renewal.issues]
        numbers = self.bench.table.tracks[name].renewal_numbers
        own = [self._issue(issue, menu, numbers[issue], names) for issue, menu in renewal.issues.items()]
        menu = {**track.issues, **renewal.issues}
        days, without_end = self._days(renewal.days, track.truce, menu, names)
        rebuilt = Terms(
            issues=(*kept, *own),
            constraints=tuple(compile_expression(text, names) for text in renewal.constraints),
            steps=self._steps(renewal.steps, names, f"tracks.{name}.renewal.steps"),
            days=days,
            without_end=without_end,
            scope=None if track.truce is None else compile_expression(track.truce.scope, names),
            monitoring=None if track.truce is None else compile_expression(track.truce.monitoring, names),
            grants=tuple(
                (self.bench.facts.index(fact), fact, compile_expression(text, names))
                for fact, text in track.grants.items()
            ),
        )
        space = self._space(name, rebuilt, stakes)
        position = [terms.issues.index(issue) for issue in kept]
        rows = tuple(
            tuple(
                row
                for row, values in enumerate(space.outcomes)
                if all(values[at] == outcome[issue] for at, issue in enumerate(position))
            )
            for outcome in agreed
        )
        return RenewalCase(
            ask_before=renewal.ask_before,
            renews_on_silence=renewal.silence == "renews",
            most=NOWHERE if renewal.most is None else renewal.most,
            space=space,
            steps=tuple(step.case for step in rebuilt.steps),
            rows=rows,
        )

    def _preconditions(
        self,
        name: str,
        track: Track,
        seats: Sequence[str],
        outcomes: Sequence[Sequence[float]],
        renewal: RenewalCase | None,
    ) -> tuple[PreconditionCase, ...]:
        conditions = []
        for holder, held in track.preconditions.items():
            for key, condition in held.items():
                gate = next(gate for gate, field in GATES.items() if getattr(condition, field) is not None)
                renews = gate is Gate.RENEWS and renewal is not None
                names = self.bench.table.for_track(name, renewal=renews)
                program = compile_expression(getattr(condition, GATES[gate]), names)
                asked = renewal.space.outcomes if renews and renewal is not None else outcomes
                path = f"tracks.{name}.preconditions.{holder}.{key}"
                conditions.append(
                    PreconditionCase(
                        name=key,
                        key=name_key(key),
                        label=condition.label or readable(key),
                        holder=self.bench.parties.index(holder),
                        seat=list(seats).index(holder),
                        gate=gate,
                        program=program,
                        firmness=_firmness(condition),
                        fades=self.bench.maybe(f"{path}.fades", condition.fades),
                        cost=self.bench.maybe(f"{path}.cost", condition.cost),
                        public=condition.public,
                        since=self.bench.day(condition.since, 0),
                        until=self.bench.day(condition.until, MOST_DAYS),
                        claim=condition.claim or "",
                        always=_always(program, asked),
                        alike=_alike(program, asked),
                    )
                )
        return tuple(conditions)

    def _strategy(self, name: str, track: Track, party: str) -> StrategyCase:
        if party in track.strategy:
            given, path = track.strategy[party], f"tracks.{name}.strategy.{party}"
        else:
            given, path = (
                self.bench.file.parties[party].strategy or self.bench.defaults.strategy,
                f"parties.{party}.strategy",
            )
        module = shelf.load(self.bench.reading.resolve(given.file)) if given.file else shelf.find(given.name or "")
        return StrategyCase(
            name=module.name,
            file=str(module.path) if given.file else "",
            digest=module.digest,
            parameters=tuple(
                self.bench.register.add(
                    f"{path}.{parameter.name}", given.parameters.get(parameter.name, of_strategy(parameter))
                )
                for parameter in module.parameters
            ),
        )


def _waiting_for(name: str, steps: Mapping[str, Step]) -> list[str]:
    """A step, and all that wait for it to be done, or for one that does."""
    waiting = [name]
    for _ in steps:
        waiting += [other for other, step in steps.items() if other not in waiting and set(step.after) & set(waiting)]
    return waiting


def _always(program: Program, outcomes: Sequence[Sequence[float]]) -> tuple[bool, ...] | None:
    if program.sees_world:
        return None
    return tuple(decide(program, values) != 0.0 for values in outcomes)


def _alike(program: Program, outcomes: Sequence[Sequence[float]]) -> tuple[int, ...]:
    seen = [reference.a for reference in program.inputs if reference.kind is Seen.PROPOSAL]
    first: dict[tuple[float, ...], int] = {}
    return tuple(
        first.setdefault(tuple(values[issue] for issue in seen), outcome) for outcome, values in enumerate(outcomes)
    )


def _firmness(condition: Precondition) -> Firmness:
    if condition.cost is not None:
        return Firmness.PRICED
    return Firmness.HARD if condition.fades is None else Firmness.FADES
