"""Percale: Calico-compatible network policy, enforced, explained and previewed."""

__version__ = "0.1.0.dev0"
