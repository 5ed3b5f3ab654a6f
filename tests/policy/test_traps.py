"""What is easy to get wrong, one test for each: numbered, so that none is left out.

Those about calicoctl stand with the commands: 47 in tests/cli/test_verbs.py, 48 in tests/cli/test_stores.py and
tests/datastore/test_configuration.py, 49 in tests/cli/test_get.py.
"""

from typing import Any

import pytest

from builders import (
    OUTSIDE,
    Manifest,
    allow,
    allowed,
    calico_node,
    closed,
    deny,
    felix,
    host_endpoint,
    hosted,
    kubernetes_policy,
    namespace,
    network_set,
    on_route,
    packet,
    ping,
    pod,
    policy,
    resource,
    staged,
    stopped,
    tcp,
    tier,
    udp,
    world,
)
from percale.resources.problems import InvalidInput

ME = pod("a/me", {"role": "me"})
ONE, TWO = pod("a/one", {"x": "1"}), pod("b/two", {"x": "2"})
SIX = "2001:db8::9"


def gate(name: str, *rules: Manifest, **spec: Any) -> Manifest:
    """A policy for `a/me` alone."""
    return policy(name, selector="role == 'me'", ingress=rules, **spec)


def sources(*manifests: str | Manifest) -> set[str]:
    here = world(ME, ONE, TWO, *manifests)
    return {end for end in ("a/one", "b/two", OUTSIDE) if allowed(here, tcp(here, end, "a/me"))}


def test_01_an_empty_rule_selector_is_anything_and_all_is_what_calico_knows() -> None:
    assert sources(gate("x", allow(source={"selector": ""}))) == {"a/one", "b/two", OUTSIDE}
    assert sources(gate("x", allow(source={"selector": "all()"}))) == {"a/one", "b/two"}


def test_02_nets_alone_are_not_confined_to_the_namespace_and_selectors_are() -> None:
    assert sources(gate("a/x", allow(source={"nets": ["0.0.0.0/0"]}))) == {"a/one", "b/two", OUTSIDE}
    assert sources(gate("a/x", allow(source={"selector": "has(x)"}))) == {"a/one"}


def test_03_not_selector_shuts_the_world_out_of_a_namespaced_policy_only() -> None:
    rule = allow(source={"notSelector": "x == '9'"})
    assert sources(gate("a/x", rule)) == {"a/one"}
    assert sources(gate("x", rule)) == {"a/one", "b/two", OUTSIDE}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("x != '1'", {"a/me", "b/two"}),
        ("x not in {'1'}", {"a/me", "b/two"}),
        ("!has(x)", {"a/me"}),
        ("has(x) && x != '1'", {"b/two"}),
    ],
)
def test_04_a_missing_label_differs_from_every_value(selector: str, expected: set[str]) -> None:
    assert closed(world(ME, ONE, TWO, policy("x", selector=selector))) == expected


def test_05_not_binds_to_the_next_term_only() -> None:
    assert closed(world(ME, ONE, TWO, policy("x", selector="!x == '1' && has(x)"))) == {"b/two"}
    assert closed(world(ME, ONE, TWO, policy("x", selector="!(x == '1' && has(x))"))) == {"a/me", "b/two"}


def test_06_a_newline_at_the_end_of_a_selector_is_a_syntax_error() -> None:
    text = """
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata: {{name: x}}
        spec:
          selector: {}
            has(x)
    """
    with pytest.raises(InvalidInput):
        world(text.format("|"))
    assert len(world(text.format("|-")).policies.policies) == 1


def test_07_namespace_selectors_name_labels_as_namespaces_have_them() -> None:
    labels = namespace("a", env="p")
    assert closed(world(labels, ONE, TWO, policy("x", namespaceSelector="env == 'p'"))) == {"a/one"}
    assert closed(world(labels, ONE, TWO, policy("x", namespaceSelector="pcns.env == 'p'"))) == set()
    assert closed(world(labels, ONE, TWO, policy("x", selector="pcns.env == 'p'"))) == {"a/one"}


@pytest.mark.parametrize("key", ["projectcalico.org/name", "kubernetes.io/metadata.name"])
def test_08_a_namespace_has_its_name_whether_it_is_labelled_or_not(key: str) -> None:
    assert closed(world(namespace("a"), ONE, TWO, policy("x", namespaceSelector=f"{key} == 'a'"))) == {"a/one"}


