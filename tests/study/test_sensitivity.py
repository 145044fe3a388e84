"""What an outcome of a small scenario rests on, and the runs behind it."""

from pathlib import Path

import numpy
import pytest

from sim.engine.chunk import ENDINGS, column_names
from sim.engine.compiled import Given, Prepared, prepare, run_chunk, run_points
from sim.scenario.case import draw_parameters
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read
from sim.study.outcome import Outcome, UnknownOutcome
from sim.study.sensitivity import Asked, By, Evaluator, Method, analyse, quantiles, uncertain

pytest.importorskip("numba")

SMALL = Path(__file__).resolve().parent.parent / "cli" / "small.yaml"
SEED = 5


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """The small scenario; how easily the truce's talks open lies within wide limits, so that it matters."""
    wide = "tracks.truce.direct={assumed: [0.0, 0.2, 0.9], because: to be seen}"
    return prepare(compile_case(read(SMALL, [wide])))


def asked(text: str, prepared: Prepared, **how: object) -> Asked:
    """A question about the small scenario."""
    return Asked(Outcome.read(text, column_names(prepared.case)), seed=SEED, **how)  # type: ignore[arg-type]


def test_given_the_drawn_values_a_point_is_a_replication(prepared: Prepared) -> None:
    """Values that are drawn, and the same values given, leave the same rows, whatever number of points share a run."""
    case = prepared.case
    places = uncertain(case)
    drawn = numpy.array([[draw_parameters(case, SEED, number)[place] for place in places] for number in (3, 4, 4)])
    found = run_points(prepared, SEED, (3, 4, 4), 1, Given(places, drawn))
    plain = run_chunk(prepared, SEED, 3, 2)
    for name, column in plain.columns.items():
        assert found.columns[name][:, 0].tolist() == column[[0, 1, 1]].tolist()


def test_points_that_begin_alike_share_their_luck(prepared: Prepared) -> None:
    """Two points with nothing given: the same replications twice, those of a chunk."""
    found = run_points(prepared, SEED, (7, 7), 4, Given((), numpy.zeros((2, 0))))
    weariness = run_chunk(prepared, SEED, 7, 4).columns["east.weariness"]
    assert found.columns["east.weariness"].tolist() == [weariness.tolist()] * 2


def test_nothing_to_run_is_refused(prepared: Prepared) -> None:
    """No point, no replication: nothing."""
    with pytest.raises(ValueError, match="nothing to run"):
        run_points(prepared, SEED, (), 4, Given((), numpy.zeros((0, 0))))


def test_a_range_is_moved_by_its_quantiles(prepared: Prepared) -> None:
    """Of a triangle from .3 over .4 to .5, an eighth lies below .35 and seven eighths below .45."""
    parameter = next(one for one in prepared.case.parameters if one.path == "parties.east.weariness")
    found = quantiles([parameter], numpy.array([[0.0], [0.125], [0.5], [0.875], [1.0]]))
    assert found[:, 0] == pytest.approx([0.3, 0.35, 0.4, 0.45, 0.5])


def test_the_range_that_matters_is_found(prepared: Prepared) -> None:
    """The chance that talks open moves the day of their opening most; what comes after them, not at all."""
    found = analyse(prepared, asked("truce.first_opened<=2", prepared, n=100, top=3), 1)
    assert found.screened[0].path == "tracks.truce.direct"
    assert found.screened[0].told
    assert found.screened[0].mean.value > 0
    first = found.swings[0]
    assert first.path == "tracks.truce.direct"
    assert first.difference.low > 0
    assert first.difference.value == pytest.approx(first.at_high.value - first.at_low.value)
    unrelated = next(each for each in found.screened if each.path == "parties.east.shortfall")
    assert (unrelated.mean.value, unrelated.strength.value, unrelated.told) == (0.0, 0.0, False)
    assert found.assumption_share.told


def test_levels_are_those_of_a_batch(prepared: Prepared) -> None:
    """All drawn: the runs of any batch of the seed; none drawn: those of --central; nothing there was reported."""
    found = analyse(prepared, asked("exchange.delivered", prepared, n=60, top=1), 1)
    for level, central in ((found.all_drawn, False), (found.central, True)):
        runs = run_chunk(prepared, SEED, 0, 60, central=central).columns["exchange.delivered"]
        assert level.mean.value == pytest.approx(runs.mean())
    assert found.reported_drawn == found.central
    assert found.central.drawn == 0
    assert found.central.difference.value == pytest.approx(found.central.mean.value - found.all_drawn.mean.value)


def test_blocks_share_the_variance_out(prepared: Prepared) -> None:
    """The block in which the range that matters stands has nearly all that the ranges make."""
    found = analyse(
        prepared, asked("truce.first_opened<=2", prepared, n=100, top=1, method=Method.SOBOL, by=By.BLOCK), 1
    )
    assert found.indices[0].name == "tracks.truce"
    assert found.in_indices is not None
    assert found.indices[0].total.value == pytest.approx(found.in_indices.value, abs=0.1)
    assert sum(index.ranges for index in found.indices) == len(found.ranges)


def test_threads_change_nothing(prepared: Prepared) -> None:
    """One thread or three: the same numbers."""
    question = asked("truce.deals>0", prepared, n=2500)
    numbers = [Evaluator(prepared, question, jobs)((), numpy.zeros((5000, 0)), range(5000)) for jobs in (1, 3)]
    assert numpy.array_equal(*numbers)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("truce.deal>0", "did you mean 'truce.deals'"),
        ("truce.ending=brokn", "did you mean 'broken'"),
        ("truce.ending>broken", "no ending to be equal to"),
        ("truce.first_agreed", "ask for 'truce.first_agreed<=30'"),
        ("truce.ending", "ask for 'truce.ending=completed'"),
        ("truce.deals>many", "'many' is no number"),
        ("=", "is no outcome"),
    ],
)
def test_an_outcome_that_no_run_has_is_refused(prepared: Prepared, text: str, said: str) -> None:
    """The word is quoted, and the nearest right thing named."""
    with pytest.raises(UnknownOutcome, match=said):
        Outcome.read(text, column_names(prepared.case))


def test_endings_and_days_are_asked_by_comparison() -> None:
    """An ending by its word; a day that never came is later than any."""
    columns = {"a.ending": numpy.array([0, ENDINGS.index("superseded")]), "a.first_agreed": numpy.array([-1, 40])}
    late = Outcome.read("a.first_agreed > 30", columns)
    assert late.of(columns).tolist() == [1.0, 1.0]
    assert Outcome.read("a.first_agreed<=40", columns).of(columns).tolist() == [0.0, 1.0]
    assert Outcome.read("a.ending==superseded", columns).of(columns).tolist() == [0.0, 1.0]
