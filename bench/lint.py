"""Every rule of the linter over a big cluster, from typed values: what it adds to loading and to the engine."""

import gc
from collections.abc import Iterator
from functools import partial

import msgspec

from bench.cluster import cluster
from bench.cpu import timed
from bench.report import Bound, Goal, Report, Table
from percale.analysis.lint.context import Context
from percale.analysis.lint.findings import Spot
from percale.analysis.lint.registry import RULES
from percale.analysis.lint.rule import LintRule
from percale.analysis.lint.run import lint
from percale.analysis.lint.settings import Settings
from percale.analysis.symbolic.one_way import Part
from percale.policy.from_resources import world_of
from percale.resources.decode import decode
from percale.resources.documents import documents_in

_SIZES = ((1_000, 100), (10_000, 1_000), (50_000, 5_000))
_LIMIT_S = {10_000: 0.05, 50_000: 0.25}
_SLOWEST = 5


def measure(*, quick: bool) -> Report:
    sizes = _SIZES[:2] if quick else _SIZES
    rows, goals, rules = {}, [], {}
    for pods, policies in sizes:
        name = f"{pods} x {policies}"
        found, by_rule = _measured(pods, policies)
        rows[name], rules[name] = found, by_rule
        if pods in _LIMIT_S:
            goals.append(Goal(f"lint, {name}, s", found["lint"], Bound.AT_MOST, _LIMIT_S[pods]))
    tables = [Table("CPU seconds, pods x policies", rows)]
    tables += [Table(f"slowest rules, {name}", by_rule) for name, by_rule in rules.items()]
    return Report(tables, goals)


def _measured(pods: int, policies: int) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """`engine` is what every exact question shares; `lint` is what the rules take beside it."""
    content = msgspec.json.encode({"apiVersion": "v1", "kind": "List", "items": list(cluster(pods, policies))})
    documents = documents_in(content, "cluster.json")
    loading, manifests = timed(lambda: decode(documents))
    placing, world = timed(lambda: world_of(manifests))
    gc.collect()
    gc.freeze()
    context = Context(tuple(documents), manifests, world)
    engine, _ = timed(lambda: list(_rows(context)))
    shared, _ = timed(lambda: (context.inventory.workloads, context.weighed, context.sides))
    asked = {rule.id: timed(partial(_found, rule, context)) for rule in RULES if rule.by_default}
    whole, outcome = timed(lambda: lint(context, Settings()))
    gc.unfreeze()
    slowest = sorted(asked, key=lambda rule: -asked[rule][0])[:_SLOWEST]
    row = {
        "decode": loading,
        "world": placing,
        "engine": engine,
        "facts": shared,
        "rules": whole,
        "lint": shared + whole,
        "of loading": (shared + whole) / (loading + placing),
        "findings": len(outcome.findings),
    }
    return row, {rule: {"s": asked[rule][0], "findings": len(asked[rule][1])} for rule in slowest}


def _found(rule: LintRule, context: Context) -> list[Spot]:
    return list(rule.find(context))


def _rows(context: Context) -> Iterator[tuple[Part, ...]]:
    """All that the engine answers all pairs from."""
    for engine in context.engines:
        for way in (engine.egress, engine.ingress):
            yield from map(way.row, range(way.subjects.count))
