import datetime
from collections.abc import Sequence
from dataclasses import replace

import pytest

from sim.engine import log
from sim.engine.log import Condition
from sim.show.labels import Labels, expression_text, seen_text
from sim.show.narrate import Line, narrate
from sim.show.sentences import Kind, Severity, sentence


def told(lines: Sequence[Line], track: str, kind: Kind) -> list[str]:
    """The texts about a track of one kind."""
    return [line.text for line in lines if line.track == track and line.kind is kind]


@pytest.fixture
def lines(entries: list[log.Entry], start: datetime.date, labels: Labels) -> list[Line]:
    """The hand-made run as a reader who knows what the parties know is told it."""
    return narrate(entries, start, labels)


def test_timeline_runs_in_order_of_days_and_dates(lines: list[Line], start: datetime.date) -> None:
    """Lines stand by their first day, and a date is the start plus the day."""
    assert [line.day for line in lines] == sorted(line.day for line in lines)
    assert all(line.date == start + datetime.timedelta(days=line.day) for line in lines)


def test_a_day_of_rounds_is_one_line(lines: list[Line]) -> None:
    """Two rounds that end in agreement are one sentence, and the agreement gives its terms."""
    first = [line for line in lines if line.track == "exchange" and line.day == 0]
    assert [line.text for line in first] == [
        "Talks open, with United Arab Emirates as mediator; Russia proposes first.",
        "2 rounds: Russia holds out for size 50, gesture 0; Ukraine holds out for size 175, gesture 23 or better.",
        "Agreed: size 175, gesture 23. It begins in 1 day.",
    ]


def test_delivery_names_both_sides_and_what_is_missing(lines: list[Line]) -> None:
    """An exchange is one line; a gesture of 22 where 23 were due says so, and stands out."""
    (swap, *_), (gesture,) = (
        [line for line in lines if line.track == "exchange" and line.kind is kind]
        for kind in (Kind.DELIVERY, Kind.GESTURE)
    )
    assert swap.text == "Russia hands Ukraine 175 able; Ukraine hands Russia 175 able."
    assert gesture.text == "As a gesture, Russia hands Ukraine 22 wounded (23 were due)."
    assert (swap.severity, gesture.severity) == (Severity.STEP, Severity.TURN)


def test_rounds_fold_over_days_and_name_the_precondition(lines: list[Line]) -> None:
    """Six days of talks are one line: what each holds out for, what stood in the way, what it asked and was offered."""
    opened, rounds, ended = told(lines, "ceasefire", Kind.TALKS)
    assert opened == "Talks open, with United States as mediator; Russia proposes first."
    assert rounds == (
        "12 rounds in 6 days: Russia holds out for days 30 or better; Ukraine holds out for days 60 or better;"
        ' no package satisfied both. Refused over Russia\'s "monitored truce" (asks for monitoring at least 0.6; was'
        " offered 0.3)."
    )
    assert ended == (
        "Talks end blocked: packages worth enough to every side existed, and each failed a precondition."
        ' To unlock them: Russia\'s "monitored truce" and "no rearming".'
    )


def test_blocked_days_fold_and_spell_out_only_what_is_new(lines: list[Line]) -> None:
    """Six blocked days are one line; the precondition that no offer has shown is spelled out, the other is not."""
    (blocked,) = [line for line in lines if line.kind is Kind.BLOCKED]
    assert (blocked.day, blocked.until) == (30, 35)
    assert blocked.text == (
        "Blocked for 6 days: 4 packages worth enough to every side, none meeting every precondition. Nearest: days 30,"
        ' monitoring 0.3, rearm cap 0.5; it fails Russia\'s "no rearming" (asks for rearm cap at least 0.8; was offered'
        ' 0.5). To unlock it: Russia\'s "monitored truce" and "no rearming".'
    )


def test_an_event_opens_talks_and_a_mediator_bridges(lines: list[Line]) -> None:
    """The event is named with its claim, the bridging proposal once, its terms and inducement in the agreement."""
    (event,) = [line for line in lines if line.kind is Kind.EVENT]
    assert event.text == "Event: Call between two presidents. It calls the parties to talks: Energy-strike pause."
    assert (event.claim, event.label) == ("seed.announced", "")
    assert told(lines, "energy_pause", Kind.TALKS) == [
        "Talks open, on the event Call between two presidents; Ukraine proposes first.",
        "2 rounds: Ukraine holds out for days 30 or better. United States puts a bridging proposal; all accept it.",
    ]
    assert told(lines, "energy_pause", Kind.AGREEMENT) == [
        "Agreed: days 30, monitoring 0, on the bridging proposal of United States, with an inducement of worth 0.05 to"
        " Ukraine. It begins in 4 days."
    ]


