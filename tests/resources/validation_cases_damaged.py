"""Valid documents of every kind, and damage done to them at random."""

import copy
import operator
from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st

from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy
from percale.resources.kinds import KINDS, AnyResource, Kind
from percale.resources.kubernetes_policy import KubernetesNetworkPolicy
from percale.resources.workload import CronJob, Pod, Service, Workload

METADATA = {"name": "web", "namespace": "shop", "labels": {"a": "b"}, "ownerReferences": [{"any": ["thing"]}]}
ENTITY = {
    "nets": ["10.0.0.0/8"],
    "selector": "all()",
    "ports": [80, "web", "1:52"],
    "serviceAccounts": {"names": ["a"], "selector": "all()"},
    "services": {"name": "db", "namespace": "shop"},
}
RULE = {
    "action": "Allow",
    "ipVersion": 4,
    "protocol": "TCP",
    "notProtocol": 17,
    "icmp": {"type": 8},
    "notICMP": {"type": 8, "code": 0},
    "source": ENTITY,
    "destination": ENTITY,
    "http": {"methods": ["GET"], "paths": [{"exact": "/"}]},
    "metadata": {"annotations": {"a": "b"}},
}
POLICY = {"order": 1.5, "tier": "t", "selector": "all()", "types": ["Ingress"], "ingress": [RULE], "egress": [RULE]}
LABELS = {"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}
PEERS = [{"podSelector": LABELS}, {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]
PORTS = [{"protocol": "TCP", "port": 80, "endPort": 90}, {"port": "web"}]
POD = {
    "nodeName": "n",
    "hostNetwork": True,
    "containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 80, "hostIP": "1.2.3.4"}]}],
}
SPECS: dict[type[AnyResource], dict[str, Any]] = {
    NetworkPolicy: POLICY,
    GlobalNetworkPolicy: POLICY | {"preDNAT": True, "applyOnForward": False, "namespaceSelector": "all()"},
    KubernetesNetworkPolicy: {
        "podSelector": LABELS,
        "policyTypes": ["Ingress"],
        "ingress": [{"from": PEERS, "ports": PORTS}],
        "egress": [{"to": PEERS, "ports": PORTS}],
    },
    Pod: POD,
    Workload: {"replicas": 3, "template": {"metadata": METADATA, "spec": POD}},
    CronJob: {"jobTemplate": {"spec": {"template": {"metadata": METADATA, "spec": POD}}}},
    Service: {"selector": {"a": "b"}, "ports": [{"port": 80, "targetPort": "web"}], "clusterIPs": ["1.2.3.4"]},
}

KEYS = st.sampled_from(["name", "labels", "spec", "ports", "port", "nets", "action", "x", 1, None, True, 1.5])
ANY_VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0.0, 1.0, 80.0, 1e300, float("inf"), 10**19, -(2**63), 10**400])
    | st.text(max_size=3)
    | st.sampled_from(["10.0.0.0/8", "1:2", "global()", "a == 'b'", "*.example.com", "In", "ICMP", "Egress"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=4,
)


def document(kind: type[AnyResource]) -> dict[str, Any]:
    spec = {"spec": SPECS[kind]} if kind in SPECS else {}
    return copy.deepcopy({"apiVersion": "v", "kind": "k", "metadata": METADATA} | spec)


def slots(data: Any) -> list[Callable[[Any], None]]:
    """A setter for every value of a document, and one new entry for every mapping and list."""
    found: list[Callable[[Any], None]] = []
    if isinstance(data, dict):
        for key, item in list(data.items()):
            found += [partial(operator.setitem, data, key), *slots(item)]
        found.append(lambda value: data.update({"extra": value}))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            found += [partial(operator.setitem, data, index), *slots(item)]
        found.append(data.append)
    return found


def removals(data: Any) -> list[Callable[[], object]]:
    found: list[Callable[[], object]] = []
    if isinstance(data, dict):
        for key, item in data.items():
            found += [partial(data.pop, key, None), *removals(item)]
    elif isinstance(data, list):
        for item in data:
            found += removals(item)
    return found


def new_entries(data: Any) -> list[Callable[[Any], None]]:
    found: list[Callable[[Any], None]] = []
    if isinstance(data, dict):
        found.append(lambda key: data.update({key: "value"}))
    for item in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        found += new_entries(item)
    return found


@st.composite
def damaged_documents(draw: st.DrawFn) -> tuple[Kind, dict[str, Any]]:
    kind = draw(st.sampled_from(KINDS))
    data = document(kind.type)
    for _ in range(draw(st.integers(1, 3))):
        match draw(st.sampled_from(["set", "set", "remove", "key"])):
            case "set":
                draw(st.sampled_from(slots(data)))(draw(ANY_VALUE))
            case "remove":
                draw(st.sampled_from(removals(data) or [dict]))()
            case _:
                draw(st.sampled_from(new_entries(data)))(draw(KEYS))
    return kind, data