def test_09_only_all_in_a_namespace_selector_drops_hosts() -> None:
    def takes_hosts(selector: str) -> bool:
        (found,) = world(policy("x", namespaceSelector=selector)).policies.policies
        return found.subject.matches({"role": "node"})

    assert [takes_hosts(selector) for selector in ("", "env != 'prod'", "all()")] == [True, True, False]


def test_10_an_empty_global_policy_shuts_everybody_in_and_lets_everybody_out() -> None:
    here = world(ME, ONE, policy("x"))
    assert closed(here) == {"a/me", "a/one"}
    assert allowed(here, tcp(here, "a/me", OUTSIDE))


def test_11_the_end_of_a_tier_is_per_direction_and_endpoint() -> None:
    here = world(ME, ONE, tier("t", order=1), gate("x", tier="t", types=["Ingress"]), policy("y", types=["Egress"]))
    assert closed(here) == {"a/me"}
    assert not allowed(here, tcp(here, "a/me", OUTSIDE))
    assert not allowed(here, tcp(here, "a/one", OUTSIDE))


def test_12_a_passing_tier_falls_through_and_allows_nothing_by_itself() -> None:
    passing = (tier("t", order=1, defaultAction="Pass"), policy("x", tier="t"))
    assert closed(world(ME, *passing)) == set()
    assert closed(world(ME, *passing, policy("y"))) == {"a/me"}


def test_13_log_rules_alone_end_in_the_tiers_deny() -> None:
    assert closed(world(ME, policy("x", ingress=[{"action": "Log"}]))) == {"a/me"}


def test_14_pass_in_the_default_tier_jumps_over_kubernetes_policies() -> None:
    manifests = (ME, policy("x", order=1, ingress=[{"action": "Pass"}]), kubernetes_policy("a/k"))
    assert closed(world(*manifests)) == set()
    assert closed(world(*manifests, policy("base", tier="kube-baseline", ingress=[deny()]))) == {"a/me"}


def test_15_no_order_is_last_for_a_policy_and_a_million_for_a_tier() -> None:
    here = world(tier("t"), tier("u", order=2e6), policy("x", tier="u"), policy("y", order=1e308, tier="u"))
    names = [one.name for one in here.policies.tiers]
    assert names.index("t") < names.index("u")
    assert [one.id.name for one in here.policies.policies] == ["y", "x"]


def test_16_ties_are_decided_by_name_before_namespace() -> None:
    found = world(policy("b/x"), policy("a/y"), policy("y"), policy("x")).policies.policies
    assert [str(one.id).split(" ")[1] for one in found] == ["x", "b/x", "y", "a/y"]


def test_17_foo_and_default_foo_are_two_policies() -> None:
    here = world(policy("a/foo"), policy("a/default.foo"))
    assert [one.id.name for one in here.policies.policies] == ["default.foo", "foo"]


@pytest.mark.parametrize(("action", "remain"), [("Delete", 0), ("Learn", 1), ("Ignore", 1), ("Set", 1)])
def test_18_staged_policies_to_delete_vanish_and_no_others_do(action: str, remain: int) -> None:
    assert len(world(staged("x", stagedAction=action)).policies.policies) == remain


def test_19_a_tier_denies_only_once_one_of_its_policies_is_enforced() -> None:
    on_trial = (ME, tier("t", order=1), staged("x", tier="t"), staged("a/y", tier="t", ingress=[deny()]))
    assert closed(world(*on_trial)) == set()
    assert closed(world(*on_trial, policy("z", tier="t", ingress=[allow(protocol="UDP")]))) == {"a/me"}


def forward(*rules: Manifest, **spec: Any) -> Manifest:
    return policy("x", **{"selector": "role == 'host'", "applyOnForward": True, "ingress": rules} | spec)


def test_20_a_policy_for_forwarded_traffic_is_one_for_the_host_too() -> None:
    docker = forward(allow(destination={"nets": ["172.17.0.0/16"]}))
    assert stopped(hosted(host_endpoint("h", "eth0"), docker)) == {"to host", "pod in", "node port"}


