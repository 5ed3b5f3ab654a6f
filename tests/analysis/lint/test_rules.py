"""Where the rules' edges are, beside the examples of their pages: how often each is found."""

import json
from typing import Any

import pytest

from analysis.lint.linting import found
from builders import (
    Manifest,
    allow,
    deny,
    host_endpoint,
    kubernetes_policy,
    namespace,
    pod,
    policy,
    resource,
    staged,
    tier,
)
from percale.analysis.lint.findings import Members, Nearest, Packet

WEB, DB = {"app": "web"}, {"app": "db"}
PODS = (pod("a/web", WEB, at=["10.66.0.1"]), pod("a/db", DB, at=["10.66.0.2"]))


def peers(*labels: dict[str, str], **fields: Any) -> dict[str, Any]:
    return {"podSelector": {"matchLabels": {key: value for one in labels for key, value in one.items()}}, **fields}


def in_namespace(**labels: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {key.replace("_", "/", 1): value for key, value in labels.items()}}}


def to(*there: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"to": list(there), **fields}


def egress(name: str, *rules: dict[str, Any]) -> Manifest:
    return kubernetes_policy(name, podSelector=peers(WEB)["podSelector"], policyTypes=["Egress"], egress=list(rules))


def ingress(name: str, *rules: dict[str, Any]) -> Manifest:
    return kubernetes_policy(name, podSelector=peers(DB)["podSelector"], ingress=list(rules))