def test_ledgers_fold_by_week_of_the_truce_and_stay_two(lines: list[Line]) -> None:
    """Fifteen days of allegations are two weeks and a day; each side's sum stands beside the other's."""
    ledgers = [line for line in lines if line.kind is Kind.LEDGER]
    assert [(line.day, line.until) for line in ledgers] == [(7, 13), (14, 20), (21, 21)]
    assert [line.text for line in ledgers] == [
        "Ledgers over 7 days: Russia alleges 8 violations by Ukraine; Ukraine alleges 14 violations by Russia.",
        "Ledgers over 7 days: Russia alleges 6 violations by Ukraine; Ukraine alleges 15 violations by Russia.",
        "Ledgers: Russia alleges 2 violations by Ukraine; Ukraine alleges 1 violation by Russia.",
    ]


def test_violations_in_fact_are_told_on_request_only(
    entries: list[log.Entry], start: datetime.date, labels: Labels, lines: list[Line]
) -> None:
    """What no party sees is left out, unless the reader asks to know everything."""
    assert not any("In fact" in line.text for line in lines)
    knowing = [line for line in narrate(entries, start, labels, all_knowing=True) if line.kind is Kind.LEDGER]
    assert knowing[0].text.endswith("In fact committed, unseen by the parties: 7 violations by Russia.")


def test_a_truce_begins_and_is_broken(lines: list[Line]) -> None:
    """The truce's days and scope, who left it on which of its days, and how the deal ended."""
    assert told(lines, "energy_pause", Kind.DEAL) == [
        "A truce of 30 days over 20% of the fighting begins.",
        "Russia leaves the truce on its day 15.",
        "The deal is broken by Russia, after 15 days in force.",
    ]


def test_a_gate_holds_and_lets_go(lines: list[Line]) -> None:
    """An entry precondition that keeps talks from opening is named with what it asks for and what it found."""
    assert told(lines, "ceasefire", Kind.GATE) == [
        'Talks cannot open; in the way: Russia\'s "aid stopped" (asks for aid to Ukraine at most 0.05; found 1).',
        "No entry precondition stands in the way of talks any more.",
    ]


def test_acts_without_a_table_are_told_of_each_side(lines: list[Line]) -> None:
    """One side declares restraint, the other does the same, and it runs out."""
    assert [line.text for line in lines if line.kind is Kind.ACT] == [
        "Russia acts alone: Easter truce, 2 days of restraint over all of the fighting.",
        "Ukraine does the same: Easter truce, 2 days of restraint over all of the fighting.",
        "The restraint runs out: Easter truce.",
    ]


