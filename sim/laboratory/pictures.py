"""The figures of whatever can be drawn, by name."""

from collections.abc import Callable, Mapping
from functools import partial

from matplotlib.figure import Figure

from sim.laboratory.answers import Comparison, Explanation, Sensitivity, Survival
from sim.laboratory.results import Batch, Run
from sim.laboratory.scenario import Scenario, load
from sim.scenario.faults import nearest
from sim.show import compare as comparing
from sim.show import explaining, folders, style
from sim.show import survival as truces
from sim.show.files import Drawing
from sim.show.labels import labels_of
from sim.show.phases import draw_phases
from sim.show.zone import draw_zone
from sim.study.computing import ready_for
from sim.study.rerunning import CannotRerun, case_of
from sim.study.versions import cores
from sim.study.zone import trace_zone

Drawable = Run | Batch | Comparison | Explanation | Sensitivity | Survival
Draw = Callable[[], Drawing]


def plot(what: Drawable, figure: str | None = None) -> Figure:
    """Draw what was found, as the commands do; a notebook shows it, and `savefig` keeps it.

    Args:
        what: is drawn.
        figure: which; None for the first. Of a run `timeline`, `space-<track>` (the packages of its decisive talks),
            `zone-<track>` (what there was to agree on, day by day); of a batch `outcomes` (`outcomes-000` and on where
            it has several points) and `phases`; of an explanation `explain` and `explain-unlocks`; of a sensitivity
            analysis `tornado`, `share` and `indices`.

    Returns:
        A figure of matplotlib, for print: 89 or 178 mm wide. Its words for who cannot see it are its `get_label()`.

    Raises:
        ValueError: there is no such figure of it, or nothing to draw.
        CannotRerun: it takes the scenario, whose file is not there any more as it was.
        CannotCompile: phases take the compiled engine.
    """
    found = _figures(what)
    if not found:
        raise ValueError("there is nothing to draw: no set of preconditions stood in the way")
    name = next(iter(found)) if figure is None else figure
    if name not in found:
        guess = nearest(name, found)
        hint = f"did you mean '{guess}'?" if guess else f"expected one of {', '.join(found)}"
        raise ValueError(f"there is no figure '{name}' of it; {hint}")
    drawing = found[name]()
    drawing.figure.set_label(drawing.alt)
    return drawing.figure


def _figures(what: Drawable) -> Mapping[str, Draw]:
    if isinstance(what, Run):
        return _of_run(what)
    if isinstance(what, Batch):
        return _of_batch(what)
    if isinstance(what, Comparison):
        return {"compare": lambda: comparing.draw(what.found, what.names)}
    if isinstance(what, Survival):
        return {"survival": lambda: truces.draw(what.found)}
    drawn: dict[str, Drawing] = {}
    if isinstance(what, Sensitivity):
        drawn = dict(what.teller.drawings())
    elif isinstance(what, Explanation):
        drawn = dict(explaining.drawings(what.found)) if what.found else {}
    else:
        raise TypeError(f"a {type(what).__name__} cannot be drawn: expected a run, a batch, or an answer about them")
    return {name: partial(_as_it_is, drawing) for name, drawing in drawn.items()}


def _as_it_is(drawing: Drawing) -> Drawing:
    return drawing


def _of_run(run: Run) -> dict[str, Draw]:
    drawn = dict(folders.run_drawings(run.lived, run.manifest, run.packages))
    found: dict[str, Draw] = {name: partial(_as_it_is, drawing) for name, drawing in drawn.items()}
    tracks = [track.track for track in run.lived.record.tracks]
    return found | {f"zone-{track}": partial(_zone, run, place) for place, track in enumerate(tracks)}


def _zone(run: Run, track: int) -> Drawing:
    asked = run.manifest.question
    scenario: Scenario = load(asked.scenario, asked.sets)
    if scenario.case.digest != run.manifest.digest:
        raise CannotRerun(f"'{asked.scenario}' has changed since the run")
    trace = trace_zone(scenario.case, track, asked.seed, asked.replication, central=asked.central)
    return draw_zone(trace, labels_of(scenario.case), note=style.caption(1, asked.seed, asked.replication))


def _of_batch(batch: Batch) -> dict[str, Draw]:
    manifest = batch.manifest
    points = range(len(manifest.points))
    name = "outcomes-{:03d}" if len(points) > 1 else "outcomes"
    found: dict[str, Draw] = {name.format(point): partial(_outcomes, batch, point) for point in points}
    return found | ({"phases": partial(_phases, batch)} if len(points) == 1 else {})


def _outcomes(batch: Batch, point: int) -> Drawing:
    return next(drawing for _, drawing in folders.batch_drawings(batch.manifest, {point: batch.summary(point)}))


def _phases(batch: Batch) -> Drawing:
    manifest = batch.manifest
    case = case_of(batch.folder, manifest, 0)
    prepared = ready_for("what all runs are doing day by day", case)
    from sim.study.days import days_of

    days = days_of(prepared, manifest.seed, manifest.replications, cores(), central=manifest.central)
    tracks = [track.name for track in case.tracks]
    return draw_phases(days, tracks, labels_of(case), title=manifest.title, seed=manifest.seed)
