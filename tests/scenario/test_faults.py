import pytest

from sim.scenario.faults import Fault

CASES = [
    # the shape of the file
    ("label: North", "lable: North", "lable", "10:5: parties.north.lable: unknown key 'lable'; did you mean 'label'?"),
    (
        "accepts if",
        "acepts if",
        "acepts if",
        "52:19: exchange.preconditions.north.willing.acepts if: unknown key 'acepts if'; did you mean 'accepts if'?",
    ),
    (
        "accepts if",
        "accepts_if",
        "accepts_if",
        "52:19: exchange.preconditions.north.willing.accepts_if: unknown key 'accepts_if'; did you mean 'accepts if'?",
    ),
    (
        "{north gives south: {able: size},",
        "{north give south: {able: size},",
        "north give south",
        "44:14: exchange.steps.swap.north give south: unknown key 'north give south'; "
        "did you mean 'north gives south'?",
    ),
    ("title: Two parties at war\n", "", "p", "1:1: missing key 'title'"),
    ("{ask_before: 5, issues: {days: [7, 14]}}", "{}", "renewal", "58:5: pause.renewal: missing key 'ask_before'"),
    (
        "gift: {north gives south: {wounded: extra}, gesture",
        "gift: {gesture",
        "gift",
        "45:7: exchange.steps.gift: a step must give something: 'a gives b: {category or asset: count}'",
    ),
    ("horizon: 120", "horizon: many", "many", "4:10: horizon: expected a whole number, found 'many'"),
    ("horizon: 120", "horizon: 1.5", "1.5", "4:10: horizon: expected a whole number, found 1.5"),
    ("horizon: 120", "horizon: 0", "0", "4:10: horizon: 0 is out of range: must be at least 1"),
    ("horizon: 120", "horizon: 16384", "16384", "4:10: horizon: 16384 is out of range: must be at most 16383"),
    (
        "start: 2025-03-18",
        "start: yesterday",
        "yesterday",
        "3:8: start: expected a date such as 2025-03-18, found 'yesterday'",
    ),
    ("start: 2025-03-18", "start: 2025-02-30", "2025-02-30", "3:8: start: there is no such date as 2025-02-30"),
    ("parley: 1", "parley: one", "one", "1:9: parley: expected 1, found 'one'"),
    ("parley: 1", "parley: 2", "2", "1:9: parley: format version 2 is newer than this laboratory reads (1)"),
    ("gesture: true", "gesture: yes", "yes", "45:60: exchange.steps.gift.gesture: expected true or false, found 'yes'"),
    ("label: North", "label: [a]", "[a]", "10:12: parties.north.label: expected text, found a list"),
    (
        "margin: 0.1",
        "margin: a lot",
        "a lot",
        "49:13: exchange.margin: expected a number or [low, middle, high], found 'a lot'",
    ),
    (
        "style: facilitation",
        "style: facilitator",
        "facilitator",
        "30:17: mediators.host.style: expected 'facilitation', 'formulation' or 'manipulation', found 'facilitator'; "
        "did you mean 'facilitation'?",
    ),
    (
        "  south:\n    assumed",
        "  South:\n    assumed",
        "South",
        "13:3: parties.South: 'South' cannot be a name: small letters, digits and _, beginning with a letter; "
        "did you mean 'south'?",
    ),
    (
        "size: [25, 50, 175]",
        "size: []",
        "[]",
        "39:13: exchange.issues.size: the menu of 'size' is empty: it needs a value that can be agreed",
    ),
    (
        "watchers: 0\n",
        "watchers: 0\n  watchers: 1\n",
        "watchers",
        "34:3: facts.watchers: duplicate key 'watchers' (first in line 33)",
    ),
    # numbers
    (
        "weariness: 0.5",
        "weariness: 1.5",
        "1.5",
        "17:18: parties.south.weariness: 1.5 is out of range: must be at most 1",
    ),
    (
        "weariness: 0.5",
        "weariness: [0.5, 0.4, 0.6]",
        "[0.5, 0.4, 0.6]",
        "17:18: parties.south.weariness: a range reads [low, middle, high]: low 0.5 is above middle 0.4",
    ),
    (
        "weariness: 0.5",
        "weariness: [0.5, 0.7, 0.6]",
        "[0.5, 0.7, 0.6]",
        "17:18: parties.south.weariness: a range reads [low, middle, high]: middle 0.7 is above high 0.6",
    ),
    (
        "weariness: 0.5",
        "weariness: [0.5, 0.7]",
        "[0.5, 0.7]",
        "17:18: parties.south.weariness: expected a number or [low, middle, high], found 2 values",
    ),
    (
        "weariness: 0.5",
        "weariness: .nan",
        ".nan",
        "17:18: parties.south.weariness: expected a finite number, found .nan",
    ),
    (
        "weariness: 0.5",
        "weariness: [.1, .inf, 2]",
        ".inf",
        "17:23: parties.south.weariness.1: expected a finite number, found .inf",
    ),
    (
        "weariness: 0.5",
        "weariness: 1e400",
        "1e400",
        "17:18: parties.south.weariness: 1e400 is out of range: no number here may exceed 1e+15 in size",
    ),
    (
        "wounded: 1.5}",
        "wounded: [1, 2, 3]}",
        "[1, 2, 3]",
        "20:32: categories.wounded: a range is not possible here: give one number",
    ),
    # where numbers come from
    (
        "      because: judged from the course of the war\n",
        "",
        "assumed",
        "14:5: parties.south: 'assumed' needs 'because': the reason for the assumption",
    ),
    (
        "source: paper, date",
        "date",
        "reported",
        "23:5: captives: 'reported' needs a 'claim', or who said it ('by') and where ('source')",
    ),
    (
        "source: paper",
        "source: papr",
        "papr",
        "23:35: captives.north holds south.able: unknown source 'papr'; did you mean 'paper'?",
    ),
    (
        "{claim: seed.held_by_south}\n    south",
        "{claim: seed.held_by_suth}\n    south",
        "seed.held_by_suth",
        "25:23: captives.south holds north.able: unknown claim 'seed.held_by_suth'; did you mean 'seed.held_by_south'?",
    ),
    (
        "able: 6465",
        "able: 6464",
        "6464",
        "26:31: captives.south holds north.able: 6464 is not what was claimed: seed.held_by_south says 6465",
    ),
    (
        "able: 6465",
        "able: {disputed: [seed.extra_promised, seed.extra_given], use: 24}",
        "24",
        "26:88: captives.south holds north.able: 24 is not what was claimed: seed.extra_promised says 23, "
        "seed.extra_given says 22",
    ),
    (
        "able: 6465",
        "able: {disputed: [seed.extra_promised, seed.extra_given]}",
        "disputed",
        "26:32: captives.south holds north.able: 'disputed' needs 'use': which number to use",
    ),
    (
        "able: 6465",
        "able: {disputed: [seed.extra_promised], use: 23}",
        "[seed.extra_promised]",
        "26:42: captives.south holds north.able: expected the claims that disagree, at least two: [a.b, c.d]",
    ),
    (
        "able: 6465",
        "able: {derived: 12}",
        "derived",
        "26:32: captives.south holds north.able: 'derived' needs 'from': what it is computed from",
    ),
    (
        "able: 6465",
        "able: {calibrated: 12}",
        "calibrated",
        "26:32: captives.south holds north.able: 'calibrated' needs 'to': what it was fitted to",
    ),
    (
        "able: 6465",
        "able: {assumed: 12, because: x, by: North}",
        "by",
        "26:57: captives.south holds north.able.by: 'by' is not said with a number that is assumed",
    ),
    (
        "weariness: 0.5",
        "strength: 0.5",
        "strength",
        "17:7: parties.south.strength: duplicate key 'strength' (first in line 16)",
    ),
    (
        "    label: North\n",
        "    label: North\n    assumed: {because: x}\n    calibrated: {to: y}\n    weariness: 0.3\n",
        "calibrated",
        "12:5: parties.north: one status at a time",
    ),
    (
        "{claims: claims.yaml}",
        "{claims: clams.yaml}",
        "clams.yaml",
        "6:18: sources.seed.claims: there is no file {folder}/clams.yaml",
    ),
    ("{title: A report}", "{}", "paper", "7:3: sources.paper: a source needs 'claims' or a 'title'"),
    # names
    ("north in south: [", "north in west: [", "north in west", "19:30: trust.north in west: unknown party 'west'"),
    (
        "north in south: [",
        "north on south: [",
        "north on south",
        "19:30: trust.north on south: expected '<party> in <party>', found 'north on south'",
    ),
    (
        "{north gives south: {able: size},",
        "{north gives suth: {able: size},",
        "north gives suth",
        "44:14: exchange.steps.swap.north gives suth: unknown party 'suth'; did you mean 'south'?",
    ),
    (
        "{north gives south: {able: size},",
        "{north gives north: {able: size},",
        "north gives north",
        "44:14: exchange.steps.swap.north gives north: 'north gives north' needs two different parties",
    ),
    (
        "{north gives south: {able: size},",
        "{north gives south: {abel: size},",
        "abel",
        "44:34: exchange.steps.swap.north gives south.abel: unknown category or asset 'abel'; did you mean 'able'?",
    ),
    (
        "tracks: [exchange, pause]",
        "tracks: [exchnge, pause]",
        "exchnge",
        "30:40: mediators.host.tracks.0: unknown track 'exchnge'; did you mean 'exchange'?",
    ),
    (
        "tracks: [exchange, pause]",
        "tracks: exchange",
        "host",
        "57:17: pause.granted_by: 'host' does not mediate on this track",
    ),
    (
        "granted_by: host",
        "granted_by: hots",
        "hots",
        "57:17: pause.granted_by: unknown mediator 'hots'; did you mean 'host'?",
    ),
    (
        "watchers: monitoring}",
        "watchrs: monitoring}",
        "watchrs",
        "56:14: pause.grants.watchrs: unknown fact 'watchrs'; did you mean 'watchers'?",
    ),
    (
        "claim: seed.willing}",
        "claim: seed.wiling}",
        "seed.wiling",
        "52:94: exchange.preconditions.north.willing.claim: unknown claim 'seed.wiling'; did you mean 'seed.willing'?",
    ),
    (
        "claim: seed.willing}",
        "claim: sed.x}",
        "sed.x",
        "52:94: exchange.preconditions.north.willing.claim: unknown claim 'sed.x': there is no source 'sed'",
    ),
    (
        "assets: {fuel: {assumed",
        "assets: {feul: {assumed",
        "feul",
        "12:14: parties.north.assets.feul: unknown asset 'feul'; did you mean 'fuel'?",
    ),
    (
        "role: aid, of: south",
        "role: aid, of: sooth",
        "sooth",
        "32:34: facts.aid.of: unknown party 'sooth'; did you mean 'south'?",
    ),
    (
        "role: aid, of: south",
        "role: aid",
        "aid",
        "32:25: facts.aid.role: role 'aid' needs 'of': the party that it concerns",
    ),
    ("role: aid, of: south", "of: south", "of", "32:19: facts.aid.of: 'of' needs a role: aid or rearm_cap"),
    (
        "{returned: 1, released: -0.6}",
        "{returned: 1, relased: -0.6}",
        "relased",
        "47:28: exchange.interests.north.relased: unknown feature 'relased'; did you mean 'released'?",
    ),
    (
        "{returned: 1, released: -0.6}",
        "{manner: 1}",
        "manner",
        "47:15: exchange.interests.north.manner: the values of 'manner' are words: 'scores' needs a table for it",
    ),
    (
        "margin: 0.1",
        "margin: {nort: 0.1}",
        "nort",
        "49:14: exchange.margin.nort: unknown party 'nort'; did you mean 'north'?",
    ),
    (
        "margin: 0.1",
        "scores: {size: {25: 0.1, 50: 0.5}}",
        "size",
        "49:14: exchange.scores.size: the table of scores leaves out values of 'size': 175",
    ),
    (
        "strategy: boulware",
        "strategy: boulwar",
        "boulwar",
        "11:15: parties.north.strategy: unknown strategy 'boulwar'; did you mean 'boulware'?",
    ),
    (
        "strategy: boulware",
        "strategy: {name: boulware, exponant: 3}",
        "exponant",
        "11:32: parties.north.strategy.exponant: the strategy 'boulware' has no parameter 'exponant'; did you "
        "mean 'exponent'?",
    ),
    (
        "strategy: boulware",
        "strategy: {exponent: 3}",
        "strategy",
        "11:5: parties.north.strategy: a strategy needs either a 'name' on the shelf or a 'file'",
    ),
    (
        "  watchers: 0\n",
        "  watchers: 0\n  day: 1\n",
        "day",
        "34:3: facts.day: 'day' is a word of the language of expressions",
    ),
    (
        "  watchers: 0\n",
        "  watchers: 0\n  size: 1\n",
        "size",
        "40:7: exchange.issues.size: 'size' is also a fact; give the two different names",
    ),
    (
        "  watchers: 0\n",
        "  watchers: 0\n  returned: 1\n",
        "returned",
        "34:3: facts.returned: 'returned' is the name of a feature; name the fact otherwise",
    ),
    (
        "assets: {fuel: {unit: tonnes}}",
        "assets: {fuel: {unit: tonnes}, able: {}}",
        "able",
        "21:32: assets.able: 'able' is already the name of one of the categories",
    ),
    # tracks
    ("parties: [north, south]", "parties: [north, west]", "west", "36:22: exchange.parties.1: unknown party 'west'"),
    (
        "parties: [north, south]",
        "parties: [north, north]",
        "north",
        "36:22: exchange.parties.1: 'north' stands in this list twice",
    ),
    (
        "parties: [north, south]",
        "parties: north",
        "north",
        "36:14: exchange.parties: a track needs at least two parties",
    ),
    (
        "size: [25, 50, 175]",
        "size: [25, many]",
        "many",
        "39:18: exchange.issues.size.1: 'many': the other values of 'size' are numbers, this is a word; "
        "keep to one kind",
    ),
    (
        "size: [25, 50, 175]",
        "size: [25, 50, 25.0]",
        "25.0",
        "39:22: exchange.issues.size.2: '25.0' stands in the menu twice",
    ),
    ("size: [25, 50, 175]", "size: [25, null]", "null", "39:18: exchange.issues.size.1: expected a number or a word"),
    (
        "size: [25, 50, 175]",
        f"size: {list(range(1100))}",
        "issues",
        "38:5: exchange.issues: 4,380 outcomes; at most 4,096",
    ),
    (
        "extra <= size",
        "extra > size",
        "constraints",
        "42:5: exchange.constraints: no outcome meets all constraints: there is nothing to agree on",
    ),
    (
        "extra <= size",
        "extra <= siez",
        "siez",
        "42:28: exchange.constraints.0: unknown name 'siez'; did you mean 'size'?",
    ),
    (
        "south gives north: {able: size}}",
        "south gives north: {wounded: size}}",
        "wounded",
        "44:67: exchange.steps.swap.south gives north.wounded: south holds no captives of north, category 'wounded', "
        "and none are captured: there is nothing to give",
    ),
    (
        "south gives north: {able: size}}",
        "south gives north: {fuel: size}}",
        "fuel",
        "44:67: exchange.steps.swap.south gives north.fuel: south holds no 'fuel': there is nothing to give",
    ),
    (
        "south gives north: {able: size}}",
        "south gives north: {able: size / 2}}",
        "size / 2",
        "44:73: exchange.steps.swap.south gives north.able: 'size / 2' is 12.5 where size 25, extra 0, manner forced: "
        "must be a whole number",
    ),
    (
        "{wounded: extra}",
        "{wounded: extra - 5}",
        "extra - 5",
        "45:43: exchange.steps.gift.north gives south.wounded: 'extra - 5' is -5 where size 25, extra 0, manner "
        "forced: "
        "must be at least 0",
    ),
    (
        "after: swap",
        "after: swop",
        "swop",
        "45:88: exchange.steps.gift.after: unknown step 'swop'; did you mean 'swap'?",
    ),
    ("after: swap", "after: gift", "after", "45:81: exchange.steps.gift.after: steps in a circle: gift after gift"),
    (
        "captures:",
        "captures:\n  host takes south: {able: {assumed: 1, because: a guess}}",
        "host takes south",
        "28:3: captures.host takes south: 'host' is no party: a third side owns and holds nothing of its own; what a "
        "party hands over can go into its 'escrow', or 'to' it",
    ),
    (
        "after: swap",
        "every: 7, times: many",
        "many",
        "45:98: exchange.steps.gift.times: expected a whole number, found 'many'",
    ),
    (
        "after: swap",
        "times: 3",
        "times",
        "45:81: exchange.steps.gift.times: 'times' needs 'every', the days between tranches",
    ),
    (
        "after: swap",
        "every: 7, times: 3, over_days: 9",
        "over_days",
        "45:101: exchange.steps.gift.over_days: 'over_days' cannot stand beside 'every' and 'times'",
    ),
    (
        "after: swap",
        "while: truce",
        "while",
        "45:81: exchange.steps.gift.while: 'while: truce' needs a truce on the track",
    ),
    (
        "after: swap",
        "guaranteed_by: hots",
        "hots",
        "45:96: exchange.steps.gift.guaranteed_by: unknown mediator or other 'hots'; did you mean 'host'?",
    ),
    (
        "south gives north: {able: size}}",
        "south gives north: {able: size}, gesture: true}",
        "gesture",
        "44:80: exchange.steps.swap.gesture: a gesture is unreciprocated: only one side gives",
    ),
    (
        "scope: 0.2, mon",
        "scope: 1.2, mon",
        "1.2",
        "55:32: pause.truce.scope: 1.2 is out of range: must be at least 0 and at most 1",
    ),
    (
        "watchers: monitoring}",
        "watchers: monitoring + 1}",
        "monitoring + 1",
        "56:24: pause.grants.watchers: 'monitoring + 1' is 1.3 where days 7, monitoring 0.3: "
        "must be at least 0 and at most 1",
    ),
    (
        "    truce: {days: days, scope: 0.2, monitoring: monitoring}\n",
        "",
        "renewal",
        "57:5: pause.renewal: only a truce is renewed, and the track has none",
    ),
    (
        "interests: {north: {truce_days",
        "supersedes: pause\n    interests: {north: {truce_days",
        "pause",
        "59:17: pause.supersedes: a track cannot supersede itself",
    ),
    # preconditions
    (
        "proposal.manner == voluntary",
        "proposal.maner == voluntary",
        "proposal.maner",
        "52:31: exchange.preconditions.north.willing.accepts if: unknown name 'proposal.maner'; "
        "did you mean 'proposal.manner'?",
    ),
    (
        "proposal.manner == voluntary",
        "'proposal.manner == (voluntary'",
        "'",
        "52:61: exchange.preconditions.north.willing.accepts if: expected ')', found nothing more",
    ),
    (
        "accepts if: proposal.manner == voluntary",
        "enters if: proposal.size > 3",
        "proposal.size",
        "52:30: exchange.preconditions.north.willing.enters if: 'proposal.size' cannot be looked at: "
        "there is no proposal when 'enters if' is asked",
    ),
    (
        "hard: true",
        "hard: true, fades: 0.1",
        "fades",
        "52:87: exchange.preconditions.north.willing.fades: 'hard' cannot stand beside 'fades'",
    ),
    (
        "hard: true",
        "hard: true, cost: 0.1",
        "cost",
        "52:87: exchange.preconditions.north.willing.cost: 'hard' cannot stand beside 'cost'",
    ),
    (
        "hard: true",
        "cost: 0.1, fades: 0.1",
        "cost",
        "52:75: exchange.preconditions.north.willing.cost: 'fades' cannot stand beside 'cost'",
    ),
    (
        "hard: true",
        "hard: false",
        "hard",
        "52:75: exchange.preconditions.north.willing.hard: a precondition that is not hard needs 'fades' or 'cost'",
    ),
    (
        "accepts if: proposal.manner == voluntary",
        "enters if: day > 3, continues if: day > 3",
        "willing",
        "52:9: exchange.preconditions.north.willing: a precondition has one gate, such as 'accepts if'; "
        "found 'enters if' and 'continues if'",
    ),
    (
        "accepts if: proposal.manner == voluntary, ",
        "",
        "willing",
        "52:9: exchange.preconditions.north.willing: a precondition has one gate, such as 'accepts if'; found none",
    ),
    (
        "accepts if: proposal.manner == voluntary",
        "renews if: day > 3",
        "renews if",
        "52:19: exchange.preconditions.north.willing.renews if: 'renews if' needs a renewal on the track",
    ),
    (
        "hard: true",
        "since: 2025-04-20, until: 2025-04-10",
        "2025-04-10",
        "52:101: exchange.preconditions.north.willing.until: dates out of order: since 2025-04-20 until 2025-04-10",
    ),
    # acts, events, what was observed
    ("by: north, date", "by: nort, date", "nort", "65:15: acts.feast.by: unknown party 'nort'; did you mean 'north'?"),
    (
        "mirrored_by: {south",
        "mirrored_by: {north",
        "north",
        "65:82: acts.feast.mirrored_by.north: 'north' cannot mirror its own act",
    ),
    (
        "truce: {days: 2, scope: 1}, ",
        "",
        "feast",
        "65:3: acts.feast: an act needs a 'truce' or something that one party 'gives' another",
    ),
    (
        "chance: 0.01",
        "date: tomorrow",
        "tomorrow",
        "68:16: events.leak.date: expected a date such as 2025-03-18, found 'tomorrow'",
    ),
    ("chance: 0.01", "times: 1", "leak", "68:3: events.leak: an event needs either a 'date' or a daily 'chance'"),
    (
        "chance: 0.01",
        "chance: 0.01, date: 2025-03-20",
        "leak",
        "68:3: events.leak: an event needs either a 'date' or a daily 'chance'",
    ),
    (
        "chance: 0.01",
        "chance: 0.01, since: 2025-04-20, until: 2025-04-10",
        "2025-04-10",
        "68:50: events.leak.until: dates out of order: since 2025-04-20 until 2025-04-10",
    ),
    ("opens: pause", "opens: pauze", "pauze", "67:35: events.call.opens: unknown track 'pauze'; did you mean 'pause'?"),
    (
        "sets: {watchers: 0.5}",
        "sets: {watcher: 0.5}",
        "watcher",
        "67:49: events.call.sets.watcher: unknown name 'watcher'; did you mean 'watchers'?",
    ),
    (
        "sets: {watchers: 0.5}",
        "sets: {watchers: 1.5}",
        "1.5",
        "67:59: events.call.sets.watchers: 1.5 is out of range: 'watchers' is 0 to 1",
    ),
    (
        "track: exchange",
        "track: exchnage",
        "exchnage",
        "70:31: observed.0.track: unknown track 'exchnage'; did you mean 'exchange'?",
    ),
    (
        "agreed: {size",
        "agreed: {sise",
        "sise",
        "70:50: observed.0.agreed.sise: unknown issue or step 'sise'; did you mean 'size'?",
    ),
    (
        "track: exchange, agreed",
        "track: exchange, otherwise: [{claim: seed.held_by_south, delivered: {sise: 4}}], agreed",
        "sise",
        "70:93: observed.0.otherwise.0.delivered.sise: unknown issue or step 'sise'; did you mean 'size'?",
    ),
    (
        "track: exchange, agreed",
        "track: exchange, otherwise: [{claim: seed.held}], agreed",
        "seed.held",
        "70:61: observed.0.otherwise.0.claim: unknown claim 'seed.held'; did you mean 'seed.held_by_south'?",
    ),
    (
        "observed:\n",
        "fitted_to: {exchnage: 2025-03-19}\nobserved:\n",
        "exchnage",
        "69:13: fitted_to.exchnage: unknown track 'exchnage'; did you mean 'exchange'?",
    ),
    # other actors
    (
        "parley: 1\n",
        "parley: 1\nothers: [west, west]\n",
        "west",
        "2:16: others.1: 'west' stands in this list twice",
    ),
    (
        "parley: 1\n",
        "parley: 1\nothers: {west: {guarantee: 2}}\n",
        "2",
        "2:28: others.west.guarantee: 2 is out of range: must be at most 1",
    ),
    (
        "parley: 1\n",
        "parley: 1\nothers: [south]\n",
        "others",
        "2:1: others: 'south' is already the name of one of the parties",
    ),
    (
        "after: swap",
        "declines: {share: 0.1, verified_by: hots}",
        "hots",
        "45:117: exchange.steps.gift.declines.verified_by: unknown mediator or other 'hots'; did you mean 'host'?",
    ),
    (
        "after: swap",
        "declines: 1.1",
        "1.1",
        "45:91: exchange.steps.gift.declines: 1.1 is out of range: must be at most 1",
    ),
    (
        "after: swap",
        "to: host",
        "host",
        "45:85: exchange.steps.gift.to: unknown other 'host'",
    ),
    (
        "parley: 1\n",
        "parley: 1\nothers: {min: {}}\n",
        "min",
        "2:10: others.min: 'min' is a word of the language of expressions",
    ),
    (
        "after: swap",
        "escrow: hots",
        "hots",
        "45:89: exchange.steps.gift.escrow: unknown mediator or other 'hots'; did you mean 'host'?",
    ),
    (
        "after: swap",
        "escrow: {by: host, until: proposal.size > 3}",
        "proposal.size",
        "45:107: exchange.steps.gift.escrow.until: 'proposal.size' cannot be looked at: there is no proposal when "
        "'until' is asked",
    ),
    (
        "wounded: 1.5}",
        "wounded: {worth: 1.5, tariff: 0}}",
        "0",
        "20:53: categories.wounded.tariff: 0 is out of range: must be above 0",
    ),
    (
        "{wounded: extra}",
        "{wounded: extra * tariff.wounded}",
        "tariff.wounded",
        "45:51: exchange.steps.gift.north gives south.wounded: 'tariff.wounded': the category 'wounded' has no tariff",
    ),
    (
        "{wounded: extra}",
        "{wounded: alll}",
        "alll",
        "45:43: exchange.steps.gift.north gives south.wounded: unknown name 'alll'; did you mean 'all'?",
    ),
    (
        "{wounded: extra}",
        "{wounded: held.north.sooth.wounded}",
        "held.north.sooth.wounded",
        "45:43: exchange.steps.gift.north gives south.wounded: unknown name 'held.north.sooth.wounded'; "
        "did you mean 'held.north.south.wounded'?",
    ),
    (
        "{wounded: extra}",
        "{wounded: weariness.north}",
        "weariness.north",
        "45:43: exchange.steps.gift.north gives south.wounded: 'weariness.north' cannot be looked at when a count is "
        "settled: only issues, numbers and what is held",
    ),
    (
        "after: swap",
        "standing: true, over_days: 3",
        "standing",
        "45:81: exchange.steps.gift.standing: 'standing' cannot stand beside 'over_days': a count that is settled when "
        "it falls due has no total to be spread over days",
    ),
    # truces without an end
    (
        "truce: {days: days",
        "truce: {days: opne",
        "opne",
        "55:19: pause.truce.days: unknown name 'opne'; did you mean 'open'?",
    ),
    (
        "scope: 0.2, monitoring: monitoring}",
        "scope: 0.2, monitoring: monitoring, after_expiry: {restraint_days: 0}}",
        "0",
        "55:92: pause.truce.after_expiry.restraint_days: 0 is out of range: must be above 0",
    ),
    (
        "issues: {days: [7, 14, 30]",
        "issues: {days: [7, 365, open]",
        "365",
        "54:24: pause.issues.days.1: 365 stands in the menu, and 'open' counts as 365: change 'open_counts_as' of the "
        "truce",
    ),
    (
        "extra: [0, 10]",
        "extra: [0, open]",
        "open",
        "40:18: exchange.issues.extra.1: 'open': the other values of 'extra' are numbers, this is a word; keep to one "
        "kind",
    ),
    (
        "truce: {days: days",
        "truce: {open_counts_as: 30.5, days: days",
        "30.5",
        "55:29: pause.truce.open_counts_as: 30.5 must be a whole number of days",
    ),
    (
        "issues: {days: [7, 14, 30]",
        "issues: {days: [7, open, open]",
        "open",
        "54:30: pause.issues.days.2: 'open' stands in the menu twice",
    ),
    # care for another's worth
    (
        "margin: 0.1",
        "cares: {north: {sout: 0.8}}",
        "sout",
        "49:21: exchange.cares.north.sout: unknown party 'sout'; did you mean 'south'?",
    ),
    (
        "margin: 0.1",
        "cares: {north: {north: 0.8}}",
        "north",
        "49:21: exchange.cares.north.north: 'north' cannot care for itself besides",
    ),
    # values that wait for a condition
    (
        "extra: [0, 10]",
        "extra: [0, {value: 10, available if: wachers > 0}]",
        "wachers",
        "40:44: exchange.issues.extra.1.available if: unknown name 'wachers'; did you mean 'watchers'?",
    ),
    (
        "extra: [0, 10]",
        "extra: [0, {value: 10, available if: proposal.size > 25}]",
        "proposal.size",
        "40:44: exchange.issues.extra.1.available if: 'proposal.size' cannot be looked at: there is no proposal when "
        "'available if' is asked",
    ),
    (
        "extra: [0, 10]",
        "extra: [0, {value: ten, available if: day > 3}]",
        "ten",
        "40:26: exchange.issues.extra.1.value: 'ten': the other values of 'extra' are numbers, this is a word; keep to "
        "one kind",
    ),
    (
        "extra: [0, 10]",
        "extra: [0, {available if: day > 3}]",
        "{",
        "40:18: exchange.issues.extra.1: missing key 'value'",
    ),
]