CAPPED = Condition("capped", "ukraine", "continues", "weariness.ukraine < 0.5", {"weariness.ukraine": 0.75})


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (log.PreconditionDropped(1, "ceasefire", "russia", "monitored"),
         'Russia drops its precondition "monitored truce" for good.'),
        (log.TalksOpened(1, "ceasefire", 3, "direct", "ukraine", 0.5),
         "Talks open again (number 3), directly between the parties; Ukraine proposes first."),
        (log.TalksEnded(1, "ceasefire", 1, "walkout", "russia", ()), "Russia walks out of the talks."),
        (log.TalksEnded(1, "ceasefire", 1, "impasse", "", ()),
         "Talks end in impasse: the rounds ran out without a package that every side took."),
        (log.DealBegan(1, "ceasefire", 1, 30, 1.0, {"aid_to_ukraine": 0.5}),
         "A truce of 30 days over all of the fighting begins; while it is in force: aid to Ukraine 0.5."),
        (log.Withheld(1, "exchange", "swap", "russia", "default", ()),
         'Russia does not deliver "swap": it defaults on the day, though it could deliver and nothing bars it.'),
        (log.Withheld(1, "exchange", "swap", "russia", "condition", ()),
         'Russia withholds "swap"; unmet: the step\'s own condition.'),
        (log.Withheld(1, "exchange", "swap", "russia", "stock", ()),
         'Russia cannot deliver "swap": it no longer holds enough.'),
        (log.Withheld(1, "exchange", "swap", "ukraine", "condition", (CAPPED,)),
         'Ukraine withholds "swap"; unmet: Ukraine\'s "capped" (asks for weariness of Ukraine below 0.5; found 0.75).'),
        (log.Suspended(1, "exchange", "swap"), 'The deal is suspended until "swap" is done.'),
        (log.Resumed(1, "exchange", "swap"), 'The deal goes on: "swap" is done.'),
        (log.Left(1, "ceasefire", "ukraine", 0, ()), "Ukraine never starts the truce."),
        (log.Renewed(1, "ceasefire", True, {"days": "30"}, (), ()), "The truce is renewed: days 30."),
        (log.Renewed(1, "ceasefire", False, {}, ("russia", "ukraine"), ()),
         "The truce is not renewed: Russia and Ukraine refused."),
        (log.DealEnded(1, "ceasefire", 1, "short", "", 1), "The deal ends with less delivered than agreed."),
        (log.DealEnded(1, "ceasefire", 1, "expired", "", 30), "The deal expires, after 30 days in force."),
        (log.EventOccurred(1, "", "aid_ends", "Aid ends", True, {"aid_to_ukraine": 0.0}, (), ""),
         "Event: Aid ends. Now aid to Ukraine 0."),
    ],
)  # fmt: skip
def test_each_kind_of_entry_has_its_sentence(entry: log.Entry, text: str, labels: Labels) -> None:
    """One entry, one sentence in the field's terms, with whom it concerns."""
    assert sentence(entry, labels).text == text


def test_every_kind_of_entry_can_be_told() -> None:
    """No kind of entry of the log is unknown to the narration: each is told alone or folded."""
    named = (kind for kind in vars(log).values() if isinstance(kind, type) and issubclass(kind, log.Entry))
    kinds = set(named) - {log.Entry}
    folded = {log.Offered, log.Refused, log.Bridged, log.DayBlocked, log.Delivered, log.Violated, log.Alleged}
    alone = {kind for kind in kinds if sentence.dispatch(kind) is not sentence.dispatch(log.Entry)}
    assert alone | folded == kinds
    assert alone & folded == set()


def test_a_refused_bridging_proposal_gives_its_terms(start: datetime.date, labels: Labels) -> None:
    """Of several, the last is told: terms, promise, and who refused."""
    puts = [
        log.Bridged(day, "ceasefire", 0, "usa", {"days": f"{30 * day}"}, ("russia",), {"ukraine": 0.05, "russia": 0.0})
        for day in (1, 2)
    ]
    (line,) = narrate(puts, start, labels)
    assert line.text == (
        "2 rounds in 2 days: no offer was made. United States puts 2 bridging proposals, the last: days 60, with an"
        " inducement of worth 0.05 to Ukraine; refused by Russia."
    )


def test_sides_that_move_are_told_with_where_they_began_and_stood(start: datetime.date, labels: Labels) -> None:
    """A concession is told as first and last offer, of which only what changed is repeated; no offer is said too."""
    offers = [
        log.Offered(0, "exchange", 0, "russia", {"size": "50", "gesture": "0"}, 1, 0.6),
        log.Offered(0, "exchange", 1, "ukraine", {}, 0, 0.9),
        log.Offered(3, "exchange", 2, "russia", {"size": "100", "gesture": "0"}, 1, 0.4),
    ]
    (line,) = narrate(offers, start, labels)
    assert (line.day, line.until) == (0, 3)
    assert line.text == (
        "3 rounds in 4 days: Russia moves from size 50, gesture 0 to size 100; Ukraine makes no offer, as"
        " nothing that it could put is worth the 0.9 that it demands; no package satisfied both."
    )


def test_a_precondition_is_spelled_out_once_a_track(start: datetime.date, labels: Labels) -> None:
    """In later talks a precondition that was met before is named with what it was offered, not with what it asks."""
    asked = [
        Condition("monitored", "russia", "accepts", "proposal.monitoring >= 0.6", {"proposal.monitoring": offered})
        for offered in (0.0, 0.3)
    ]
    talks: list[log.Entry] = []
    for number in (1, 2):
        talks.append(log.TalksOpened(number, "ceasefire", number, "direct", "russia", 0.5))
        talks += [log.Refused(number, "ceasefire", 0, "russia", "ukraine", {}, 0.1, 0.2, (each,)) for each in asked]
    first, second = told(narrate(talks, start, labels), "ceasefire", Kind.TALKS)[1::2]
    assert 'Russia\'s "monitored truce" (asks for monitoring at least 0.6; was offered 0 to 0.3)' in first
    assert 'Russia\'s "monitored truce" (was offered 0 to 0.3)' in second


