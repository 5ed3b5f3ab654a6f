"""What servers take and Calico does not: reported, and absent."""

from typing import Any

import pytest

from builders import Manifest
from datastore.kubernetes.clusters import GNP, STORAGE, V3, Cluster, cluster, gathered, only
from percale.datastore.keys import Key

#: What the schemas of Calico's CustomResourceDefinitions let through, in both groups.
INVALID: dict[str, dict[str, Any]] = {
    "selector": {"selector": "app = x"},
    "protocol": {"ingress": [{"action": "Allow", "protocol": "FOO"}]},
    "ports without protocol": {"ingress": [{"action": "Allow", "destination": {"ports": [80]}}]},
    "net": {"ingress": [{"action": "Allow", "source": {"nets": ["10.0.0.0/40"]}}]},
    "port": {"ingress": [{"action": "Allow", "protocol": "TCP", "destination": {"ports": [99999]}}]},
    "range": {"ingress": [{"action": "Allow", "protocol": "TCP", "destination": {"ports": ["90:80"]}}]},
    "form": {"ingress": "all"},
    "field": {"egressx": []},
}
_PLURAL = "globalnetworkpolicies"


def policy(calico: str, spec: dict[str, Any] | None = None) -> Manifest:
    return {"apiVersion": calico, "kind": "GlobalNetworkPolicy", "metadata": {"name": "p"}, "spec": spec or {}}


def reports(made: Cluster) -> list[str]:
    found = []
    while not made.reported.empty():
        found.append(str(made.reported.get()))
    return found


@pytest.mark.parametrize("calico", [V3, STORAGE])
@pytest.mark.parametrize("what", INVALID)
def test_what_is_invalid_is_reported_once_and_absent(calico: str, what: str) -> None:
    with cluster(calico) as made:
        made.server.put(_PLURAL, policy(calico, INVALID[what]))
        made.server.put(_PLURAL, policy(calico) | {"metadata": {"name": "good"}})
        for _ in range(2):
            assert [one["metadata"]["name"] for one in made.store.list(only(GNP)).resources] == ["good"]
        (report,) = reports(made)
        assert report.startswith(
            f"GlobalNetworkPolicy(p) in `{made.store.name}` is invalid and treated as absent: spec"
        )


@pytest.mark.parametrize("calico", [V3, STORAGE])
def test_what_is_invalid_can_be_seen_and_mended(calico: str) -> None:
    with cluster(calico) as made:
        made.server.put(_PLURAL, policy(calico, INVALID["selector"]))
        found = made.store.get(Key(GNP, "p"))
        assert found["spec"]["selector"] == "app = x"
        made.store.update({**found, "spec": {**found["spec"], "selector": "app == 'x'"}})
        assert len(made.store.list(only(GNP)).resources) == 1


@pytest.mark.parametrize("calico", [V3, STORAGE])
def test_what_becomes_invalid_is_gone(calico: str) -> None:
    with cluster(calico) as made:
        made.server.put(_PLURAL, policy(calico))
        with made.store.watch(only(GNP), made.store.list(only(GNP)).revision) as watch:
            made.server.put(_PLURAL, policy(calico, INVALID["net"]))
            assert gathered(watch, 1) == ["-GlobalNetworkPolicy(p)"]
            made.server.put(_PLURAL, policy(calico, INVALID["port"]))
            made.server.put(_PLURAL, policy(calico, {"order": 1}))
            assert gathered(watch, 1) == ["+GlobalNetworkPolicy(p)"]
        assert len(reports(made)) == 2


@pytest.mark.parametrize("note", ["{", "[]", "1", '{"labels": 1}'])
def test_an_annotation_that_cannot_be_read_is_no_crash(note: str) -> None:
    broken = policy(STORAGE) | {"metadata": {"name": "p", "annotations": {"projectcalico.org/metadata": note}}}
    with cluster(STORAGE) as made:
        made.server.put(_PLURAL, broken)
        assert made.store.list(only(GNP)).resources == ()
        (report,) = reports(made)
        assert "GlobalNetworkPolicy(p)" in report