def test_21_forward_policy_of_one_direction_neither_allows_nor_denies_the_other() -> None:
    here = hosted(host_endpoint("h", "eth0"), forward(allow()))
    verdict = on_route(here, "container out")
    assert (verdict.allowed, verdict.decisions) == (True, ())
    assert on_route(here, "container in").host


def test_22_forwarded_traffic_asks_neither_profiles_nor_failsafes() -> None:
    here = hosted(host_endpoint("h", "eth0"), forward(allow(protocol="UDP")))
    assert not on_route(here, "container in").allowed
    assert not on_route(here, "container in", destination_port=22).allowed
    assert on_route(here, "to host", destination_port=22).allowed
    bare = hosted(host_endpoint("h", "eth0", profiles=[]))
    assert on_route(bare, "container in").allowed


def test_23_the_wildcard_covers_bridges_loopback_and_pods_interfaces() -> None:
    here = hosted(host_endpoint("h"), forward(deny()))
    assert {"container to host", "loopback in", "container out", "pod out"} <= stopped(here)
    early = hosted(host_endpoint("h"), forward(deny(), preDNAT=True))
    assert {"container out", "pod out", "pod to host", "loopback in"} <= stopped(early)


AUTOMATIC = (
    resource(
        "projectcalico.org/v3",
        "KubeControllersConfiguration",
        "default",
        spec={"controllers": {"node": {"hostEndpoint": {"autoCreate": "Enabled"}}}},
    ),
    calico_node("n1", {"kubernetes.io/os": "linux"}),
)


def test_24_an_automatic_host_endpoint_restricts_once_a_policy_selects_it() -> None:
    assert stopped(hosted(*AUTOMATIC)) == set()
    selecting = policy("x", selector="has(projectcalico.org/created-by)", ingress=[allow(protocol="UDP")])
    here = hosted(*AUTOMATIC, selecting)
    assert stopped(here) == {"to host", "container to host", "loopback in"}


@pytest.mark.parametrize("selector", ["kubernetes.io/os == 'linux'", "all()", ""])
def test_25_labels_of_nodes_select_automatic_host_endpoints_and_so_does_all(selector: str) -> None:
    here = hosted(*AUTOMATIC, policy("x", selector=selector))
    assert "to host" in stopped(here)


def test_26_untracked_policy_is_nothing_to_the_wildcard_and_each_way_elsewhere() -> None:
    untracked = forward(deny(), doNotTrack=True, egress=[allow()])
    assert stopped(hosted(host_endpoint("h"), untracked)) == set()
    named = hosted(host_endpoint("h", "eth0"), untracked)
    assert on_route(named, "from host").allowed
    # The reply belongs to no flow that is tracked, and so needs a rule of its own.
    assert not on_route(named, "to host", source_port=80, destination_port=40000).allowed


def test_27_only_policy_before_translation_sees_published_ports() -> None:
    at_8080, at_80 = ({"protocol": "TCP", "destination": {"ports": [port]}} for port in (8080, 80))
    ports = {"published port": at_8080, "container in": at_80}
    for route, fields in ports.items():
        here = hosted(host_endpoint("h", "eth0"), forward(deny(**fields), preDNAT=True))
        assert stopped(here) & ports.keys() == {route}
    late = hosted(host_endpoint("h", "eth0"), forward(deny(**at_80), allow()))
    assert stopped(late) & ports.keys() == ports.keys()
    assert stopped(hosted(host_endpoint("h", "eth0"), forward(deny(**at_8080), allow()))) == set()
    pods = hosted(policy("a/x", ingress=[allow(**at_80)]))
    assert "node port" not in stopped(pods)


def test_28_the_way_from_node_to_pod_is_free_on_the_pods_own_node_only() -> None:
    here = world(pod("a/me", at=["10.1.1.1"], nodeName="n1"), policy("x"))
    assert here.workloads[0].node == "n1"
    # Without a node of that name nothing is exempt; test_host_path has the table.
    assert not allowed(here, tcp(here, "10.0.0.1", "10.1.1.1"))


