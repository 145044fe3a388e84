import datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.rules.conditions import DEPTH, evaluate
from sim.scenario.expressions import ExpressionFault, Names, NameTable, Program, compile_expression
from sim.scenario.names import UnknownName, parse_target
from sim.scenario.schema import Scenario
from sim.terms import Gate, Op, Seen, Target

SCENARIO = Scenario.model_validate(
    {
        "parley": 1,
        "title": "Two tables",
        "start": datetime.date(2025, 3, 18),
        "horizon": 30,
        "parties": {"north": {}, "south": {}},
        "mediators": {"host": {"style": "facilitation", "tracks": ["pause"]}},
        "categories": {"able": 1, "wounded": 1},
        "assets": {"grain": {}, "fuel": {}},
        "facts": {"aid": 1, "calm": 0.5},
        "tracks": {
            "exchange": {
                "issues": {"size": [25, 50], "manner": ["forced", "voluntary"]},
                "steps": {
                    "swap": {"gives": {"north gives south": {"able": "size"}}},
                    "gift": {"gives": {"south gives north": {"able": "1"}}},
                },
            },
            "pause": {
                "issues": {"days": [7, 14], "watch": [0, 1]},
                "truce": {"days": "days"},
                "renewal": {"ask_before": 2, "issues": {"days": [7], "reason": ["calm_kept", "asked"]}},
            },
        },
    }
)
TABLE = NameTable(SCENARIO)
ACCEPTING = TABLE.for_gate("exchange", Gate.ACCEPTS)


def value(text: str, inputs: dict[str, float] | None = None, names: Names = ACCEPTING) -> float:
    """What a text is worth when its names stand for these numbers."""
    program = compile_expression(text, names)
    given_inputs = [(inputs or {})[seen.name] for seen in program.inputs]
    return evaluate(program.ops, program.args, given_inputs, [0.0] * DEPTH, len(program.ops))


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("12 / 4 / 3", 1),
        ("-2 * 3", -6),
        ("2 * -3", -6),
        ("- - 2", 2),
        ("5 / 0", 0),
        (".5 + 1e1", 10.5),
        ("min(3, 1, 2) + max(3, 1)", 4),
        ("not 0 and not 0", 1),
        ("not 1 == 2", 1),
        ("1 or 1 and 0", 1),
        ("(1 or 1) and 0", 0),
        ("7 and 5", 1),
        ("true + false", 1),
        ("1 <= 1 and 2 >= 3 or 4 != 4", 0),
    ],
)
def test_operators_bind_as_in_arithmetic_and_truth_is_one(text: str, worth: float) -> None:
    """Products bind before sums, comparisons before `not`, `not` before `and`, `and` before `or`."""
    assert value(text) == worth


amounts = st.one_of(st.integers(0, 50).map(str), st.sampled_from(["0.5", "2.25", "aid", "day"]))
numbers = st.recursive(
    amounts,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("-{}".format),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"min({', '.join(parts)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"max({', '.join(parts)})"),
    ),
    max_leaves=8,
)
conditions = st.recursive(
    st.tuples(numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers).map(" ".join),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("not {}".format),
    ),
    max_leaves=6,
)


@given(text=st.one_of(numbers, conditions), aid=st.floats(0, 1), day=st.integers(0, 400))
def test_expressions_mean_what_python_means(text: str, aid: float, day: int) -> None:
    """Where both languages have an expression, both give it the same value, to the last bit."""
    try:
        expected = float(eval(text, {"__builtins__": {}}, {"aid": aid, "day": float(day), "min": min, "max": max}))
    except ZeroDivisionError:
        assume(False)
    assert value(text, {"aid": aid, "day": float(day)}) == expected


@given(st.text(max_size=60) | st.text(alphabet="()+-*/<>=!, notandrmix.0123456789", max_size=60))
def test_any_text_is_a_program_or_a_fault(text: str) -> None:
    """No text makes the reader fail in any other way than by a fault that lies within the text."""
    try:
        compile_expression(text, ACCEPTING)
    except ExpressionFault as caught:
        fault = caught
    else:
        return
    assert 0 <= fault.offset <= fault.offset + fault.length <= len(text)


