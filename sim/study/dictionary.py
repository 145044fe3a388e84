"""What stands in each column of a table of runs: its unit and its meaning."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

OF_A_RUN = {
    "scenario": ("word", "the file under everything that the scenario extends"),
    "variant": ("word", "what is different from it; empty where nothing is"),
    "point": ("number", "which combination of scenario, variant and factors"),
    "digest": ("word", "hash of everything in the scenario that can change a result"),
    "seed": ("number", "what every draw follows from"),
    "replication": ("number", "which replication; with the scenario and the seed it replays the run exactly"),
    "failed": ("text", "why the run came to no result; nothing where it did"),
    "replay": ("text", "the command that tells the story of a failed run"),
    "*.ending": ("word", "ending of the track's first deal, else of its last talks"),
    "*.first_opened": ("day", "day on which talks first opened, or -1"),
    "*.first_agreed": ("day", "day on which a deal was first agreed, or -1"),
    "*.talks": ("number", "sets of talks opened"),
    "*.deals": ("number", "deals agreed"),
    "*.days_in_talks": ("days", "days on which the parties sat at the table"),
    "*.days_in_force": ("days", "days on which a deal was in force"),
    "*.days_blocked": ("days", "days with a zone of agreement of which every package failed a precondition"),
    "*.agreed": ("persons", "captives whose release was agreed"),
    "*.delivered": ("persons", "of those agreed, captives handed over"),
    "*.declined": ("persons", "of those agreed, captives who declined to go"),
    "*.gestures": ("persons", "captives handed over as gestures"),
    "*.violations": ("number", "violations in fact committed; no party sees this number"),
    "*.alleged": ("number", "violations alleged, both ledgers together, true or not"),
    "*.blocked.*": ("days", "blocked days on which the precondition was in some smallest set to be relaxed"),
    "*.alone.*": ("days", "days on which relaxing this precondition alone would have opened the zone"),
    "*.held.*": ("days", "days on which the entry precondition kept talks from opening"),
    "*.weariness": ("0 to 1", "weariness of the party on the last day"),
    "*.strength": ("unit of the scenario", "strength of the party on the last day"),
    "*.released": ("persons", "captives whom the party handed over"),
    "*.returned": ("persons", "its own people who came back to the party"),
}
"""By pattern; the first that fits counts. The full meaning of each stands in docs/reference/record.md."""


def dictionary(columns: Iterable[str], factors: Iterable[str] = ()) -> Iterator[tuple[str, str, str]]:
    """Name, unit and meaning of columns of a table of runs, in their order.

    >>> next(dictionary(["truce.deals"]))
    ('truce.deals', 'number', 'deals agreed')
    """
    varied = set(factors)
    for column in columns:
        if column in varied:
            yield column, "of its path", "the value that the factor was set to"
            continue
        # Names of preconditions may hold anything, an ending among others: what stands behind them comes first.
        parts = column.split(".")
        longer = [f"*.{word}.*" for word in parts[1:2] if len(parts) > 3 and f"*.{word}.*" in OF_A_RUN]
        pattern = next((each for each in (*longer, *OF_A_RUN) if fnmatchcase(column, each)), "")
        yield column, *OF_A_RUN.get(pattern, ("", ""))
