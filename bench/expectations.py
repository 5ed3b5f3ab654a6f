"""`percale init-tests`, `percale test` and `--mutate` on a made-up cluster, from typed values, in seconds of CPU."""

import json
from collections.abc import Callable
from time import process_time
from typing import TypeVar

from bench.cluster import cluster
from bench.report import Report, Table
from percale.analysis.expectations.mutation.trial import Fate, Trials
from percale.analysis.expectations.proving import Expected, Prover, Setting
from percale.analysis.expectations.suggesting import suggested
from percale.analysis.parties import private
from percale.policy.from_resources import world_of
from percale.resources.decode import decode
from percale.resources.documents import documents_in
from percale.resources.problems import Place

_T = TypeVar("_T")
_SIZES = ((200, 50), (400, 100))


def measure(*, quick: bool) -> Report:
    rows = {f"{pods} pods x {policies} policies": _row(pods, policies) for pods, policies in _SIZES[: 1 + (not quick)]}
    return Report(tables=[Table("expectations", rows)])


def _row(pods: int, policies: int) -> dict[str, float]:
    text = "\n".join(map(json.dumps, cluster(pods, policies))).encode()
    setting = Setting(world_of(decode(documents_in(text, "cluster.json"))), private())
    suites, suggesting = _timed(lambda: suggested(setting))
    expected = [Expected(one.namespace, one.namespace, it, Place("")) for one in suites for it in one.expectations]
    held, proving = _timed(lambda: all(result.holds for result in Prover(setting, expected).results()))
    assert held, "what is suggested holds"
    trials, mutating = _timed(lambda: list(Trials(Prover(setting, expected)).run()))
    fates = [trial.fate for trial in trials]
    return {
        "init-tests s": suggesting,
        "expectations": len(expected),
        "test s": proving,
        "mutants": len(trials),
        "mutate s": mutating,
        "killed": fates.count(Fate.KILLED),
        "survived": fates.count(Fate.SURVIVED),
    }


def _timed(work: Callable[[], _T]) -> tuple[_T, float]:
    began = process_time()
    found = work()
    return found, process_time() - began
