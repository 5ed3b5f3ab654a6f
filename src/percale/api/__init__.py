"""Percale as a library: `percale.load("k8s/")`, and questions about what was loaded."""

from percale.api.world import World, load, loads

__all__ = ["World", "load", "loads"]