MORE = [
    (
        "monitoring: [0, 0.3, 0.7]}",
        "monitoring: [0, 0.3, 0.7], min: [1]}",
        "min",
        "54:60: pause.issues.min: 'min' is a word of the language of expressions",
    ),
    (
        "monitoring: [0, 0.3, 0.7]}",
        "monitoring: [0, 0.3, 0.7], paid: [1]}",
        "paid",
        "54:60: pause.issues.paid: 'paid' is the name of a feature; name the issue otherwise",
    ),
    (
        "  paper: {title: A report}\n",
        "  paper: {title: A report}\n  a.b: {title: x}\n",
        "a.b",
        "8:3: sources.a.b: 'a.b': the name of a source has no dot",
    ),
    ("title: Two parties at war", "title: 2025-03-18", "2025-03-18", "2:8: title: expected text, found 2025-03-18"),
    ("title: Two parties at war", "title: true", "true", "2:8: title: expected text, found true"),
    ("title: Two parties at war", "title:", "title", "2:1: title: expected text, found nothing"),
    ("label: North", r'label: "\e[2J"', r'"\e[2J"', "10:12: parties.north.label: the character U+001B cannot be used"),
    (
        "tracks: [exchange, pause]",
        "tracks: [exchange, pause], convene: {exchnge: 0.1}",
        "exchnge",
        "30:68: mediators.host.convene.exchnge: unknown track 'exchnge'; did you mean 'exchange'?",
    ),
    (
        "tracks: [exchange, pause]",
        "tracks: pause, convene: {exchange: 0.1}",
        "exchange",
        "30:56: mediators.host.convene.exchange: 'host' does not mediate on the track 'exchange'",
    ),
    (
        "tracks: [exchange, pause]",
        "tracks: [exchange, pause], bias: {north: 2}",
        "2",
        "30:72: mediators.host.bias.north: 2 is out of range: must be at most 1",
    ),
    (
        "truce: {days: 2, scope: 1}",
        "south gives north: {able: 5}",
        "south gives north",
        "65:40: acts.feast.south gives north: an act is one-sided: 'north' gives",
    ),
    (
        "truce: {days: 2, scope: 1}",
        "north gives south: {abel: 5}",
        "abel",
        "65:60: acts.feast.north gives south.abel: unknown category or asset 'abel'; did you mean 'able'?",
    ),
    (
        "date: 2025-03-20, opens",
        "date: 2025-03-20, times: 2, opens",
        "times",
        "67:28: events.call.times: 'times' belongs to a random event, not to one with a date",
    ),
    (
        "opens: pause, sets",
        "force: true, sets",
        "force",
        "67:28: events.call.force: 'force' needs 'opens': the tracks to open",
    ),
    (
        "opens: pause, sets",
        "violations: {puase: {north: 1}}, sets",
        "puase",
        "67:41: events.call.violations.puase: unknown track 'puase'; did you mean 'pause'?",
    ),
    (
        "opens: pause, sets",
        "violations: {pause: {nroth: 1}}, sets",
        "nroth",
        "67:49: events.call.violations.pause.nroth: unknown party 'nroth'; did you mean 'north'?",
    ),
    (
        "175}, claim: seed.held_by_south",
        "175}, starts: 2025-03-20, ended: 2025-03-19",
        "2025-03-19",
        "70:89: observed.0.ended: dates out of order: starts 2025-03-20, ended 2025-03-19",
    ),
    (
        "175}, claim: seed.held_by_south",
        "175}, disputed_by: [seed.held]",
        "seed.held",
        "70:76: observed.0.disputed_by.0: unknown claim 'seed.held'; did you mean 'seed.held_by_south'?",
    ),
    (
        "175}, claim: seed.held_by_south",
        "175}, sources: [papr]",
        "papr",
        "70:72: observed.0.sources.0: unknown source 'papr'; did you mean 'paper'?",
    ),
    (
        "[forced, voluntary]",
        "[forced, voluntary, and]",
        "and",
        "41:35: exchange.issues.manner.2: 'and' cannot be a value: letters, digits and _ , and no word of the language",
    ),
    (
        "extra: [0, 10]",
        f"extra: {list(range(100_000, 104_096))}",
        "constraints",
        "42:5: exchange.constraints: no outcome meets all constraints: there is nothing to agree on",
    ),
    (
        "issues: {days: [7, 14, 30]",
        f"issues: {{a: {list(range(300))}, b: {list(range(300))}, days: [7, 14, 30]",
        "issues",
        "54:5: pause.issues: 810,000 combinations of values; at most 4,096",
    ),
    (
        "margin: 0.1",
        "scores: {returned: {north: {curve: {scale: 3}, table: {1: 1}}}}",
        "north",
        "49:25: exchange.scores.returned.north: a score is a curve or a table, not both",
    ),
    (
        "margin: 0.1",
        "scores: {extra: {north: {0: 1, ten: 1}}}",
        "north",
        "49:22: exchange.scores.extra.north: the table of scores leaves out values of 'extra': 10",
    ),
    (
        "    label: North\n",
        "    label: North\n    disputed: {weariness: 0.3}\n",
        "disputed",
        "11:5: parties.north: disputed numbers are written one by one: {disputed: [claims], use: number}",
    ),
    (
        "    label: North\n",
        "    label: North\n    assumed:\n",
        "assumed",
        "11:5: parties.north: nothing is said to be assumed",
    ),
    (
        "label: North",
        "weariness: {assumed: {because: x}}",
        "assumed",
        "10:17: parties.north.weariness: nothing is said to be assumed",
    ),
    (
        "because: a round number",
        "because: [a, b]",
        "[a, b]",
        "12:44: parties.north.assets.fuel.because: 'because' needs a text",
    ),
    (
        "strategy: boulware",
        "strategy: {file: mine.py}",
        "mine.py",
        "11:22: parties.north.strategy.file: there is no file {folder}/mine.py",
    ),
]
CASES += MORE


