"""Each kind of expectation, where it holds, where it fails, and where there is nothing that it could be about."""

from typing import Any

import pytest

from builders import kubernetes_policy, namespace, network_set, pod, policy, resource, tier
from expectation_worlds import Expectation, outcome, proved
from percale.analysis.expectations.proving import Outcome
from percale.policy.selection import Staged

HOLDS, FAILS, NOTHING = Outcome.HOLDS, Outcome.FAILS, Outcome.SELECTS_NOTHING


def _template(name: str, **labels: str) -> dict[str, Any]:
    spec = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": {}}}
    return resource("apps/v1", "Deployment", name, spec=spec)


#: The database takes port 5432 from web, and answers pings of its own namespace; nothing keeps anybody from sending.
SHOP = (
    namespace("shop", env="prod"),
    namespace("lab", env="dev"),
    pod("shop/web", {"app": "web"}, ports={"http": 8080}),
    pod("shop/db", {"app": "db"}, ports={"sql": 5432}),
    pod("lab/web", {"app": "web"}),
    policy(
        "shop/db",
        selector="app == 'db'",
        ingress=[
            {
                "action": "Allow",
                "protocol": "TCP",
                "source": {"selector": "app == 'web'"},
                "destination": {"ports": [5432]},
            },
            {"action": "Allow", "protocol": "ICMP", "icmp": {"type": 8}, "source": {"selector": "all()"}},
            {"action": "Allow", "protocol": "ICMPv6", "icmp": {"type": 128}, "source": {"selector": "all()"}},
        ],
    ),
    resource("v1", "Service", "shop/db", spec={"selector": {"app": "db"}, "ports": [{"port": 80, "targetPort": 5432}]}),
)

BETWEEN = (
    ("allow", {"from": "web", "to": "db", "ports": ["5432/tcp"]}, HOLDS),
    ("allow", {"from": "web", "to": "db", "ports": [5432]}, HOLDS),
    ("allow", {"from": "web", "to": "db", "ports": ["sql"]}, HOLDS),
    ("allow", {"from": "web", "to": "db", "ports": ["5432/udp"]}, FAILS),
    ("allow", {"from": "web", "to": "db", "ports": ["5432-5433"]}, FAILS),
    ("allow", {"from": "web", "to": "db", "ports": ["icmp/8"]}, HOLDS),
    ("allow", {"from": "web", "to": "db", "ports": ["icmpv6/128"]}, HOLDS),
    ("allow", {"from": "web", "to": "db", "ports": ["icmp"]}, FAILS),
    ("allow", {"from": "web", "to": "db"}, FAILS),
    ("allow", {"from": "db", "to": "web"}, HOLDS),
    ("allow", {"from": "web", "to": "service/db", "ports": [80]}, HOLDS),
    ("allow", {"from": "web", "to": "service/shop/db"}, HOLDS),
    ("allow", {"from": "lab/web", "to": "service/shop/db"}, FAILS),
    ("allow", {"from": "Pod/shop/web", "to": {"selector": "app == 'db'"}, "ports": ["sql"]}, HOLDS),
    ("allow", {"from": "db", "to": "outside"}, HOLDS),
    ("allow", {"from": "db", "to": "api.example.com", "ports": [443]}, HOLDS),
    ("allow", {"from": ["web", "lab/web"], "to": "db", "ports": ["sql"]}, FAILS),
    ("deny", {"from": "lab/web", "to": "db"}, HOLDS),
    ("deny", {"from": {"namespaceSelector": "env == 'dev'"}, "to": {"namespace": "shop"}}, FAILS),
    ("deny", {"from": {"namespaceSelector": "env == 'dev'"}, "to": "db"}, HOLDS),
    ("deny", {"from": {"namespace": "shop", "selector": "app == 'web'"}, "to": "db", "ports": ["5433"]}, HOLDS),
    ("deny", {"from": "outside", "to": "db"}, HOLDS),
    ("deny", {"from": "203.0.113.0/24", "to": "db", "ports": ["sql"]}, HOLDS),
    ("deny", {"from": "2001:db8::/32", "to": "web"}, FAILS),
    ("deny", {"from": "any", "to": "db", "ports": ["udp", "sctp", "proto/47"]}, HOLDS),
    ("deny", {"from": "any", "to": "db"}, FAILS),
    ("deny", {"from": "db", "to": "any"}, FAILS),
    ("onlyFrom", {"from": "web", "to": "db"}, HOLDS),
    ("onlyFrom", {"from": "web", "to": "service/db"}, HOLDS),
    ("onlyFrom", {"from": "lab/web", "to": "db"}, FAILS),
    ("onlyFrom", {"from": "lab/web", "to": "db", "ports": ["udp"]}, HOLDS),
    ("onlyFrom", {"from": ["web", "outside"], "to": "db"}, HOLDS),
    ("onlyFrom", {"from": "any", "to": "db"}, NOTHING),
    ("onlyTo", {"from": "web", "to": "db"}, FAILS),
    ("onlyTo", {"from": "db", "to": ["web", "outside"]}, FAILS),
    ("onlyTo", {"from": "db", "to": ["web", "lab/web", "outside"]}, NOTHING),
    ("onlyTo", {"from": "db", "to": ["web", "lab/web", "203.0.113.0/24"]}, FAILS),
    ("onlyPorts", {"from": "web", "to": "db", "ports": ["sql", "icmp/8", "icmpv6/128"]}, HOLDS),
    ("onlyPorts", {"from": "web", "to": "db", "ports": ["sql", "icmp"]}, HOLDS),
    ("onlyPorts", {"from": "web", "to": "db", "ports": ["icmp", "icmpv6"]}, FAILS),
    ("onlyPorts", {"from": "any", "to": {"namespace": "shop"}, "ports": ["sql", "http"]}, FAILS),
    ("onlyPorts", {"from": "lab/web", "to": "service/db", "ports": [80]}, HOLDS),
)