def reference(program: Program) -> tuple[Seen, int, int, int]:
    """What a program of one name looks at."""
    (seen,) = program.inputs
    return seen.kind, seen.a, seen.b, seen.c


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("day", (Seen.DAY, -1, -1, -1)),
        ("calm", (Seen.FACT, 1, -1, -1)),
        ("proposal.manner == forced", (Seen.PROPOSAL, 1, -1, -1)),
        ("agreed.gift", (Seen.AGREED, 1, -1, -1)),
        ("delivered.swap.south", (Seen.DELIVERED, 0, 1, -1)),
        ("held.south.north.wounded", (Seen.HELD, 1, 0, 1)),
        ("assets.south.fuel", (Seen.ASSETS, 1, 1, -1)),
        ("weariness.south", (Seen.WEARINESS, 1, -1, -1)),
        ("strength.north", (Seen.STRENGTH, 0, -1, -1)),
        ("trust.south.north", (Seen.TRUST, 1, 0, -1)),
        ("ledger.south(7)", (Seen.LEDGER, 1, 7, -1)),
        ("track.pause.phase == talks", (Seen.TRACK_PHASE, 1, -1, -1)),
        ("track.exchange.deals", (Seen.TRACK_DEALS, 0, -1, -1)),
        ("track.pause.days_since_deal", (Seen.TRACK_SINCE_DEAL, 1, -1, -1)),
        ("track.pause.in_force", (Seen.TRACK_IN_FORCE, 1, -1, -1)),
    ],
)
def test_names_refer_by_file_order(text: str, seen: tuple[Seen, int, int, int]) -> None:
    """A name stands for what `sim.terms.Seen` says, with positions counted in the order of the file."""
    assert reference(compile_expression(text, ACCEPTING)) == seen


def test_a_name_that_occurs_twice_is_looked_at_once() -> None:
    """A program has one input for each thing that it looks at."""
    program = compile_expression("aid > 0.1 and aid < 0.5", ACCEPTING)
    assert [seen.name for seen in program.inputs] == ["aid"]


def test_words_stand_for_their_place_in_the_menu() -> None:
    """`proposal.manner == voluntary` compares with 1, the place of the word in [forced, voluntary]."""
    for text in ("proposal.manner == voluntary", "voluntary == proposal.manner"):
        assert value(text, {"proposal.manner": 1.0}) == 1
        assert value(text, {"proposal.manner": 0.0}) == 0


def test_a_phase_is_compared_with_its_word() -> None:
    """`in_force` is the number 3 of `sim.terms.Phase`."""
    assert value("track.pause.phase == in_force", {"track.pause.phase": 3.0}) == 1


def test_a_renewal_asks_about_inherited_issues_first() -> None:
    """Issues of a renewal: those of the track that it leaves alone, in order, then its own."""
    renewing = TABLE.for_gate("pause", Gate.RENEWS)
    assert [renewing.look(f"proposal.{name}").a for name in ("watch", "days", "reason")] == [0, 1, 2]
    assert value("proposal.reason == asked", {"proposal.reason": 1.0}, renewing) == 1


def test_terms_name_issues_with_or_without_proposal() -> None:
    """In the terms of a track `size` and `proposal.size` are the same issue."""
    terms = TABLE.for_terms("exchange")
    assert reference(compile_expression("size", terms)) == reference(compile_expression("proposal.size", terms))


def test_a_compiled_track_sees_what_its_gates_and_its_terms_see() -> None:
    """The scope that compiles what was checked gives names the same meaning as the narrower ones."""
    everything = TABLE.for_track("exchange")
    for text, names in (("size", TABLE.for_terms("exchange")), ("aid", ACCEPTING), ("proposal.size", ACCEPTING)):
        assert reference(compile_expression(text, everything)) == reference(compile_expression(text, names))


