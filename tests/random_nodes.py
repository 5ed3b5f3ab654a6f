"""What happens around one node: its pods and others come, change and go, and so do policies with many rules."""

from dataclasses import dataclass
from typing import Any

from random_changes import ChangeGenerator, Event, State, key_of
from random_worlds import NAMESPACES, Manifest

_PODS = 12
_PORTS = (53, 80, 81, 443)


@dataclass(frozen=True)
class NodeGenerator(ChangeGenerator):
    def events(self, count: int) -> list[Event]:
        """After a first pod of each name, and a first policy."""
        first = [self._named_pod(number) for number in range(_PODS)] + [self._many_rules()]
        here = {key_of(one): one for one in first}
        found: list[Event] = list(here.items())
        for _ in range(count):
            key, manifest = self._event(here)
            found.append((key, manifest))
            if manifest is None:
                del here[key]
            else:
                here[key] = manifest
        return found

    def _event(self, here: State) -> Event:
        """Fewer go than come."""
        key, manifest = super()._event(here)
        return (key, manifest) if manifest or self.one_in(3) else self._relabelled(key, here[key])

    def _makers(self) -> list[Any]:
        return [*super()._makers(), *[self._some_pod] * 40, *[self._many_rules] * 12]

    def _some_pod(self) -> Manifest:
        return self._named_pod(self.random.randrange(_PODS))

    def _named_pod(self, number: int) -> Manifest:
        """Each name has an address, and now and then somebody else's."""
        manifest = self._made("v1", "Pod", f"some{number}", NAMESPACES[number % 3])
        ports = [{"name": "http", "containerPort": self.random.choice((80, 81))}]
        manifest["spec"] = {"containers": [{"name": "main", "ports": ports}], "nodeName": f"node{number % 3}"}
        at = self.random.randrange(_PODS) if self.one_in(8) else number
        return manifest | {"status": {"podIPs": [{"ip": f"10.65.1.{at + 2}"}, {"ip": f"fd00:65::1:{at + 2}"}]}}

    def _many_rules(self) -> Manifest:
        """Mostly single addresses at single ports; sometimes what is none, and stands in between."""
        spec: Manifest = {
            "selector": self.random.choice(("all()", "all()", "app == 'web'", "has(tier)")),
            "types": ["Ingress", "Egress"],
            "tier": self.random.choice(("default", "default", "early")),
            "ingress": [self._one_of_many("source") for _ in range(self.random.randint(3, 12))],
            "egress": [self._one_of_many("destination") for _ in range(self.random.randint(3, 12))],
        }
        return self._made("projectcalico.org/v3", "GlobalNetworkPolicy", f"many{self.random.randrange(3)}", spec=spec)

    def _one_of_many(self, peer: str) -> Manifest:
        action = self.random.choice(("Allow", "Allow", "Deny", "Pass"))
        selectors = ("app == 'web'", "app == 'db'", "tier == 'front'", "env == 'prod' && has(app)")
        entity: Manifest = {"selector": self.random.choice(selectors)}
        if self.one_in(5):
            entity["nets"] = ["10.65.1.0/29"]
        at: Manifest = {"ports": self.random.sample(_PORTS, self.random.randint(1, 2))}
        ends = {"source": entity, "destination": at} if peer == "source" else {peer: entity | at}
        rule: Manifest = {"action": action, "protocol": self.random.choice(("TCP", "UDP"))} | ends
        others: list[Manifest] = [
            rule | {"action": "Log"},
            {"action": action, peer: {"selector": "all()", "notSelector": "env == 'prod'"}},
            {"action": action, "protocol": "TCP", peer: {"ports": ["http"]}},
            {"action": action, peer: {"services": {"name": "service0", "namespace": "red"}}},
            {"action": action, "protocol": "TCP", "source": {"ports": [80]}, "destination": {"ports": _PORTS[:2]}},
        ]
        kind = self.random.randrange(20)
        return others[kind] if kind < len(others) else rule