def marked(fault: Fault) -> str:
    """The token that the carets of an excerpt stand under."""
    line, carets = fault.excerpt.split("\n")
    return line[carets.index("^") : len(carets)]


@pytest.mark.parametrize(("old", "new", "token", "expected"), CASES)
def test_one_slip_is_one_fault_at_its_place(files, old: str, new: str, token: str, expected: str) -> None:
    """A sound scenario with one thing spoiled has one fault, which marks the faulty token and says what is wrong."""
    (fault,) = files.faults((old, new))
    place_and_message = expected.replace("{folder}", str(files.folder))
    assert str(fault).split("\n")[0] == f"{files.folder}/case.yaml:{place_and_message}"
    assert marked(fault) == token
    line = (files.folder / "case.yaml").read_text(encoding="utf-8").split("\n")[fault.line - 1]
    assert line[fault.column - 1 :].startswith(token)


def test_a_track_has_a_table_of_its_own(files) -> None:
    """A party that does not sit at a table cannot give, want or refuse anything there."""
    faults = files.faults(
        ("  south:\n    assumed", "  west: {}\n  south:\n    assumed"),
        ("north: {returned: 1, released: -0.6}", "west: {returned: 1, released: -0.6}"),
        ("{north gives south: {wounded: extra}", "{west gives south: {able: 1}, north gives south: {wounded: extra}"),
        ("gesture: true", "gesture: false"),
    )
    assert [(fault.path, fault.message) for fault in faults] == [
        (
            "exchange.steps.gift.west gives south",
            "'west' does not sit at this table: its 'parties' are north, south",
        ),
        (
            "exchange.steps.gift.west gives south.able",
            "west holds no captives of south, category 'able', and none are captured: there is nothing to give",
        ),
        ("exchange.interests.west", "'west' does not sit at this table: its 'parties' are north, south"),
    ]