def test_29_what_pods_send_their_host_is_accepted_as_manifests_have_it() -> None:
    assert on_route(hosted(), "pod to host").allowed
    # Calico's code alone would have it dropped.
    assert stopped(hosted(felix(defaultEndpointToHostAction="Drop"))) == {"pod to host"}


def test_30_a_named_port_without_selector_is_any_endpoints() -> None:
    people = (pod("a/me"), pod("a/one", ports={"web": 81}), pod("b/two", ports={"web": 82}))
    here = world(*people, policy("a/x", types=["Egress"], egress=[allow(destination={"ports": ["web"]})]))
    assert allowed(here, tcp(here, "a/me", "a/one", 81))
    assert allowed(here, tcp(here, "a/me", "b/two", 82))
    assert not allowed(here, tcp(here, "a/me", "b/two", 81))


def test_31_icmp_by_name_is_ipv4_and_by_number_is_both() -> None:
    def versions(protocol: str | int) -> list[int]:
        here = world(ME, policy("x", ingress=[allow(protocol=protocol)]))
        ends = {4: OUTSIDE, 6: SIX}
        return [version for version, end in ends.items() if allowed(here, packet(here, end, "a/me", 1, icmp_type=8))]

    assert (versions("ICMP"), versions(1)) == ([4], [4, 6])


def test_32_services_are_their_endpoints_and_never_the_cluster_ip() -> None:
    service = resource(
        "v1", "Service", "a/s", spec={"selector": {"x": "1"}, "clusterIP": "10.96.0.1", "ports": [{"port": 80}]}
    )
    unready = ONE | {"status": ONE["status"] | {"conditions": [{"type": "Ready", "status": "False"}]}}
    rule = allow(destination={"services": {"name": "s", "namespace": "a"}})
    here = world(ME, unready, service, policy("x", selector="role == 'me'", egress=[rule]))
    assert allowed(here, tcp(here, "a/me", "a/one"))
    assert not allowed(here, tcp(here, "a/me", "10.96.0.1"))


def test_33_a_service_without_namespace_is_of_the_policys_own() -> None:
    service = resource("v1", "Service", "a/s", spec={"selector": {"x": "1"}, "ports": [{"port": 80}]})
    assert sources(service, gate("a/x", allow(source={"services": {"name": "s"}}))) == {"a/one"}


def test_34_a_deny_of_ipv4_nets_denies_no_ipv6() -> None:
    here = world(ME, policy("x", ingress=[deny(source={"nets": ["0.0.0.0/0"]}), allow()]))
    assert not allowed(here, tcp(here, OUTSIDE, "a/me"))
    assert allowed(here, tcp(here, SIX, "a/me"))


def test_35_everything_in_not_nets_is_refused() -> None:
    # What it does to a rule of an older object: test_nets.
    with pytest.raises(InvalidInput):
        world(policy("x", ingress=[allow(source={"notNets": ["0.0.0.0/0"]})]))


@pytest.mark.parametrize("net", ["10.0.0.1", "10.0.0.1/8"])
def test_36_nets_of_rules_are_masked_and_those_of_sets_need_not_be(net: str) -> None:
    with pytest.raises(InvalidInput):
        world(policy("x", ingress=[allow(source={"nets": [net]})]))
    here = world(ME, network_set("s", net, x="9"), gate("x", allow(source={"selector": "x == '9'"})))
    assert allowed(here, tcp(here, "10.0.0.1", "a/me"))


def test_37_numbers_need_a_protocol_and_names_do_not() -> None:
    with pytest.raises(InvalidInput):
        world(policy("x", ingress=[allow(destination={"ports": [80]})]))
    assert world(policy("x", ingress=[allow(destination={"ports": ["web"]})])).policies.policies


def test_37_a_range_is_written_with_a_colon() -> None:
    with pytest.raises(InvalidInput):
        world(policy("x", ingress=[allow(protocol="TCP", destination={"ports": ["80-90"]})]))
    here = world(ME, policy("x", ingress=[allow(protocol="TCP", destination={"ports": ["80:90"]})]))
    assert [allowed(here, tcp(here, OUTSIDE, "a/me", port)) for port in (79, 80, 90, 91)] == [False, True, True, False]


def test_38_an_invalid_policy_is_no_missing_policy() -> None:
    with pytest.raises(InvalidInput):
        world(ME, policy("x"), policy("y", selector="has("))


