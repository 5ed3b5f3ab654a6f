"""Percale: Calico-compatible network policy, enforced, explained and previewed."""

from importlib import import_module

#: As type checkers see it. To import `typing` would take half of what this package takes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from percale import selector
    from percale.api import World, load, loads
    from percale.errors import PercaleError
    from percale.resources.problems import InvalidInput

__version__ = "0.1.0.dev0"

__all__ = ["InvalidInput", "PercaleError", "World", "__version__", "load", "loads", "selector"]

#: Where each public name is from. Commands import this package too, and pay for nothing that they do not use.
_FROM = {
    "InvalidInput": "percale.resources.problems",
    "PercaleError": "percale.errors",
    "World": "percale.api",
    "load": "percale.api",
    "loads": "percale.api",
}


if not TYPE_CHECKING:  # a checker that saw it would take any name for one of the package's

    def __getattr__(name: str) -> object:
        if name == "selector":
            return import_module("percale.selector")
        if name in _FROM:
            return getattr(import_module(_FROM[name]), name)
        raise AttributeError(f"module `percale` has no attribute `{name}`")


def __dir__() -> list[str]:
    return sorted(__all__)