def _id(kind: str, asked: Expectation, _: Outcome) -> str:
    return f"{kind} {asked}".replace("/", ".")


@pytest.mark.parametrize(("kind", "asked", "right"), [pytest.param(*row, id=_id(*row)) for row in BETWEEN])
def test_an_expectation_between_two_ends(kind: str, asked: Expectation, right: Outcome) -> None:
    assert outcome(SHOP, {kind: asked}) is right


SELECTS_NOTHING = (
    ({"allow": {"from": "wbe", "to": "db"}}, "no workload is called `wbe`", "there is `shop/web`"),
    ({"deny": {"from": {"namespace": "dev"}, "to": "db"}}, "namespace `dev`", "there are workloads in `lab`, `shop`"),
    ({"deny": {"from": "web", "to": {"selector": "app == 'x'"}}}, "no workload is selected by selector", ""),
    ({"deny": {"from": ["web", {"selector": "has(x)"}], "to": "db"}}, "no workload is selected by", ""),
    ({"allow": {"from": "web", "to": "db", "ports": ["http"]}}, "no destination has a port called `http`", "`sql`"),
    ({"allow": {"from": "web", "to": "service/none"}}, "no service is called `shop/none`", "`shop/db`"),
    ({"allow": {"from": "web", "to": "service/db", "ports": [81]}}, "at that port", ""),
    ({"deny": {"from": "web", "to": "web"}}, "no packet can go from the one to the other", "one and the same pod"),
    ({"deny": {"from": "outside", "to": "203.0.113.0/24"}}, "no packet can go", "both outside"),
    ({"deny": {"from": "web", "to": "db", "ports": ["icmp/0"]}}, "no packet can go", "opens no flow"),
    ({"isolated": {"workloads": "outside"}}, "no workload is meant", "only workloads"),
)


@pytest.mark.parametrize(("asked", "says", "hint"), SELECTS_NOTHING, ids=[str(row[0]) for row in SELECTS_NOTHING])
def test_what_selects_nothing_is_no_success(asked: Expectation, says: str, hint: str) -> None:
    (result,) = proved(SHOP, asked)
    assert (result.outcome, result.holds) == (NOTHING, False)
    assert says in result.says
    assert hint in result.hint


ISOLATED = (
    ({"workloads": "db", "directions": ["ingress"]}, HOLDS),
    ({"workloads": "db", "directions": ["egress"]}, FAILS),
    ({"workloads": "db"}, FAILS),
    ({"workloads": {"namespace": "shop"}, "directions": ["ingress"]}, FAILS),
)


@pytest.mark.parametrize(("asked", "right"), ISOLATED, ids=[str(row[0]) for row in ISOLATED])
def test_isolation(asked: Expectation, right: Outcome) -> None:
    assert outcome(SHOP, {"isolated": asked}) is right


def test_a_tier_that_passes_on_isolates_nobody() -> None:
    passing = tier("early", order=10, defaultAction="Pass")
    selecting = policy("all", tier="early", selector="all()", types=["Ingress"])
    (result,) = proved([pod("shop/web"), passing, selecting], {"isolated": {"workloads": "any"}})
    assert [(str(one.workload), [str(p.id) for p in one.policies]) for one in result.exposed] == [
        ("shop/web", ["GlobalNetworkPolicy all"]),
        ("shop/web", []),
    ]


def test_two_pods_of_one_template_talk_and_a_single_pod_does_not_with_itself() -> None:
    closed = kubernetes_policy("shop/closed", policyTypes=["Ingress"])
    within = {"allow": {"from": "web", "to": "web"}}
    assert outcome([_template("shop/web", app="web")], within) is HOLDS
    assert outcome([_template("shop/web", app="web"), closed], within) is FAILS
    assert outcome([pod("shop/web")], within) is NOTHING


def test_an_owner_stands_for_all_its_pods() -> None:
    owner = {"ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db", "uid": "1"}]}
    pods = [pod(f"shop/db-{n}", {"n": str(n)}) for n in range(2)]
    for one in pods:
        one["metadata"] |= owner
    second = policy("shop/second", selector="n == '1'", types=["Ingress"])
    assert outcome([*pods, second, pod("shop/web")], {"allow": {"from": "web", "to": "db"}}) is FAILS
    assert outcome([*pods, pod("shop/web")], {"allow": {"from": "web", "to": "StatefulSet/shop/db"}}) is HOLDS


