"""A node's rules that follow the cluster: what each event costs, from the store's event to the ruleset."""

import gc
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from bench.cpu import timed
from bench.manifests import GROUPS, Manifest, class_policies, node_pods, pod, remote_address
from bench.report import Bound, Goal, Report, Table
from percale.dataplane.base_chains import WorkloadInterface
from percale.dataplane.from_policy import LiveRuleset, NodeSettings, compile_ruleset
from percale.lab.addressing import POD_NETWORKS
from percale.policy.endpoints import Endpoint
from percale.policy.incremental.difference import Difference
from percale.policy.incremental.resolver import Resolver
from percale.resources.documents import Document
from percale.resources.places import Path
from percale.resources.problems import Place

_STORED = (1000, 10_000, 50_000)
_LOCAL, _CLASSES = 250, 50
_EVENTS, _EVENTS_QUICK = 300, 60
_NODE = "here"
#: Of what the store's event may take all in all; the kernel has the rest.
_P50_MS, _P99_MS = 2.5, 10.0

_Key = tuple[str, str]
_Event = tuple[_Key, Manifest | None]


def measure(*, quick: bool) -> Report:
    tables, goals, starts = [], [], {}
    for stored in _STORED[:2] if quick else _STORED:
        begun, run = _start(stored)
        starts[f"{stored:,} pods"] = begun
        rows = run.rows(_EVENTS_QUICK if quick else _EVENTS)
        tables.append(Table(f"CPU ms an event, {stored:,} pods, {_LOCAL} local", rows))
        if stored == 10_000:
            goals = list(_goals(rows))
    return Report([Table("CPU seconds", starts), *tables], goals)


def _goals(rows: dict[str, dict[str, float]]) -> Iterator[Goal]:
    for name, row in rows.items():
        if "pod" in name.split():
            yield Goal(f"{name}, p50 ms", row["p50"], Bound.AT_MOST, _P50_MS)
            yield Goal(f"{name}, p99 ms", row["p99"], Bound.AT_MOST, _P99_MS)


def _start(stored: int) -> tuple[dict[str, float], "_Run"]:
    manifests = [*class_policies(_CLASSES), _namespace({}), *_local_pods(), *_remote_pods(stored - _LOCAL)]
    here = {_key(one): one for one in manifests}
    resolver: Resolver[_Key] = Resolver()
    resolving, _ = timed(lambda: resolver.apply({key: _document(one) for key, one in here.items()}))
    beginning, live = timed(lambda: LiveRuleset(resolver.live, _is_local, _settings()))
    world = resolver.live.world()
    anew, _ = timed(lambda: compile_ruleset(world, [one for one in world.workloads if _is_local(one)], _settings()))
    gc.collect()
    gc.freeze()
    begun = {"resolved": resolving, "live ruleset": beginning, "compiled anew": anew}
    return begun, _Run(resolver, live, here, Random(1))


