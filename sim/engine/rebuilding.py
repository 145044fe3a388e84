"""Plain functions become compiled ones without a word changed: rebuilt around compiled versions of what they call."""

import dis
import sys
import types
from collections.abc import Callable, Mapping
from enum import EnumMeta, IntEnum
from typing import Any

OURS = ("sim.", "own_strategy_")
"""How the names of modules begin whose functions are rebuilt; all other functions are left to the compiler."""


class Rebuilder:
    """Rebuilds functions, each once.

    Args:
        compiler: makes a compiled function of a plain one, at its first call from compiled code.
        replaced: what stands in the place of some functions instead of their own text.
    """

    def __init__(
        self, compiler: Callable[[types.FunctionType], Any], replaced: Mapping[Callable[..., Any], Any]
    ) -> None:
        self.compiler = compiler
        self.done: dict[Any, Any] = dict(replaced)
        self.shadows: dict[Any, types.ModuleType] = {}

    def compiled(self, function: Callable[..., Any]) -> Any:
        """The compiled version of a function, compiled when it is first called."""
        if function not in self.done:
            self.done[function] = self.compiler(self.rebuilt(function))
        return self.done[function]

    def rebuilt(self, function: Any, **instead: Any) -> types.FunctionType:
        """The same function, with compiled versions (or what is named in `instead`) behind the names that it uses."""
        names, attributes = _names(function.__code__)
        known = {name: value for name, value in function.__globals__.items() if name in names - set(instead)}
        around = {name: self._substitute(value, attributes) for name, value in known.items()} | instead
        # Kept code is loaded by way of its module; a file of one's own has none that can be imported, so its functions
        # live in this one, under names of their own.
        own = function.__module__ not in sys.modules
        around["__name__"] = __name__ if own else function.__module__
        again = types.FunctionType(
            function.__code__, around, function.__name__, function.__defaults__, function.__closure__
        )
        again.__qualname__ = f"{function.__module__}.{function.__qualname__}" if own else function.__qualname__
        again.__module__ = around["__name__"]
        again.__annotations__ = function.__annotations__
        return again

    def _substitute(self, value: Any, attributes: set[str]) -> Any:
        if isinstance(value, types.ModuleType) and value.__name__.startswith(OURS):
            return self._shadow(value, attributes)
        if isinstance(value, EnumMeta) and issubclass(value, IntEnum):
            return self._shadow(value, {member.name for member in value})
        if isinstance(value, IntEnum):
            return int(value)
        if callable(value) and self._is_ours(value):
            return self.compiled(value)
        return value

    def _is_ours(self, value: Any) -> bool:
        known = isinstance(value, types.FunctionType) and value.__module__.startswith(OURS)
        return known or (value in self.done if isinstance(value, types.FunctionType) else False)

    def _shadow(self, original: Any, names: set[str]) -> types.ModuleType:
        """Stands for a module of ours, or for named numbers, with what is used of them."""
        shadow = self.shadows.setdefault(original, types.ModuleType(original.__name__))
        for name in names:
            if hasattr(original, name) and not hasattr(shadow, name):
                setattr(shadow, name, self._substitute(getattr(original, name), names))
        return shadow


def _names(code: types.CodeType) -> tuple[set[str], set[str]]:
    """Every global name that a function looks up, and every attribute; in itself or in a function inside it."""
    used = list(dis.get_instructions(code))
    names = {each.argval for each in used if each.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    attributes = {each.argval for each in used if each.opname in ("LOAD_ATTR", "LOAD_METHOD")}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            inner, outer = _names(constant)
            names, attributes = names | inner, attributes | outer
    return names, attributes
