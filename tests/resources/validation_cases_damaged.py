"""Valid documents of every kind, and damage done to them at random."""

import copy
import operator
from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st

from percale.resources.admin_network_policy import AdminNetworkPolicy, BaselineAdminNetworkPolicy
from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy
from percale.resources.cluster_network_policy import ClusterNetworkPolicy
from percale.resources.felix_configuration import FelixConfiguration
from percale.resources.host_endpoint import HostEndpoint
from percale.resources.ip_pool import IpPool
from percale.resources.kinds import KINDS, AnyResource, Kind
from percale.resources.kube_controllers_configuration import KubeControllersConfiguration
from percale.resources.kubernetes_policy import KubernetesNetworkPolicy
from percale.resources.node import CalicoNode, KubernetesNode
from percale.resources.profile import Profile
from percale.resources.service_endpoints import Endpoints, EndpointSlice
from percale.resources.staged_policy import (
    StagedGlobalNetworkPolicy,
    StagedKubernetesNetworkPolicy,
    StagedNetworkPolicy,
)
from percale.resources.workload import CronJob, Pod, Service, Workload
from percale.resources.workload_endpoint import WorkloadEndpoint

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
GLOBAL_POLICY = POLICY | {"preDNAT": True, "applyOnForward": False, "namespaceSelector": "all()"}
KUBERNETES_POLICY = {
    "podSelector": LABELS,
    "policyTypes": ["Ingress"],
    "ingress": [{"from": PEERS, "ports": PORTS}],
    "egress": [{"to": PEERS, "ports": PORTS}],
}
SUBJECT = {"pods": {"namespaceSelector": LABELS, "podSelector": LABELS}}
PROTOCOLS = [
    {"tcp": {"destinationPort": {"number": 80}}},
    {"udp": {"destinationPort": {"range": {"start": 1, "end": 2}}}},
]
ADMIN_PORTS = [
    {"portNumber": {"protocol": "TCP", "port": 80}},
    {"portRange": {"start": 1, "end": 2}},
    {"namedPort": "a"},
]
ADMIN_POLICY = {
    "subject": {"namespaces": {}},
    "ingress": [{"name": "a", "action": "Allow", "from": [SUBJECT], "ports": ADMIN_PORTS}],
    "egress": [{"action": "Deny", "to": [{"networks": ["10.0.0.0/8"]}]}],
}
SPECS: dict[type[AnyResource], dict[str, Any]] = {
    NetworkPolicy: POLICY,
    GlobalNetworkPolicy: GLOBAL_POLICY,
    KubernetesNetworkPolicy: KUBERNETES_POLICY,
    StagedNetworkPolicy: POLICY | {"stagedAction": "Learn"},
    StagedGlobalNetworkPolicy: GLOBAL_POLICY | {"stagedAction": "Delete"},
    StagedKubernetesNetworkPolicy: KUBERNETES_POLICY | {"stagedAction": "Set"},
    ClusterNetworkPolicy: {
        "tier": "Admin",
        "priority": 1,
        "subject": SUBJECT,
        "ingress": [{"name": "a", "action": "Accept", "from": [SUBJECT], "protocols": PROTOCOLS}],
        "egress": [
            {"action": "Deny", "to": [{"networks": ["10.0.0.0/8"]}, {"nodes": LABELS}, {"domainNames": ["a.b"]}]}
        ],
    },
    AdminNetworkPolicy: ADMIN_POLICY | {"priority": 1},
    BaselineAdminNetworkPolicy: ADMIN_POLICY,
    HostEndpoint: {
        "node": "n",
        "interfaceName": "*",
        "expectedIPs": ["10.0.0.1"],
        "profiles": ["p"],
        "ports": [{"name": "a", "protocol": "TCP", "port": 80}],
    },
    WorkloadEndpoint: {
        "node": "n",
        "orchestrator": "k8s",
        "containerID": "c",
        "ipNetworks": ["10.0.0.1/32"],
        "ipNATs": [{"internalIP": "10.0.0.1", "externalIP": "1.2.3.4"}],
        "ports": [{"protocol": 6, "port": 80, "hostPort": 8080, "hostIP": "1.2.3.4"}],
        "qosControls": {"ingressBandwidth": 1000, "dscp": "EF"},
    },
    Profile: {"ingress": [RULE], "egress": [RULE], "labelsToApply": {"a": "b"}},
    IpPool: {"cidr": "10.0.0.0/8", "blockSize": 26, "allowedUses": ["Workload"], "disableBGPExport": True},
    CalicoNode: {
        "bgp": {"asNumber": "1.10", "ipv4Address": "10.0.0.1/24"},
        "orchRefs": [{"nodeName": "n", "orchestrator": "k8s"}],
        "wireguard": {"interfaceIPv4Address": "10.0.0.1"},
        "addresses": [{"address": "10.0.0.1", "type": "InternalIP"}],
        "interfaces": [{"name": "eth0", "addresses": ["10.0.0.1"]}],
    },
    KubernetesNode: {"podCIDR": "10.0.0.0/24", "podCIDRs": ["10.0.0.0/24"], "unschedulable": True},
    FelixConfiguration: {
        "failsafeInboundHostPorts": [{"protocol": "TCP", "port": 22, "net": "10.0.0.0/8"}],
        "kubeNodePortRanges": ["1:2", 3],
        "routeTableRanges": [{"min": 1, "max": 2}],
        "bpfEnabled": True,
        "wireguardMTU": 1440,
    },
    KubeControllersConfiguration: {
        "prometheusMetricsPort": 9094,
        "controllers": {
            "node": {"hostEndpoint": {"autoCreate": "Enabled", "templates": [{"labels": {"a": "b"}}]}},
            "policy": {"reconcilerPeriod": "5m"},
            "policyMigration": {"enabled": "Disabled"},
        },
    },
    Pod: POD,
    Workload: {"replicas": 3, "template": {"metadata": METADATA, "spec": POD}},
    CronJob: {"jobTemplate": {"spec": {"template": {"metadata": METADATA, "spec": POD}}}},
    Service: {"selector": {"a": "b"}, "ports": [{"port": 80, "targetPort": "web"}], "clusterIPs": ["1.2.3.4"]},
}

TARGET = {"kind": "Pod", "name": "web", "namespace": "shop"}
#: Of kinds without a spec.
FIELDS: dict[type[AnyResource], dict[str, Any]] = {
    EndpointSlice: {
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": True}, "targetRef": TARGET}],
        "ports": [{"name": "a", "protocol": "TCP", "port": 80}],
    },
    Endpoints: {"subsets": [{"addresses": [{"ip": "10.0.0.1", "targetRef": TARGET}], "ports": [{"port": 80}]}]},
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
    fields = {"spec": SPECS[kind]} if kind in SPECS else FIELDS.get(kind, {})
    return copy.deepcopy({"apiVersion": "v", "kind": "k", "metadata": METADATA} | fields)


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