@dataclass
class _Run:
    """Events of each sort, each told by itself."""

    resolver: Resolver[_Key]
    live: LiveRuleset
    here: dict[_Key, Manifest]
    random: Random

    def rows(self, count: int) -> dict[str, dict[str, float]]:
        remote = [key for key in self.here if key[1].startswith("remote")]
        local = [key for key in self.here if key[1].startswith("pod")]
        policies = [key for key in self.here if key[0] == "NetworkPolicy"]
        joining = [self._one_more(number, f"g{number % GROUPS}", {}) for number in range(count)]
        everywhere = [self._one_more(number, "g0", {}) for number in range(count)]
        own = [
            self._one_more(number % 250, f"g{number % GROUPS}", {"class": f"c{number % _CLASSES}"})
            for number in range(min(count, 250))
        ]
        sorts: dict[str, list[_Event]] = {
            "remote pod joins": joining,
            "remote pod leaves": [(key, None) for key, _ in joining],
            "remote pod joins what every class mentions": everywhere,
            "remote pod leaves what every class mentions": [(key, None) for key, _ in everywhere],
            "local pod joins": own,
            "local pod leaves": [(key, None) for key, _ in own],
            "remote pod's label, of groups": [self._labelled(remote, self._group()) for _ in range(count)],
            "remote pod's label, asked for by nobody": [self._labelled(remote, self._hash()) for _ in range(count)],
            "local pod's label, of classes": [self._labelled(local, self._class()) for _ in range(count)],
            "policy edited": [self._edited(policies) for _ in range(count // 3)],
            "label of the namespace, asked for by nobody": [self._renamed() for _ in range(3)],
        }
        return {name: self._row(events) for name, events in sorts.items()}

    def _row(self, events: list[_Event]) -> dict[str, float]:
        spent = [self._spent_ms(event) for event in events]
        whole, following = sorted(sum(one) for one in spent), sorted(one[1] for one in spent)
        return {
            "p50": whole[len(whole) // 2],
            "p99": whole[len(whole) * 99 // 100],
            "max": whole[-1],
            "of rules p50": following[len(following) // 2],
            "of rules p99": following[len(following) * 99 // 100],
            "events/s": 1000 * len(whole) / sum(whole),
        }

    def _spent_ms(self, event: _Event) -> tuple[float, float]:
        """By resolution, and by the rules."""
        key, manifest = event
        batch = {key: _document(manifest) if manifest else None}
        began = time.process_time_ns()
        difference = self.resolver.apply(batch)
        resolved = time.process_time_ns()
        _follow(self.live, self.resolver, difference)
        return (resolved - began) / 1e6, (time.process_time_ns() - resolved) / 1e6

    def _one_more(self, number: int, group: str, labels: dict[str, str]) -> _Event:
        address = f"10.65.200.{number}" if labels else f"10.200.{number >> 8}.{number & 255}"
        node = _NODE if labels else f"node{number % 100}"
        manifest = _placed(pod(f"more{number}", address, labels | {"group": group}), node)
        return _key(manifest), manifest

    def _labelled(self, keys: list[_Key], label: dict[str, str]) -> _Event:
        key = self.random.choice(keys)
        manifest = self.here[key]
        metadata = manifest["metadata"]
        self.here[key] = manifest | {"metadata": metadata | {"labels": metadata["labels"] | label}}
        return key, self.here[key]

    def _group(self) -> dict[str, str]:
        return {"group": f"g{self.random.randrange(1, GROUPS)}"}

    def _class(self) -> dict[str, str]:
        return {"class": f"c{self.random.randrange(_CLASSES)}"}

    def _hash(self) -> dict[str, str]:
        return {"pod-template-hash": f"{self.random.getrandbits(32):08x}"}

    def _edited(self, policies: list[_Key]) -> _Event:
        """With the rules of another."""
        key, like = self.random.sample(policies, 2)
        spec = self.here[like]["spec"] | {"selector": self.here[key]["spec"]["selector"]}
        return key, self.here[key] | {"spec": spec}

    def _renamed(self) -> _Event:
        manifest = _namespace({"rollout": f"{self.random.getrandbits(32):08x}"})
        return _key(manifest), manifest


def _follow(live: LiveRuleset, resolver: Resolver[_Key], difference: Difference) -> None:
    live.follow(resolver.live, difference)
    assert live.ruleset.tables


def _is_local(one: Endpoint) -> bool:
    return one.node == _NODE


def _settings() -> NodeSettings:
    interfaces = tuple(WorkloadInterface(f"veth{number}", ()) for number in range(_LOCAL))
    return NodeSettings(_NODE, guarded=POD_NETWORKS, interfaces=interfaces)


def _local_pods() -> Iterator[Manifest]:
    for number, (name, labels) in enumerate(node_pods(_LOCAL, _CLASSES)):
        yield _placed(pod(name, f"10.65.0.{number + 2}", labels), _NODE)


def _remote_pods(count: int) -> Iterator[Manifest]:
    for number in range(count):
        labels = {"group": f"g{number % GROUPS}", "pod-template-hash": f"{number % 977:08x}"}
        yield _placed(pod(f"remote{number}", remote_address(number), labels), f"node{number % 100}")


def _placed(manifest: Manifest, node: str) -> Manifest:
    return manifest | {"spec": manifest["spec"] | {"nodeName": node}}


def _namespace(labels: dict[str, str]) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "bench", "labels": labels}}


def _key(manifest: Manifest) -> _Key:
    return manifest["kind"], manifest["metadata"]["name"]


def _document(manifest: Manifest) -> Document:
    return Document("store", manifest, _nowhere)


def _nowhere(_: Path) -> Place:
    return Place("store")
