"""Ten million flows: verdicts from arrays, with and without the deciding rules, and Parquet into counts by rule."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.cluster import cluster
from bench.cpu import timed
from bench.manifests import world_from
from bench.report import Bound, Goal, Report, Table
from percale.analysis.flows.columns import Flows
from percale.analysis.flows.judge import FlowJudge
from percale.analysis.symbolic.engine import Engine
from percale.observation.aggregate import Aggregate
from percale.observation.parquet import flows_in
from percale.policy.world import World
from percale.traffic.addresses import address_at
from percale.traffic.protocols import TCP, UDP

_FLOWS, _FLOWS_QUICK = 10_000_000, 1_000_000
_SIZE, _SIZE_QUICK = (50_000, 5000), (10_000, 1000)
_ROUNDS = 3
_RULED_LIMIT_S, _COUNTED_LIMIT_S = 0.5, 2.0
_PORTS = np.array([53, 80, 443, 3000, 5432, 8080, 8050, 9999], np.uint16)
#: Of a log most flows are between few pods of one application.
_PAIRS = 30_000


def measure(*, quick: bool) -> Report:
    pods, policies = _SIZE_QUICK if quick else _SIZE
    count = _FLOWS_QUICK if quick else _FLOWS
    world = world_from(cluster(pods, policies))
    flow_judge = FlowJudge(Engine.of(world, 4))
    scattered = _scattered(world, count)
    with tempfile.TemporaryDirectory(prefix="percale-bench-") as directory:
        path = Path(directory, "flows.parquet")
        _write(path, _repeated(world, count))
        works: dict[str, Callable[[], object]] = {
            "copy of the columns": lambda: [one.copy() for one in _columns(scattered)],
            "verdicts": lambda: flow_judge.allowed(scattered),
            "verdicts and rules": lambda: flow_judge.ruled(scattered),
            "Parquet into columns": lambda: sum(map(len, flows_in(path, 4))),
            "Parquet into counts": lambda: _counted(flow_judge, path),
        }
        first = {name: timed(work)[0] for name, work in works.items()}
        best = {name: min(timed(work)[0] for _ in range(_ROUNDS)) for name, work in works.items()}
    copied = best["copy of the columns"]
    rows = {
        name: {"first s": first[name], "s": spent, "ns a flow": spent / count * 1e9, "of a copy": spent / copied}
        for name, spent in best.items()
    }
    share = count / _FLOWS
    goals = [
        Goal("flows with the deciding rule, s", best["verdicts and rules"], Bound.AT_MOST, _RULED_LIMIT_S * share),
        Goal("from Parquet to counts, s", best["Parquet into counts"], Bound.AT_MOST, _COUNTED_LIMIT_S * share),
    ]
    title = f"{count:,} flows, {pods:,} pods x {policies:,} policies"
    return Report([Table(f"{title}, CPU seconds", rows)], goals)


def _counted(flow_judge: FlowJudge, path: Path) -> int:
    aggregate = Aggregate(flow_judge)
    aggregate.add(flows_in(path, 4))
    return len(list(aggregate.most(20)))


def _scattered(world: World, count: int) -> Flows:
    """Between any two pods, a fifth of them to the outside: nothing is near what was looked up before."""
    random = np.random.default_rng(1)
    pods = _pods(world)
    sources, destinations = (pods[random.integers(0, len(pods), count)] for _ in range(2))
    destinations[random.random(count) < 0.2] = 0x08080808
    return _flows(random, sources, destinations)


def _repeated(world: World, count: int) -> Flows:
    random = np.random.default_rng(2)
    pods = _pods(world)
    pairs = pods[random.integers(0, len(pods), (2, _PAIRS))]
    chosen = random.zipf(1.3, count) % _PAIRS
    return _flows(random, pairs[0][chosen], pairs[1][chosen])


def _pods(world: World) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    return np.array([int(one.addresses[0]) for one in world.workloads], np.uint32)


def _flows(
    random: np.random.Generator,
    sources: np.ndarray[tuple[int], np.dtype[np.uint32]],
    destinations: np.ndarray[tuple[int], np.dtype[np.uint32]],
) -> Flows:
    count = len(sources)
    protocols = np.where(random.random(count) < 0.8, TCP, UDP).astype(np.uint8)
    client = random.integers(32768, 61000, count).astype(np.uint16)
    return Flows(sources, destinations, protocols, random.choice(_PORTS, count), client)


def _columns(flows: Flows) -> list[np.ndarray[tuple[int], np.dtype[np.generic]]]:
    return [np.asarray(one) for one in (flows.sources, flows.destinations, flows.protocols, flows.destination_ports)]


def _write(path: Path, flows: Flows) -> None:
    columns = {
        "source": _texts(np.asarray(flows.sources)),
        "destination": _texts(np.asarray(flows.destinations)),
        "protocol": flows.protocols,
        "destination_port": flows.destination_ports,
    }
    pq.write_table(pa.table(columns), path)


def _texts(numbers: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> pa.Array:
    distinct, codes = np.unique(numbers, return_inverse=True)
    texts = pa.array([str(address_at(one, 4)) for one in distinct.tolist()])
    return pa.DictionaryArray.from_arrays(codes.astype(np.int32), texts).cast(pa.string())
