"""A world that follows single resources: what each event costs, and what a start from nothing does."""

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from random import Random
from typing import Any

from bench.cluster import cluster
from bench.cpu import timed
from bench.manifests import Manifest
from bench.memory import now_mib
from bench.report import Bound, Goal, Report, Table
from percale.policy.incremental.difference import Change, Difference
from percale.policy.incremental.resolver import Resolver
from percale.policy.incremental.selector_index import SelectorIndex
from percale.policy.incremental.tracked import Tracked
from percale.policy.policies import Policy
from percale.policy.rules import Side
from percale.resources.documents import Document
from percale.resources.places import Path
from percale.resources.problems import Place
from percale.selector import Selector

_SIZES = ((10_000, 1_000), (50_000, 5_000))
_EVENTS, _EVENTS_QUICK = 1000, 200
#: Of events that touch one pod, at 10,000 pods.
_POD_P50_MS, _POD_P99_MS, _POLICY_P50_MS = 0.5, 2.0, 5.0

Key = tuple[str, str, str, str]
Event = tuple[Key, Manifest | None]


def measure(*, quick: bool) -> Report:
    tables, goals, starts = [], [], {}
    for pods, policies in _SIZES[:1] if quick else _SIZES:
        name = f"{pods:,} x {policies:,}"
        begun, run = _start(list(cluster(pods, policies)))
        starts[name] = begun
        rows = run.rows(_EVENTS_QUICK if quick else _EVENTS)
        tables.append(Table(f"CPU ms, {name}", rows))
        if pods == _SIZES[0][0]:
            goals = [*_goals(rows)]
    return Report([Table("a start, CPU s", starts), *tables], goals)


def _goals(rows: dict[str, dict[str, float]]) -> Iterator[Goal]:
    for name, row in rows.items():
        if name.startswith("pod"):
            yield Goal(f"{name}, median, ms", row["p50"], Bound.AT_MOST, _POD_P50_MS)
            yield Goal(f"{name}, p99, ms", row["p99"], Bound.AT_MOST, _POD_P99_MS)
        elif name == "policy edited":
            yield Goal(f"{name}, median, ms", row["p50"], Bound.AT_MOST, _POLICY_P50_MS)


@dataclass
class _Followed:
    """What an agent keeps of a world: members of every set, and the policies of every endpoint."""

    resolver: Resolver[Key] = field(default_factory=Resolver)
    members: SelectorIndex = field(default_factory=SelectorIndex)
    subjects: SelectorIndex = field(default_factory=SelectorIndex)
    _members: dict[Policy, list[Tracked]] = field(default_factory=dict)
    _subjects: dict[Policy, Tracked] = field(default_factory=dict)

    def tell(self, batch: dict[Key, Document | None]) -> None:
        self.follow(self.resolver.apply(batch))

    def follow(self, difference: Difference) -> None:
        for change in difference.policies:
            if change.before:
                self.subjects.untrack(self._subjects.pop(change.before))
                for tracked in self._members.pop(change.before):
                    self.members.untrack(tracked)
            if change.after:
                self._subjects[change.after] = self.subjects.track(change.after.subject)
                self._members[change.after] = [self.members.track(one) for one in _selectors(change.after)]
        ends: tuple[Change, ...] = (*difference.workloads, *difference.host_endpoints)
        self.subjects.apply(ends)
        self.members.apply((*ends, *difference.network_sets))


def _selectors(policy: Policy) -> Iterator[Selector]:
    for rule in chain(policy.ingress, policy.egress):
        for side in Side:
            entity = rule.entity(side)
            yield from (one for one in (entity.selector, entity.not_selector) if one)


def _start(manifests: list[Manifest]) -> tuple[dict[str, float], "_Run"]:
    batch = {_key(one): _document(one) for one in manifests}
    followed = _Followed()
    gc.collect()
    gc.freeze()
    before = now_mib()
    resolving, difference = timed(lambda: followed.resolver.apply(batch))
    resolved = now_mib()
    indexing, _ = timed(lambda: followed.follow(difference))
    gc.collect()
    gc.freeze()
    whole, _ = timed(followed.resolver.live.world)
    row = {"resolution": resolving, "indexes": indexing, "whole world": whole}
    row |= {"MiB": resolved - before, "MiB indexes": now_mib() - resolved}
    return row, _Run(followed, {_key(one): one for one in manifests}, Random(1))