def test_a_claim_about_a_workload_without_address_holds_for_all_that_it_may_get() -> None:
    near = policy("near", selector="app == 'db'", ingress=[{"action": "Allow", "source": {"nets": ["10.1.0.0/16"]}}])
    shop = [_template("shop/web", app="web"), _template("shop/db", app="db"), near]
    asked = {"allow": {"from": "web", "to": "db"}}
    assert outcome(shop, asked, pod_networks=["10.1.0.0/16"]) is HOLDS
    assert outcome(shop, {"deny": asked["allow"]}, pod_networks=["10.2.0.0/16"]) is HOLDS
    (result,) = proved(shop, asked, pod_networks=["10.0.0.0/15"])
    (violation,) = result.violations
    assert (list(map(str, violation.at_source)), violation.at_destination) == (["10.0.0.0/16"], ())
    assert str(violation.witness.packet.source).startswith("10.0.")


def test_names_count_whatever_address_they_lead_to() -> None:
    names = policy(
        "names",
        selector="all()",
        types=["Egress"],
        egress=[{"action": "Allow", "destination": {"domains": ["*.example.com"]}}],
    )
    shop = [pod("shop/web"), names]
    assert outcome(shop, {"allow": {"from": "web", "to": "api.example.com"}}) is HOLDS
    assert outcome(shop, {"allow": {"from": "web", "to": "*.example.com"}}) is HOLDS
    assert outcome(shop, {"allow": {"from": "web", "to": "example.com"}}) is FAILS
    assert outcome(shop, {"deny": {"from": "web", "to": "203.0.113.0/24"}}) is FAILS
    assert outcome(shop, {"onlyTo": {"from": "web", "to": "*.example.com"}}) is HOLDS
    assert outcome(shop, {"onlyTo": {"from": "web", "to": "api.example.com"}}) is FAILS


def test_a_network_holds_the_workloads_that_are_known_to_be_in_it() -> None:
    shop = [pod("shop/web", at=["10.1.0.1"]), pod("shop/db", {"app": "db"}, at=["10.2.0.1"])]
    to_db = policy("db", selector="app == 'db'", types=["Ingress"], ingress=[])
    only_outside = network_set("lab", "10.1.0.2/32")
    assert outcome([*shop, to_db, only_outside], {"allow": {"from": "10.1.0.0/16", "to": "10.2.0.0/16"}}) is FAILS
    assert outcome(shop, {"allow": {"from": "10.1.0.1", "to": "10.2.0.1"}}) is HOLDS


def test_nodes_are_left_aside_since_they_reach_their_own_pods() -> None:
    node = resource("v1", "Node", "n1", status={"addresses": [{"type": "InternalIP", "address": "192.0.2.1"}]})
    closed = policy("closed", selector="all()", types=["Ingress"])
    shop = [node, pod("shop/web", nodeName="n1"), closed]
    assert outcome(shop, {"deny": {"from": "outside", "to": "web"}}) is HOLDS
    assert outcome(shop, {"deny": {"from": "192.0.2.1", "to": "web"}}) is NOTHING
    assert outcome(shop, {"deny": {"from": "192.0.2.0/24", "to": "web"}}) is HOLDS


def test_staged_policies_count_when_asked() -> None:
    staged = resource(
        "projectcalico.org/v3", "StagedGlobalNetworkPolicy", "closed", spec={"selector": "all()", "types": ["Ingress"]}
    )
    shop = [pod("shop/web"), pod("shop/db"), staged]
    asked = {"deny": {"from": "any", "to": "db"}}
    assert outcome(shop, asked) is FAILS
    assert outcome(shop, asked, staged=Staged.AS_IF_ENFORCED) is HOLDS
    isolated = {"isolated": {"workloads": "db", "directions": ["ingress"]}}
    assert [outcome(shop, isolated, staged=way) for way in Staged] == [FAILS, HOLDS]


def test_both_ip_versions_must_hold() -> None:
    v4 = policy("v4", selector="app == 'db'", ingress=[{"action": "Allow", "ipVersion": 4}])
    shop = [pod("shop/web"), pod("shop/db", {"app": "db"}), v4]
    (result,) = proved(shop, {"allow": {"from": "web", "to": "db"}})
    assert {one.witness.packet.version for one in result.violations} == {6}
    (result,) = proved(shop, {"deny": {"from": "web", "to": "db"}})
    assert {one.witness.packet.version for one in result.violations} == {4}


def test_every_violation_is_what_the_judge_says() -> None:
    claims = [{kind: asked} for kind, asked, right in BETWEEN if right is FAILS]
    for result in proved(SHOP, *claims):
        assert result.violations
        for one in result.violations:
            assert one.witness.verdict().allowed is not one.claim.passes
