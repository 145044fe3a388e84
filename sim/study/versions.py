"""What a result was computed with."""

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("parley-sim", "mesa", "numpy", "pandas", "matplotlib", "pydantic", "ruamel.yaml")


def versions() -> dict[str, str]:
    """The version of Python and of every package that a result can depend on."""
    return {"python": platform.python_version(), **{package: _version(package) for package in PACKAGES}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