UDP_DNS, TCP_DNS = {"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}
KUBE_SYSTEM = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
TEAM = {"namespaceSelector": {"matchLabels": {"team": "x"}}}
DENY_ALL = kubernetes_policy("a/deny", policyTypes=["Ingress", "Egress"])
ANY_TCP = {"protocol": "TCP"}

TABLE: tuple[tuple[str, str, int, tuple[Manifest, ...]], ...] = (
    ("PCL001", "without any workload nothing can be said", 0, (egress("a/p"),)),
    ("PCL001", "a staged policy is meant too", 1, (staged("a/p", selector="app == 'x'"), *PODS)),
    ("PCL001", "a host is selected as well as a pod", 0, (policy("p", selector="role == 'host'"), host_endpoint("h"))),
    ("PCL002", "a namespace that the input does not hold", 0, (egress("a/p", to(KUBE_SYSTEM)), *PODS)),
    ("PCL002", "labels of namespaces, none of which is declared", 0, (egress("a/p", to(TEAM)), *PODS)),
    ("PCL002", "labels of namespaces that are declared", 1, (egress("a/p", to(TEAM)), namespace("a"), *PODS)),
    ("PCL002", "each peer by itself", 2, (egress("a/p", to(peers({"app": "x"}), peers({"app": "y"}))), *PODS)),
    (
        "PCL002",
        "one peer with several protocols",
        1,
        (egress("a/p", to(peers({"app": "x"}), ports=[UDP_DNS, TCP_DNS])), *PODS),
    ),
    (
        "PCL003",
        "a pod that has such a label",
        0,
        (kubernetes_policy("a/p", podSelector=peers({"nodeName": "n"})["podSelector"]), pod("a/x", {"nodeName": "n"})),
    ),
    (
        "PCL004",
        "a namespace that has the label",
        0,
        (egress("a/p", to(in_namespace(name="b"))), resource("v1", "Namespace", "b", {"name": "b"})),
    ),
    (
        "PCL006",
        "TCP in another policy for the same pods",
        0,
        (egress("a/p", to(KUBE_SYSTEM, ports=[UDP_DNS])), egress("a/q", to(KUBE_SYSTEM, ports=[TCP_DNS]))),
    ),
    ("PCL006", "TCP to other peers", 1, (egress("a/p", to(KUBE_SYSTEM, ports=[UDP_DNS]), to(TEAM, ports=[TCP_DNS])),)),
    ("PCL006", "everything of those peers", 0, (egress("a/p", to(KUBE_SYSTEM)),)),
    ("PCL007", "nothing may be sent at all", 0, (DENY_ALL, *PODS)),
    (
        "PCL007",
        "over TCP alone",
        0,
        (egress("a/p", to(peers(DB)), to(KUBE_SYSTEM, ports=[TCP_DNS])), pod("kube-system/dns"), *PODS),
    ),
    ("PCL007", "no policy of egress", 0, (ingress("a/p"), *PODS)),
    ("PCL010", "an Allow beside the Log", 0, (policy("a/p", ingress=[{"action": "Log"}, allow()]),)),
    ("PCL010", "a staged policy decides nothing anyway", 0, (staged("a/p", ingress=[{"action": "Log"}]),)),
    ("PCL011", "a direction that is named", 0, (policy("p", types=["Egress"]),)),
    (
        "PCL012",
        "`all()` is everything too",
        1,
        (policy("p", selector="all()", ingress=[allow(source={"nets": ["10.0.0.0/8"]})]),),
    ),
    ("PCL012", "a rule for labels", 0, (policy("p", ingress=[allow(source={"selector": "app == 'x'"})]),)),
    ("PCL013", "in one direction of two", 0, (policy("p", types=["Ingress", "Egress"], ingress=[allow()]),)),
    ("PCL014", "an empty list of peers", 1, (ingress("a/p", {"from": [peers(WEB)]}, {"from": []}),)),
    (
        "PCL014",
        "on another protocol",
        0,
        (ingress("a/p", {"from": [peers(WEB)], "ports": [ANY_TCP]}, {"ports": [UDP_DNS]}),),
    ),
    (
        "PCL014",
        "everyone, but to another place",
        0,
        (
            policy(
                "p",
                ingress=[
                    allow(source={"nets": ["10.0.0.0/8"]}, destination={"nets": ["172.20.0.0/16"]}),
                    allow(destination={"notNets": ["172.20.0.0/16"]}),
                ],
            ),
        ),
    ),
    ("PCL019", "Calico's types", 1, (policy("a/p", types=["Ingress"], egress=[allow()]),)),
    (
        "PCL027",
        "what comes before decides alike",
        0,
        (
            policy("a/p", order=1, selector="app == 'db'", ingress=[allow()]),
            policy("a/q", order=2, selector="app == 'db'", ingress=[allow(source={"selector": "app == 'web'"})]),
            *PODS,
        ),
    ),
    (
        "PCL027",
        "an earlier tier decides",
        1,
        (
            tier("t", order=1),
            policy("a/p", tier="t", selector="app == 'db'", ingress=[deny()]),
            policy("a/q", selector="app == 'db'", ingress=[allow()]),
            *PODS,
        ),
    ),
    (
        "PCL027",
        "a policy on hosts may mean what they forward",
        0,
        (host_endpoint("h"), policy("p", order=1, ingress=[allow()]), policy("q", order=2, ingress=[deny()]), *PODS),
    ),
    ("PCL029", "a default deny", 0, (DENY_ALL, ingress("a/p", {"from": [peers(WEB)]}), *PODS)),
    (
        "PCL030",
        "different orders",
        0,
        (policy("a/p", order=1, ingress=[allow()]), policy("a/q", order=2, ingress=[deny()]), *PODS),
    ),
    (
        "PCL030",
        "no order at all is one order",
        1,
        (policy("a/p", ingress=[allow()]), policy("a/q", ingress=[deny()]), *PODS),
    ),
    (
        "PCL030",
        "nobody is selected by both",
        0,
        (
            policy("a/p", selector="app == 'db'", ingress=[allow()]),
            policy("a/q", selector="app == 'web'", ingress=[deny()]),
            *PODS,
        ),
    ),
    (
        "PCL030",
        "another protocol",
        0,
        (policy("a/p", ingress=[allow(protocol="UDP")]), policy("a/q", ingress=[deny(protocol="TCP")]), *PODS),
    ),
    ("PCL031", "a destination that nothing isolates", 0, (egress("a/p", to(peers(DB))), *PODS)),
    (
        "PCL031",
        "one of two destinations lets it in",
        0,
        (egress("a/p", to(peers())), ingress("a/q"), *PODS, pod("a/x")),
    ),
    (
        "PCL031",
        "another port",
        1,
        (egress("a/p", to(peers(DB), ports=[TCP_DNS])), ingress("a/q", {"ports": [UDP_DNS]}), *PODS),
    ),
    ("PCL033", "the same twice", 1, (ingress("a/p", {"from": [peers(WEB)]}, {"from": [peers(WEB)]}),)),
    (
        "PCL033",
        "the narrower one first, where order counts",
        0,
        (policy("a/p", ingress=[deny(source={"nets": ["10.1.0.0/16"]}), allow(source={"nets": ["10.0.0.0/8"]})]),),
    ),
    (
        "PCL033",
        "a network within another",
        1,
        (policy("a/p", ingress=[allow(source={"nets": ["10.0.0.0/8"]}), deny(source={"nets": ["10.1.0.0/16"]})]),),
    ),
    (
        "PCL033",
        "a port more",
        0,
        (
            ingress(
                "a/p", {"from": [peers(WEB)], "ports": [TCP_DNS]}, {"from": [peers(WEB)], "ports": [TCP_DNS, UDP_DNS]}
            ),
        ),
    ),
    (
        "PCL033",
        "one protocol of two",
        0,
        (
            ingress(
                "a/p",
                {"from": [peers(WEB)], "ports": [TCP_DNS, UDP_DNS]},
                {"from": [peers(WEB)], "ports": [{"protocol": "TCP", "port": 50, "endPort": 60}]},
            ),
        ),
    ),
    ("PCL034", "there and not there", 1, (policy("p", selector="has(a) && !has(a)"),)),
    (
        "PCL046",
        "a tier that decides comes after",
        0,
        (tier("t", order=1), policy("p", tier="t", ingress=[{"action": "Pass"}]), policy("q", ingress=[allow()])),
    ),
    (
        "PCL048",
        "policies for both directions",
        0,
        (host_endpoint("h", profiles=[]), policy("p", types=["Ingress", "Egress"])),
    ),
    ("PCL048", "a policy for one direction", 1, (host_endpoint("h", profiles=[]), policy("p", types=["Ingress"]))),
    ("PCL056", "pods' network given", 1, (egress("a/p", to({"ipBlock": {"cidr": "10.200.0.0/15"}})),)),
    ("PCL057", "a pod's own address", 1, (egress("a/p", to({"ipBlock": {"cidr": "10.66.0.2/32"}})), *PODS)),
    ("PCL057", "an address in the pods' network", 1, (egress("a/p", to({"ipBlock": {"cidr": "10.200.0.9/32"}})),)),
    ("PCL057", "one address outside", 0, (egress("a/p", to({"ipBlock": {"cidr": "192.0.2.7/32"}})),)),
    ("PCL058", "IPv4 alone in the whole input", 0, (policy("p", egress=[deny(destination={"nets": ["10.0.0.0/8"]})]),)),
    ("PCL060", "a staged policy protects nobody", 1, (ingress("a/p"), staged("a/q"), *PODS)),
    ("PCL060", "a namespace without policies", 0, (ingress("a/p"), pod("a/db", DB), pod("b/x"))),
    ("PCL061", "a global policy isolates it", 0, (ingress("a/p"), policy("q", types=["Ingress"]), *PODS)),
    ("PCL062", "for DNS alone", 0, (egress("a/p", to({"namespaceSelector": {}}, ports=[UDP_DNS, TCP_DNS])),)),
    ("PCL062", "with pods named beside it", 0, (ingress("a/p", {"from": [{"namespaceSelector": {}, **peers(WEB)}]}),)),
    ("PCL062", "Calico's form", 1, (policy("a/p", ingress=[allow(source={"namespaceSelector": "all()"})]),)),
)


def _text(manifests: tuple[Manifest, ...]) -> str:
    return "\n---\n".join(map(json.dumps, manifests))


@pytest.mark.parametrize(("rule", "case", "times", "manifests"), TABLE, ids=[f"{row[0]}-{row[1]}" for row in TABLE])
def test_where_the_edge_of_a_rule_is(rule: str, case: str, times: int, manifests: tuple[Manifest, ...]) -> None:
    assert len(found(_text(manifests), rule, pod_networks=("10.200.0.0/16",))) == times, case


def test_a_policy_that_selects_nothing_is_shown_what_comes_nearest() -> None:
    labels = peers({"app": "db", "tier": "x"})["podSelector"]
    (one,) = found(_text((kubernetes_policy("a/p", podSelector=labels), *PODS)), "PCL001")
    (near,) = one.spot.evidence
    assert isinstance(near, Nearest)
    assert str(near.endpoint) == "a/db"


def test_what_is_selected_is_named() -> None:
    (one,) = found(
        _text((policy("p", selector="app == 'db'", types=["Ingress"], ingress=[{"action": "Log"}]), *PODS)), "PCL010"
    )
    (members,) = one.spot.evidence
    assert isinstance(members, Members)
    assert [str(endpoint) for endpoint in members.endpoints] == ["a/db"]


@pytest.mark.parametrize("rule", ["PCL027", "PCL030"])
def test_what_is_said_of_packets_is_shown_with_one(rule: str) -> None:
    order = {"PCL027": 2, "PCL030": 1}[rule]
    text = _text((policy("a/p", order=1, ingress=[allow()]), policy("a/q", order=order, ingress=[deny()]), *PODS))
    (one,) = found(text, rule)
    (packet,) = [evidence for evidence in one.spot.evidence if isinstance(evidence, Packet)]
    assert packet.witness.verdict().allowed
