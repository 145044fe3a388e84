"""What a result was computed with."""

import hashlib
import os
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import sim

PACKAGES = (
    "parley-sim", "mesa", "numpy", "numba", "pandas", "matplotlib", "pydantic", "ruamel.yaml", "scipy", "pyarrow",
    "duckdb", "SALib",
)  # fmt: skip
RULES = ("terms.py", "rules", "strategies", "engine", "scenario/case.py", "scenario/expressions.py")
"""Where in the package stands what turns a compiled scenario into outcomes."""


def versions() -> dict[str, str]:
    """The version of Python and of every package that a result can depend on."""
    return {"python": platform.python_version(), **{package: _version(package) for package in PACKAGES}}


@cache
def rules_version() -> str:
    """Hash of the source of everything that turns a compiled scenario into outcomes."""
    root = Path(next(iter(sim.__path__)))
    digest = hashlib.sha256()
    for place in RULES:
        for file in sorted((root / place).rglob("*.py")) if (root / place).is_dir() else [root / place]:
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def machine() -> dict[str, str | int]:
    """What kind of machine this is; nothing that tells it from others of its kind."""
    return {"system": platform.system(), "processor": platform.machine(), "cores": cores()}


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
