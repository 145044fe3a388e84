"""Designs: which combinations of the factors' values a sweep tries."""

import pytest

from sim.study.sweep import Design, Factor, levels, settings

AB = (Factor("a", values=(1, 2)), Factor("b", values=("x", None, [7])))
RANGES = (Factor("a", low=0.0, high=1.0), Factor("b", low=-2.0, high=2.0))


def test_a_grid_tries_every_combination_and_its_last_factor_varies_first() -> None:
    """Two values by three are six points, written out by hand."""
    points = [(1, "x"), (1, None), (1, [7]), (2, "x"), (2, None), (2, [7])]
    assert settings(AB, Design.GRID, 0, 1) == points


def test_without_factors_there_is_one_point() -> None:
    """A batch that varies nothing is one point without settings."""
    assert settings((), Design.GRID, 0, 1) == [()]


def test_levels_include_both_ends_at_equal_distances() -> None:
    """From 0.2 to 0.8 in four steps: 0.2, 0.4, 0.6, 0.8."""
    assert levels(0.2, 0.8, 4) == pytest.approx((0.2, 0.4, 0.6, 0.8))
    assert levels(0.3, 0.6, 7)[-1] == pytest.approx(0.6, abs=1e-15)


def test_a_latin_hypercube_has_one_point_in_every_slice_of_every_factor() -> None:
    """Of eight points, exactly one lies in each eighth of the range of each factor (McKay, Beckman and Conover)."""
    points = settings(RANGES, Design.LATIN_HYPERCUBE, 8, 3)
    for at, factor in enumerate(RANGES):
        slices = sorted(int(8 * (point[at] - factor.low) / (factor.high - factor.low)) for point in points)
        assert slices == list(range(8))


def test_a_sobol_sequence_has_one_point_in_every_elementary_box() -> None:
    """Sixteen points of a scrambled Sobol sequence in two dimensions are a (0, 4, 2)-net: one in each 4 by 4 box."""
    points = settings(RANGES, Design.SOBOL, 16, 3)
    boxes = {(int(4 * a), int(b + 2)) for a, b in points}
    assert len(boxes) == 16


@pytest.mark.parametrize("design", [Design.LATIN_HYPERCUBE, Design.SOBOL])
def test_a_sampled_design_follows_from_its_seed(design: Design) -> None:
    """The same seed gives the same points, another seed others; a seed of 0 is a seed."""
    assert settings(RANGES, design, 4, 0) == settings(RANGES, design, 4, 0)
    assert settings(RANGES, design, 4, 0) != settings(RANGES, design, 4, 1)


def test_a_sampled_list_gives_each_value_its_share() -> None:
    """A Latin hypercube of nine points over a list of three values takes each value three times."""
    points = settings((Factor("a", values=("x", "y", "z")),), Design.LATIN_HYPERCUBE, 9, 1)
    assert sorted(value for (value,) in points) == ["x"] * 3 + ["y"] * 3 + ["z"] * 3


def test_whole_numbers_are_whole() -> None:
    """A range marked whole gives integers between its ends."""
    points = settings((Factor("a", low=3.0, high=6.0, whole=True),), Design.LATIN_HYPERCUBE, 20, 1)
    assert {type(value) for (value,) in points} == {int}
    assert {value for (value,) in points} == {3, 4, 5, 6}


def test_the_ends_of_a_factor_are_its_extremes_or_every_word() -> None:
    """Numbers are sound if the least and the greatest are; of anything else, each value must be tried."""
    assert Factor("a", values=(0.4, 0.1, 0.9, 0.5)).ends == (0.1, 0.9)
    assert Factor("a", values=([30], [60], None)).ends == ([30], [60], None)
    assert Factor("a", low=0.1, high=0.7).ends == (0.1, 0.7)