def test_a_track_has_sixty_two_preconditions_at_most(files) -> None:
    """A blocking set is a set of bits in one number, so that there is an end to preconditions."""
    many = "".join(f"        more_{index}: {{enters if: day > {index}}}\n" for index in range(62))
    (fault,) = files.faults(("        willing:", f"{many}        willing:"))
    assert (fault.line, fault.message) == (50, "63 preconditions; at most 62 on a track")


def test_an_exchange_may_draw_on_what_comes_in_later(files) -> None:
    """What an event brings or another party hands over can be given, though nobody holds it at the start."""
    gives_fuel = ("south gives north: {able: size}}", "south gives north: {fuel: 1}}")
    assert files.read(gives_fuel, ("sets: {watchers: 0.5}", "sets: {assets.south.fuel: 5}"))
    assert files.read(gives_fuel, ("{wounded: extra}", "{fuel: 1}"))
    gives_wounded = ("south gives north: {able: size}}", "south gives north: {wounded: 1}}")
    assert files.read(gives_wounded, ("sets: {watchers: 0.5}", "adds: {held.south.north.wounded: 5}"))


def test_steps_in_a_longer_circle_are_told_in_order(files) -> None:
    """Steps that wait for one another are named in the order in which they wait."""
    (fault,) = files.faults(("swap: {north", "swap: {after: gift, north"))
    assert fault.message == "steps in a circle: swap after gift after swap"
