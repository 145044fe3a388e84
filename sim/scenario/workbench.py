"""What every part of a case needs while it is compiled: file, defaults, names, the flat list of parameters."""

import datetime
from collections.abc import Mapping, Sequence

from sim.scenario.case import NOWHERE, Parameter, StockCase, path_key
from sim.scenario.counting import Piles
from sim.scenario.defaults import Defaults, outside_war
from sim.scenario.names import NameTable
from sim.scenario.reading import Reading
from sim.scenario.values import Value, bare


class Register:
    """The flat list of parameters under construction: a path has one index."""

    def __init__(self) -> None:
        self.parameters: list[Parameter] = []
        self._index: dict[str, int] = {}

    def add(self, path: str, value: Value, *, whole: bool = False) -> int:
        """The index of the parameter at a path, new or known; `whole` for counts of persons."""
        if path not in self._index:
            self._index[path] = len(self.parameters)
            self.parameters.append(Parameter(path, path_key(path), value, whole))
        return self._index[path]


class Workbench:
    """Holds what is shared while the parts of a case are compiled."""

    def __init__(self, reading: Reading, defaults: Defaults) -> None:
        self.reading = reading
        self.file = reading.scenario
        self.defaults = defaults if self.file.war else outside_war(defaults)
        self.register = Register()
        self.table = NameTable(self.file)
        self.parties = list(self.file.parties)
        self.mediators = list(self.file.mediators)
        self.facts = list(self.file.facts)
        self.categories = list(self.file.categories)
        self.assets = list(self.file.assets)
        self.tracks = list(self.file.tracks)
        self.stocks = self._every_stock()
        self.stock_at = {(s.holder, s.of, s.what): index for index, s in enumerate(self.stocks)}
        levels = [self.register.parameters[stock.level] for stock in self.stocks]
        held = [float(round(one.value.middle)) if one.whole else one.value.middle for one in levels]
        self.piles = Piles(self.stocks, self.stock_at, held, [0.0] * len(held))
        """What is held at the start, at the middle of its range."""

    # Parameters -----------------------------------------------------------------------------------------

    def by_name(
        self, path: str, given: Mapping[str, Value] | None, names: Sequence[str], default: Value
    ) -> tuple[int, ...]:
        """One parameter for each name: its own, else the one given for everybody, else the default."""
        given = given or {}
        return tuple(
            self.register.add(f"{path}.{name}", given[name])
            if name in given
            else self.register.add(path, given["*"])
            if "*" in given
            else self.register.add(f"{path}.{name}", default)
            for name in names
        )

    def maybe(self, path: str, value: Value | None) -> int:
        """The index of a parameter that a scenario may leave out: NOWHERE where it does."""
        return NOWHERE if value is None else self.register.add(path, value)

    def guarantee(self, name: str | None) -> int:
        """The parameter of how far the word of a mediator or another secures a step: NOWHERE where nobody's does."""
        if name is None:
            return NOWHERE
        if name in self.file.mediators:
            path, given, default = f"mediators.{name}", self.file.mediators[name].guarantee, self.defaults.mediator
        else:
            path, given, default = f"others.{name}", self.file.others[name].guarantee, self.defaults.other
        return self.register.add(f"{path}.guarantee", default["guarantee"] if given is None else given)

    # Stocks ---------------------------------------------------------------------------------------------

    def _every_stock(self) -> tuple[StockCase, ...]:
        """Every pile that can be handed over, emptied or filled: captives by holder, origin and category; assets."""
        file, stocks = self.file, []
        for holder, holder_name in enumerate(self.parties):
            for of, of_name in enumerate(self.parties):
                if holder == of:
                    continue
                held = file.captives.get(f"{holder_name} holds {of_name}", {})
                taken = file.captures.get(f"{holder_name} takes {of_name}", {})
                for what, category in enumerate(self.categories):
                    path = f"{holder_name} holds {of_name}.{category}"
                    level = self.register.add(f"captives.{path}", held.get(category, bare(0)), whole=True)
                    rate = NOWHERE
                    if category in taken:
                        rate = self.register.add(f"captures.{holder_name} takes {of_name}.{category}", taken[category])
                    fights, tariff = file.categories[category].fights, self.table.tariffs.get(category, 1.0)
                    stocks.append(StockCase(path, holder, of, what, level, rate, fights, tariff))
            for what, asset in enumerate(self.assets):
                owned = file.parties[holder_name].assets.get(asset, bare(0))
                level = self.register.add(f"parties.{holder_name}.assets.{asset}", owned)
                stocks.append(StockCase(f"{holder_name}.{asset}", holder, NOWHERE, what, level, NOWHERE, fights=False))
        return tuple(stocks)

    def stock(self, giver: int, receiver: int, what: str) -> int:
        """The stock from which a giver takes what it hands to a receiver: the receiver's captives, or an asset."""
        if what in self.assets:
            return self.stock_at[giver, NOWHERE, self.assets.index(what)]
        return self.stock_at[giver, receiver, self.categories.index(what)]

    # Calendar and words ---------------------------------------------------------------------------------

    def day(self, date: datetime.date | None, otherwise: int) -> int:
        """Days from the start of the scenario to a date."""
        return otherwise if date is None else (date - self.file.start).days


def readable(name: str) -> str:
    """A label for what has none: the name in words.

    >>> readable("energy_pause")
    'Energy pause'
    """
    return name.replace("_", " ").capitalize()
