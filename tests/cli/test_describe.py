"""`percale describe`: what applies to whom, and what a policy comes to."""

import json
from typing import Any

import pytest

from cli.calling import EXAMPLES, SHOP, Calls
from percale.cli.exits import Exit

OCTOBER = str(EXAMPLES / "october")
DEMO = str(EXAMPLES / "gardener-demo")


def _told(percale: Calls, *argv: str) -> dict[str, Any]:
    ended = percale("describe", "-q", *argv, "-o", "json")
    assert ended.status == Exit.YES
    found: dict[str, Any] = json.loads(ended.out)
    return found


def test_a_workload_with_what_applies_and_what_passes(percale: Calls) -> None:
    told = _told(percale, "-f", OCTOBER, "october/redis")
    assert (told["kind"], told["name"], told["labels"]["app"]) == ("Deployment", "october/redis", "redis")
    assert [one["policy"] for tier in told["ingress"]["tiers"] for one in tier["policies"]] == [
        "default-deny-all",
        "redis-allow-from-api-worker",
    ]
    assert told["ingress"]["end"] == "what no rule decides is denied at the end of tier default"
    assert [(one["peer"], one["traffic"]) for one in told["from"]] == [
        ("october/[app=api|worker]", [{"protocol": "TCP", "ports": "6379"}])
    ]


def test_a_workload_without_policy_is_left_to_its_profile(percale: Calls) -> None:
    ended = percale("describe", "-f", SHOP, "shop/web")
    assert "  ingress: no policy governs its ingress: all is left to profile kns.shop\n" in ended.out
    assert "  labels from its namespace: " in ended.out


def test_a_host_is_told_hook_by_hook(percale: Calls) -> None:
    ended = percale("describe", "-q", "-f", DEMO, "host:demo-node")
    assert ended.out == percale("describe", "-q", "-f", DEMO, "hep/demo-node-eth0").out
    assert ended.out.startswith("HostEndpoint demo-node-eth0\n")
    assert "GlobalNetworkPolicy node-https" in ended.out
    assert "  may be reached by:" in ended.out


def test_a_policy_with_what_each_rule_decides(percale: Calls) -> None:
    told = _told(percale, "-f", DEMO, "gnp", "test2-to-test1")
    assert told["selects"] == ["test1/busybox-test1-a", "test1/busybox-test1-b"]
    assert [one["policy"] for one in told["before"]] == ["test1-own-namespace"]
    assert [(one["rule"], one["neverDecides"]) for one in told["rules"]] == [
        ("ingress[0] Allow", False),
        ("ingress[2] Deny", False),
    ]


@pytest.mark.parametrize(
    ("files", "reference", "head"),
    [
        (OCTOBER, ("policy/october/default-deny-all",), "KubernetesNetworkPolicy october/default-deny-all"),
        (OCTOBER, ("netpol/october/default-deny-all",), "KubernetesNetworkPolicy october/default-deny-all"),
        (OCTOBER, ("np", "default-deny-all", "-n", "october"), "KubernetesNetworkPolicy october/default-deny-all"),
        (DEMO, ("policy/node-https",), "GlobalNetworkPolicy node-https"),
        (DEMO, ("tier/default",), "Tier default"),
        (OCTOBER, ("ns/october",), "Namespace october"),
        (OCTOBER, ("deployment/october/api",), "Deployment october/api"),
        (OCTOBER, ("api", "-n", "october"), "Deployment october/api"),
    ],
)
def test_references(percale: Calls, files: str, reference: tuple[str, ...], head: str) -> None:
    ended = percale("describe", "-q", "-f", files, *reference)
    assert (ended.status, ended.out.partition("\n")[0]) == (Exit.YES, head)


SET_AND_SERVICE = [
    {
        "apiVersion": "projectcalico.org/v3",
        "kind": "GlobalNetworkSet",
        "metadata": {"name": "partners", "labels": {"zone": "partner"}},
        "spec": {"nets": ["203.0.113.0/24"]},
    },
    {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "c", "ports": [{"containerPort": 8080}]}]},
    },
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "front", "namespace": "shop"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
    },
    {
        "apiVersion": "projectcalico.org/v3",
        "kind": "NetworkPolicy",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {
            "ingress": [
                {"action": "Allow", "source": {"selector": "zone == 'partner'", "namespaceSelector": "global()"}}
            ]
        },
    },
]


@pytest.mark.parametrize(
    ("reference", "line"),
    [
        ("gns/partners", "  rules that select it: NetworkPolicy shop/web ingress[0]"),
        ("gns/partners", "  networks: 203.0.113.0/24"),
        ("service/shop/front", "  leads to: port 80: TCP 8080 of shop/web"),
        ("policy/shop/web", "      from 203.0.113.0/24: everything"),
    ],
)
def test_sets_and_services(percale: Calls, reference: str, line: str) -> None:
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": SET_AND_SERVICE}).encode()
    ended = percale("describe", "-f", "-", reference, stdin=text)
    assert line in ended.out.splitlines()


def test_several_references_are_told_one_by_one(percale: Calls) -> None:
    told = _told(percale, "-f", OCTOBER, "october/api", "ns/october")
    assert [one["kind"] for one in told["descriptions"]] == ["Deployment", "Namespace"]


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("gnp/nobody", "nothing is called `gnp/nobody`"),
        ("policy/october/defautl-deny-all", "nothing is called `policy/october/defautl-deny-all`"),
        ("tier/nope", "nothing is called `tier/nope`\n  hint: there is `"),
        ("service/a/b", "nothing is called `service/a/b`"),
        ("ns/octobr", "nothing is called `ns/octobr`\n  hint: there is `october`"),
        ("october/rediss", "no workload is called `october/rediss`\n  hint: there is `october/redis`"),
        ("192.0.2.1", "`192.0.2.1` is outside: no policy applies to it"),
    ],
)
def test_what_nothing_is_called(percale: Calls, reference: str, says: str) -> None:
    ended = percale("describe", "-q", "-f", OCTOBER, reference)
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert ended.err.startswith(f"error: {says}")