def test_blocked_days_that_other_sets_would_unlock_are_other_lines(start: datetime.date, labels: Labels) -> None:
    """A day on which something else would open the zone begins a line of its own, and so does a day after a gap."""
    sets = [(("a.x",),), (("a.x",),), (("b.y",),), (("b.y",),)]
    days = [
        log.DayBlocked(day, "ceasefire", zone, {"days": "30"}, (), unlocks)
        for day, zone, unlocks in zip((1, 2, 3, 5), (4, 6, 1, 2), sets, strict=True)
    ]
    assert [(line.day, line.until, line.text.split(",")[0]) for line in narrate(days, start, labels)] == [
        (1, 2, "Blocked for 2 days: 4 to 6 packages worth enough to every side"),
        (3, 3, "Blocked: 1 package worth enough to every side"),
        (5, 5, "Blocked: 2 packages worth enough to every side"),
    ]


def test_an_empty_log_is_an_empty_timeline(start: datetime.date, labels: Labels) -> None:
    """A run in which nothing happened has nothing to tell."""
    assert narrate([], start, labels) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("proposal.rearm_cap", "rearm cap"),
        ("aid_to_ukraine", "aid to Ukraine"),
        ("facts.aid_to_ukraine", "aid to Ukraine"),
        ("agreed.swap", "swap agreed"),
        ("delivered.swap.russia", "swap delivered by Russia"),
        ("held.russia.ukraine.able", "able of Ukraine held by Russia"),
        ("assets.ukraine.gold", "gold of Ukraine"),
        ("strength.russia", "strength of Russia"),
        ("trust.russia.ukraine", "trust of Russia in Ukraine"),
        ("ledger.ukraine(7)", "violations alleged by Ukraine in 7 days"),
        ("leverage.usa", "leverage of United States"),
        ("way_out.ceasefire", "way out of Ceasefire"),
        ("track.ceasefire.deals", "deals on Ceasefire"),
        ("track.ceasefire.in_force", "Ceasefire in force"),
        ("track.exchange.days_since_deal", "days since deal of Prisoner exchange"),
        ("day", "day"),
    ],
)
def test_everything_that_an_expression_can_look_at_has_words(name: str, words: str, labels: Labels) -> None:
    """Each name of the expression language is put in words with the labels of the case."""
    assert seen_text(name, labels) == words


def test_an_expression_is_put_in_words(labels: Labels) -> None:
    """Comparisons become words, arithmetic and connectives stay."""
    expression = "proposal.aid_stop>=1 or (aid_to_ukraine <= 0.05 and not ledger.ukraine(7) > 3)"
    assert expression_text(expression, labels) == (
        "aid stop at least 1 or (aid to Ukraine at most 0.05 and not violations alleged by Ukraine in 7 days above 3)"
    )


def test_several_do_and_one_does(labels: Labels) -> None:
    """Verbs and pronouns follow the form of a label, and of several persons one is one of them."""
    several = replace(
        labels,
        parties={**labels.parties, "russia": "Northern Rebels"},
        others={"both": "Cuba and Norway"},
        goods={"able": "prisoners of war", "funds": "tons of grain"},
        assets={"funds": "tons of grain"},
    )
    told = [
        log.Left(1, "ceasefire", "russia", 0, ()),
        log.PreconditionDropped(1, "ceasefire", "russia", "monitored"),
        log.GivenBack(1, "exchange", "swap", "ukraine", "able", 1.0, "both"),
        log.GivenBack(1, "exchange", "swap", "ukraine", "funds", 2.0, "both"),
    ]
    assert [sentence(entry, several).text for entry in told] == [
        "Northern Rebels never start the truce.",
        'Northern Rebels drop their precondition "monitored truce" for good.',
        "Cuba and Norway give 1 of the prisoners of war back to Ukraine.",
        "Cuba and Norway give 2 tons of grain back to Ukraine.",
    ]