WORDS = "the values of 'proposal.manner' are words: compare it with one of them"
FAULTS = [
    ("", 0, 0, "expected a number or a name, found nothing more", ""),
    ("aid <", 5, 0, "expected a number or a name, found nothing more", ""),
    ("aid aid", 4, 3, "expected an operator or the end of the expression, found 'aid'", ""),
    ("(aid", 4, 0, "expected ')', found nothing more", ""),
    ("aid = 1", 4, 1, "unexpected character '='", "=="),
    ("aid ≥ 1", 4, 1, "unexpected character '≥'", ">="),
    ("3x", 0, 2, "'3x' is neither a number nor a name", ""),
    ("1e999", 0, 5, "'1e999' is too large a number", ""),
    ("0 < aid < 1", 8, 1, "comparisons cannot be chained: join two of them with 'and'", ""),
    ("1 + not aid", 4, 3, "put 'not ...' in brackets here: expected a number or a name, found 'not'", ""),
    ("min(aid)", 0, 3, "'min' compares at least two values", ""),
    ("sqrt(4)", 0, 4, "'sqrt(...)' is not a function", ""),
    ("mni(4, 2)", 0, 3, "'mni(...)' is not a function", "min"),
    ("aid(4)", 0, 3, "'aid(...)' is not a function", ""),
    ("aidd > 1", 0, 4, "unknown name 'aidd'", "aid"),
    ("size > 1", 0, 4, "unknown name 'size'", "proposal.size"),
    ("proposal.siez > 1", 0, 13, "unknown name 'proposal.siez'", "proposal.size"),
    ("proposal.size.x > 1", 0, 15, "'proposal.size.x' should read proposal.<issue>", ""),
    ("propsal.size > 1", 0, 12, "unknown name 'propsal.size'", "proposal.size"),
    ("held.north.south", 0, 16, "'held.north.south' should read held.<holder>.<of>.<category>", ""),
    ("trust.north.north", 0, 17, "'trust.north.north': trust is in another party", ""),
    ("ledger.north", 0, 12, "'ledger.north' needs the number of days that it looks back", "ledger.north(7)"),
    ("ledger.north(0)", 0, 12, "'ledger.north(0)': a ledger looks back 1 to 366 days", ""),
    ("ledger.north(1.5)", 13, 3, "expected a whole number in the brackets after 'ledger.north'", ""),
    ("track.pause.fase == talks", 0, 16, "unknown name 'track.pause.fase'", "track.pause.phase"),
    ("track.pause.phase == talking", 21, 7, "'talking' is not a value of 'track.pause.phase'", "talks"),
    ("proposal.manner == voluntry", 19, 8, "'voluntry' is not a value of 'proposal.manner'", "voluntary"),
    (
        "proposal.manner < voluntary",
        18,
        9,
        "'voluntary' is a word: words have no order, compare them with == or !=",
        "",
    ),
    ("proposal.manner", 0, 15, WORDS, "proposal.manner == forced"),
    ("0.4 * proposal.manner", 6, 15, WORDS, "proposal.manner == forced"),
    ("proposal.manner == 1", 0, 15, WORDS, "proposal.manner == forced"),
    ("not proposal.manner", 4, 15, WORDS, "proposal.manner == forced"),
    ("proposal.manner == aid", 0, 15, WORDS, "proposal.manner == forced"),
    (
        "track.pause.phase < track.exchange.phase",
        0,
        17,
        "the values of 'track.pause.phase' are words: compare it with one of them",
        "track.pause.phase == dormant",
    ),
    ("agreed.size > 1", 0, 11, "'agreed.size': there is no step 'size', and 'agreed' looks at steps", ""),
    ("(" * 80 + "1" + ")" * 80, 50, 1, "nested too deeply", ""),
    ("1" + " + 1" * 100, 0, 401, "an expression of more than 200 operations", ""),
    ("1" + " " * 2000, 0, 2001, "an expression of 2,001 characters; at most 2,000", ""),
]


def test_two_things_that_take_the_same_words_may_be_compared() -> None:
    """Two tables can be asked whether they have come equally far."""
    text = "track.pause.phase == track.exchange.phase"
    phases = {"track.pause.phase": 1.0, "track.exchange.phase": 1.0}
    assert value(text, phases) == 1
    assert value(text, {**phases, "track.exchange.phase": 2.0}) == 0