@dataclass
class _Run:
    """Events of each sort, each one told by itself, on a cluster that stays about the same."""

    followed: _Followed
    here: dict[Key, Manifest]
    random: Random

    def rows(self, count: int) -> dict[str, dict[str, float]]:
        pods, policies, namespaces = (
            [key for key in self.here if key[0] == kind] for kind in ("Pod", "NetworkPolicy", "Namespace")
        )
        joining = [self._replica(number, pods) for number in range(count)]
        sorts: dict[str, list[Event]] = {
            "pod joins": joining,
            "pod gets another address": [self._moved(number, event) for number, event in enumerate(joining)],
            "pod leaves": [(key, None) for key, _ in joining],
            "pod's label changes, asked for by nobody": [self._relabelled(pods, self._hash) for _ in range(count)],
            "pod's label changes, to that of others": [self._relabelled(pods, self._role) for _ in range(count)],
            "pod's label changes, to that of nobody": [self._relabelled(pods, self._app) for _ in range(count)],
            "policy edited": [self._edited(policies) for _ in range(count)],
            "policy asks for a label as the first": [self._asking(policies) for _ in range(count // 10)],
            "namespace's label changes, 50 pods": [self._relabelled(namespaces, self._env) for _ in range(count // 10)],
        }
        return {name: self._row(events) for name, events in sorts.items()}

    def _row(self, events: list[Event]) -> dict[str, float]:
        spent = sorted(self._spent_ms(event) for event in events)
        return {"p50": spent[len(spent) // 2], "p99": spent[len(spent) * 99 // 100], "max": spent[-1]}

    def _spent_ms(self, event: Event) -> float:
        key, manifest = event
        batch = {key: _document(manifest) if manifest else None}
        began = time.process_time_ns()
        self.followed.tell(batch)
        return (time.process_time_ns() - began) / 1e6

    def _replica(self, number: int, pods: list[Key]) -> Event:
        like = self.here[self.random.choice(pods)]
        metadata = like["metadata"] | {"name": f"more{number}"}
        status = {"podIPs": [{"ip": f"10.200.{number >> 8}.{number & 255}"}]}
        manifest = like | {"metadata": metadata, "status": status}
        return _key(manifest), manifest

    def _moved(self, number: int, event: Event) -> Event:
        key, manifest = event
        status = {"podIPs": [{"ip": f"10.201.{number >> 8}.{number & 255}"}]}
        return key, (manifest or {}) | {"status": status}

    def _relabelled(self, keys: list[Key], label: Callable[[], dict[str, str]]) -> Event:
        key = self.random.choice(keys)
        manifest = self.here[key]
        metadata = manifest["metadata"]
        self.here[key] = manifest | {"metadata": metadata | {"labels": metadata["labels"] | label()}}
        return key, self.here[key]

    def _hash(self) -> dict[str, str]:
        return {"pod-template-hash": f"{self.random.getrandbits(32):08x}"}

    def _role(self) -> dict[str, str]:
        return {"role": self.random.choice(("web", "api", "db"))}

    def _app(self) -> dict[str, str]:
        return {"app": f"new{self.random.getrandbits(32)}"}

    def _env(self) -> dict[str, str]:
        return {"env": self.random.choice(("prod", "staging", "dev"))}

    def _asking(self, policies: list[Key]) -> Event:
        key = self.random.choice([one for one in policies if one[1].startswith("networking")])
        selector = {"matchLabels": {f"new{self.random.getrandbits(32)}": "yes"}}
        return key, self.here[key] | {"spec": self.here[key]["spec"] | {"podSelector": selector}}

    def _edited(self, policies: list[Key]) -> Event:
        """With the rules of another."""
        key = self.random.choice(policies)
        like = self.random.choice([one for one in self.random.sample(policies, 20) if one[1] == key[1]] or [key])
        return key, self.here[key] | {"spec": self.here[like]["spec"]}


def _key(manifest: Manifest) -> Key:
    metadata: dict[str, Any] = manifest["metadata"]
    return manifest["kind"], manifest["apiVersion"], metadata.get("namespace", ""), metadata["name"]


def _document(manifest: Manifest) -> Document:
    return Document("store", manifest, _nowhere)


def _nowhere(_: Path) -> Place:
    return Place("store")
