"""`percale diff` of three changed policies in a big cluster, over loading, beside the engine of one world for scale."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from statistics import median

import msgspec

from bench.cluster import cluster
from bench.manifests import Manifest
from bench.report import Bound, Goal, Report, Table
from percale.analysis.difference.comparing import Difference, difference
from percale.analysis.symbolic.engine import Engine
from percale.policy.from_resources import world_of
from percale.policy.world import World
from percale.report.difference_text import difference_text
from percale.report.difference_words import Told
from percale.resources.decode import decode
from percale.resources.documents import documents_in

_SIZES = {(10_000, 1_000): 0.15, (50_000, 5_000): 0.7}
_RUNS = 3


def measure(*, quick: bool) -> Report:
    sizes = dict(list(_SIZES.items())[:1]) if quick else _SIZES
    tables: dict[str, dict[str, float]] = {}
    goals = []
    for (pods, policies), limit in sizes.items():
        manifests = list(cluster(pods, policies))
        old, new = _world(manifests), _world(list(_edited(manifests)))
        row = _row(old, new)
        tables[f"{pods:,} pods, {policies:,} policies"] = row
        goals.append(Goal(f"diff at {pods:,} pods, CPU s", row["diff s"], Bound.AT_MOST, limit))
    return Report([Table(f"median of {_RUNS} runs, CPU time", tables)], goals)


def _row(old: World, new: World) -> dict[str, float]:
    found: list[Difference] = []
    with _frozen():
        one = _cpu_s(lambda: _rows(Engine.of(old, 4)))
        diff = _cpu_s(lambda: found.append(difference(old, new)))
        told = _cpu_s(lambda: difference_text(Told(difference(old, new))))
    return {
        "one engine s": one,
        "diff s": diff,
        "of one engine": diff / one,
        "with text s": told,
        "changes": len(found[-1].changes),
    }


def _rows(engine: Engine) -> None:
    """All that one world lets through."""
    for way in (engine.egress, engine.ingress):
        for subject in range(way.subjects.count):
            way.row(subject)


def _edited(manifests: list[Manifest]) -> Iterator[Manifest]:
    """The first policy gone, another one's rules turned round, a third open to one port more."""
    policies = [one for one in manifests if one["kind"] == "NetworkPolicy" and one["spec"].get("ingress")]
    gone, turned, opened = (policies[len(policies) * part // 4] for part in (1, 2, 3))
    for one in manifests:
        if one is turned:
            other = deepcopy(one)
            other["spec"]["ingress"] = other["spec"]["ingress"][1:]
            yield other
        elif one is opened:
            other = deepcopy(one)
            other["spec"]["ingress"].append(_MORE if "networking" in one["apiVersion"] else _MORE_CALICO)
            yield other
        elif one is not gone:
            yield one


_MORE: Manifest = {"ports": [{"protocol": "TCP", "port": 9999}]}
_MORE_CALICO: Manifest = {"action": "Allow", "protocol": "TCP", "destination": {"ports": [9999]}}


def _world(manifests: list[Manifest]) -> World:
    content = msgspec.json.encode({"apiVersion": "v1", "kind": "List", "items": manifests})
    return world_of(decode(documents_in(content, "cluster.json")))


@contextmanager
def _frozen() -> Iterator[None]:
    """What was loaded is not searched for garbage."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _cpu_s(run: Callable[[], object]) -> float:
    times = []
    for _ in range(_RUNS):
        began = time.process_time()
        run()
        times.append(time.process_time() - began)
    return median(times)