@pytest.mark.parametrize(("text", "offset", "length", "message", "suggestion"), FAULTS)
def test_a_fault_says_what_is_wrong_and_where(
    text: str, offset: int, length: int, message: str, suggestion: str
) -> None:
    """A text that is no expression is refused with the faulty characters, the reason and the nearest right thing."""
    with pytest.raises(ExpressionFault) as caught:
        compile_expression(text, ACCEPTING)
    fault = caught.value
    assert (fault.offset, fault.length, fault.message, fault.suggestion) == (offset, length, message, suggestion)


def test_operands_pile_up_to_sixty_at_most() -> None:
    """A program never needs more than 60 values at once: nesting is refused before."""
    with pytest.raises(ExpressionFault, match="nested too deeply"):
        compile_expression("1 - (" * 70 + "1" + ")" * 70, ACCEPTING)


@pytest.mark.parametrize(
    ("names", "text", "message"),
    [
        (
            TABLE.for_gate("exchange", Gate.ENTERS),
            "proposal.size > 1",
            "'proposal.size' cannot be looked at: there is no proposal when 'enters if' is asked",
        ),
        (TABLE.for_world(), "delivered.swap > 1", "'delivered.swap' cannot be looked at: it belongs to a track's deal"),
        (
            TABLE.for_terms("exchange"),
            "aid",
            "'aid' cannot be looked at when terms are settled: only issues and numbers",
        ),
        (
            TABLE.for_terms("exchange"),
            "held.north.south.able",
            "'held.north.south.able' cannot be looked at when terms are settled: only issues and numbers",
        ),
    ],
)
def test_each_moment_has_its_own_names(names: Names, text: str, message: str) -> None:
    """Terms see issues alone; a proposal is seen where there is one; a deal on its own track."""
    with pytest.raises(ExpressionFault) as caught:
        compile_expression(text, names)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("calm", (Target.FACT, 1, -1, -1)),
        ("facts.calm", (Target.FACT, 1, -1, -1)),
        ("trust.north.south", (Target.TRUST, 0, 1, -1)),
        ("leverage.host", (Target.LEVERAGE, 0, -1, -1)),
        ("way_out.pause", (Target.WAY_OUT, 1, -1, -1)),
        ("weariness.south", (Target.WEARINESS, 1, -1, -1)),
        ("strength.north", (Target.STRENGTH, 0, -1, -1)),
        ("held.south.north.wounded", (Target.HELD, 1, 0, 1)),
        ("assets.north.fuel", (Target.ASSETS, 0, 1, -1)),
    ],
)
def test_an_event_changes_what_its_path_names(path: str, target: tuple[Target, int, int, int]) -> None:
    """A path of `sets` or `adds` stands for what `sim.terms.Target` says, by positions in the file."""
    assert parse_target(path, SCENARIO) == target


@pytest.mark.parametrize(
    ("path", "message", "suggestion"),
    [
        ("calmness", "unknown name 'calmness'", "calm"),
        ("trst.north.south", "unknown path 'trst.north.south'", "trust.north.south"),
        ("trust.north", "'trust.north' should read trust.<party>.<the party it trusts>", ""),
        ("trust.north.north", "'trust.north.north' needs two different parties", ""),
        ("held.north.sout.able", "unknown name 'held.north.sout.able'", "held.north.south.able"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path: str, message: str, suggestion: str) -> None:
    """A path of an event that names nothing is refused with the nearest path that does."""
    with pytest.raises(UnknownName) as caught:
        parse_target(path, SCENARIO)
    assert (caught.value.message, caught.value.suggestion) == (message, suggestion)


def test_operations_are_written_for_a_stack() -> None:
    """Both sides come before their operator, so that a stack machine can run the list from left to right."""
    program = compile_expression("aid <= 0.05 and day > 3", ACCEPTING)
    assert [Op(op) for op in program.ops] == [
        Op.INPUT,
        Op.CONSTANT,
        Op.AT_MOST,
        Op.INPUT,
        Op.CONSTANT,
        Op.GREATER,
        Op.AND,
    ]
    assert program.args == (0.0, 0.05, 0.0, 1.0, 3.0, 0.0, 0.0)
    assert program.sees_world
