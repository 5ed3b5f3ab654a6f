"""Who can reach whom: the symbolic engine over clusters as people run them, and over the shapes of Antrea's test."""

import ctypes
import gc
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from bench.cluster import cluster
from bench.cpu import timed
from bench.manifests import Manifest, world_from
from bench.memory import forget_peak, now_mib, peak_mib
from bench.report import Bound, Goal, Report, Table
from bench.shapes import SHAPES
from percale.analysis.symbolic.engine import Engine
from percale.analysis.symbolic.one_way import OneWay
from percale.policy.world import World

_SIZES = ((1000, 100), (10_000, 1000), (50_000, 5000))
_ROUNDS = 2
_TABLE_LIMIT = 200_000_000
_LIMIT_S, _LIMIT_MIB = 1.0, 300


def measure(*, quick: bool) -> Report:
    sizes = _SIZES[:2] if quick else _SIZES
    rows = {f"{pods:,} x {policies:,}": _alone(partial(cluster, pods, policies)) for pods, policies in sizes}
    shapes = {}
    for shape in () if quick else SHAPES:
        published = {"published s": shape.published_s, "published MiB": shape.published_mib}
        row = _alone(shape.make)
        shapes[shape.name] = row | {name: value for name, value in published.items() if value is not None}
    tables = [
        Table("pods x policies, CPU seconds", rows),
        *([Table("Antrea's, CPU seconds", shapes)] if shapes else []),
    ]
    return Report(tables, [] if quick else _goals(list(rows.values())[-1]))


def _goals(largest: dict[str, float]) -> list[Goal]:
    return [
        Goal("all pairs of 50,000 x 5,000, s", largest["all"], Bound.AT_MOST, _LIMIT_S),
        Goal("memory over the model, MiB", largest["MiB"], Bound.AT_MOST, _LIMIT_MIB),
    ]


def _alone(make: Callable[[], Iterable[Manifest]]) -> dict[str, float]:
    """In a process of its own, so that no other size has left memory behind."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        return processes.submit(_row, make).result()


def _row(make: Callable[[], Iterable[Manifest]]) -> dict[str, float]:
    """The best of some rounds, and beside it what one pass over the labels of all pods takes in the same rounds."""
    world = world_from(make())
    taken = [_round(world) for _ in range(_ROUNDS)]
    best = min(taken, key=lambda one: one["all"])
    best["labels"] = min(one["labels"] for one in taken)
    return best | {"of labels": best["all"] / best["labels"]}


def _round(world: World) -> dict[str, float]:
    gc.collect()
    # What reading left behind would hold the engine, and hide how much it takes.
    ctypes.CDLL(None).malloc_trim(0)
    forget_peak()
    before = now_mib()
    labels_s, _ = timed(lambda: [frozenset(one.labels.items()) for one in world.workloads])
    compile_s, engine = timed(lambda: _compiled(world))
    ways = engine.egress, engine.ingress
    rows_s, _ = timed(lambda: [way.row(subject) for way in ways for subject in range(way.subjects.count)])
    tables_s, tables = timed(lambda: [way.table for way in ways if _fits(way)])
    return {
        "labels": labels_s,
        "compile": compile_s,
        "rows": rows_s,
        "tables": tables_s,
        "all": compile_s + rows_s + tables_s,
        "MiB": peak_mib() - before,
        "table MiB": sum(one.numbers.nbytes for one in tables) / (1 << 20),
        "identities": len(engine.identities.known),
        **_classes("out", engine.egress),
        **_classes("in", engine.ingress),
        "cells": engine.cells.size,
    }


def _fits(way: OneWay) -> bool:
    """Where every workload has a class of its own, its row is the answer: a table of all would repeat it."""
    return way.subjects.count * way.peers.count <= _TABLE_LIMIT


def _compiled(world: World) -> Engine:
    engine = Engine.of(world, 4)
    for way in (engine.egress, engine.ingress):
        way.subjects, way.peers  # noqa: B018  made when they are first asked for
    return engine


def _classes(name: str, way: OneWay) -> dict[str, float]:
    return {f"subjects {name}": way.subjects.count, f"peers {name}": way.peers.count}