def test_39_http_in_a_rule_opens_the_port_to_all_http() -> None:
    rule = allow(protocol="TCP", destination={"ports": [80]}, http={"methods": ["GET"], "paths": [{"exact": "/"}]})
    here = world(ME, policy("x", ingress=[rule]))
    assert allowed(here, tcp(here, OUTSIDE, "a/me", 80))
    assert not allowed(here, tcp(here, OUTSIDE, "a/me", 81))


def test_40_without_a_host_endpoint_nobody_decides_about_containers() -> None:
    here = hosted(forward(deny()), policy("y"))
    for route in ("container out", "container in", "published port", "container to host", "host to container"):
        verdict = on_route(here, route)
        assert (verdict.allowed, verdict.decisions) == (True, ())


def test_41_a_host_endpoint_without_forward_policy_lets_everything_through_it() -> None:
    # That Calico's last rule then accepts, before Docker's own DROP, is more than a verdict says.
    here = hosted(host_endpoint("h", profiles=[]), policy("y", selector="role == 'host'"))
    assert not stopped(here) & {"container out", "container in", "published port"}


def test_43_an_empty_port_is_all_of_tcp_and_no_ports_are_everything() -> None:
    one = world(ME, kubernetes_policy("a/x", ingress=[{"ports": [{}]}]))
    none = world(ME, kubernetes_policy("a/x", ingress=[{"ports": []}]))
    for here, expected in ((one, [True, False, False]), (none, [True, True, True])):
        assert [allowed(here, send(here, OUTSIDE, "a/me")) for send in (tcp, udp, ping)] == expected


def test_44_egress_rules_add_egress_to_types_that_are_left_out() -> None:
    here = world(ME, kubernetes_policy("a/x", egress=[{"ports": [{"port": 53, "protocol": "UDP"}]}]))
    assert allowed(here, udp(here, "a/me", OUTSIDE))
    assert not allowed(here, tcp(here, "a/me", OUTSIDE))
    assert not allowed(here, tcp(here, OUTSIDE, "a/me"))


def test_45_empty_pod_and_namespace_selectors_are_pods_and_nobody_else() -> None:
    def reached_from(peer: dict[str, Any]) -> set[str]:
        spec = {"podSelector": {"matchLabels": {"role": "me"}}, "ingress": [{"from": [peer]}]}
        return sources(kubernetes_policy("a/x", **spec), network_set("a/set", f"{OUTSIDE}/32"))

    assert reached_from({"podSelector": {}}) == {"a/one"}
    assert reached_from({"namespaceSelector": {}}) == {"a/one", "b/two"}


def test_46_masqueraded_traffic_has_the_nodes_address_and_no_labels() -> None:
    here = world(ME, ONE, gate("x", allow(source={"selector": "x == '1'"})))
    assert allowed(here, tcp(here, "a/one", "a/me"))
    assert not allowed(here, tcp(here, "10.0.0.1", "a/me"))


def test_50_one_holder_of_a_shared_address_suffices() -> None:
    shared = (pod("a/p", {"y": "1"}, at=["10.9.0.1"]), pod("b/q", at=["10.9.0.1"]))
    here = world(ME, *shared, gate("x", allow(source={"selector": "y == '1'"})))
    assert allowed(here, tcp(here, "10.9.0.1", "a/me"))


def test_51_the_service_account_is_a_label_whatever_its_length() -> None:
    long = "a" * 63 + ".b" * 20
    here = world(
        ME,
        pod("a/one", serviceAccountName=long),
        gate("a/x", allow(source={"serviceAccounts": {"names": [long]}})),
    )
    assert allowed(here, tcp(here, "a/one", "a/me"))


def test_52_a_selector_at_the_limit_survives_its_rewriting() -> None:
    key = "k" * 300
    selector = " || ".join(f"{key} == '{n}'" for n in range(3))
    assert 900 < len(selector) <= 1024
    (found,) = world(policy("x", namespaceSelector=selector)).policies.policies
    assert found.subject.matches({f"pcns.{key}": "2"})
    with pytest.raises(InvalidInput):
        world(policy("x", namespaceSelector=f"{selector} || {key} == '3'"))
