"""Where axes stand in a figure that is finished."""

from sim.show import style


def test_the_last_digits_of_the_solver_do_not_reach_the_file() -> None:
    """Places are whole millionths of the figure: what a solver leaves below that hangs on addresses in memory."""
    figure = style.blank(style.COLUMN, 3)
    for place in (1, 2, 3):
        figure.add_subplot(3, 1, place).set_ylabel("share of runs", fontsize=style.TEXT)
    style.sign(figure, "n = 3")
    bounds = [1e6 * bound for axes in figure.axes for bound in axes.get_position().bounds]
    assert all(abs(bound - round(bound)) < 1e-6 for bound in bounds)
    assert len({round(bound) for bound in bounds}) > 4
