"""Rules know addresses only; whoever holds an address is matched by it.

Source: Calico's felix/calc/rule_scanner.go.
"""

import pytest

from builders import OUTSIDE, Manifest, allow, allowed, network_set, pod, policy, tcp, world
from percale.traffic.addresses import address

SHARED = "10.9.0.1"
ME = pod("a/me", {"role": "subject"})


def gate(**source: str) -> Manifest:
    return policy("x", selector="role == 'subject'", ingress=[allow(source=source)])


HOLDERS = [
    pytest.param([pod("a/one", {"x": "1"}, at=[SHARED]), pod("b/two", at=[SHARED])], id="two pods"),
    pytest.param([pod("b/two", at=[SHARED]), pod("a/one", {"x": "1"}, at=[SHARED])], id="two pods, the other first"),
    pytest.param([pod("a/one", at=[SHARED]), network_set("a/set", "10.9.0.0/16", x="1")], id="a pod in a set"),
    pytest.param([pod("a/one", {"x": "1"}, at=[SHARED]), network_set("set", SHARED)], id="a set at a pod"),
    pytest.param([network_set("a/s", "10.9.0.0/24", x="1"), network_set("t", "10.0.0.0/8")], id="two sets"),
]


@pytest.mark.parametrize("holders", HOLDERS)
def test_one_holder_of_an_address_suffices(holders: list[Manifest]) -> None:
    here = world(ME, *holders, gate(selector="x == '1'"))
    assert allowed(here, tcp(here, SHARED, "a/me"))


@pytest.mark.parametrize("holders", HOLDERS)
def test_one_holder_of_an_address_is_enough_to_exclude_it(holders: list[Manifest]) -> None:
    here = world(ME, *holders, gate(notSelector="x == '1'"))
    assert not allowed(here, tcp(here, SHARED, "a/me"))


@pytest.mark.parametrize("holders", HOLDERS)
def test_the_two_conditions_may_be_met_by_different_holders(holders: list[Manifest]) -> None:
    here = world(ME, *holders, gate(selector="!has(x)", notSelector="has(y)"))
    assert allowed(here, tcp(here, SHARED, "a/me"))


def test_labels_of_two_holders_do_not_add_up() -> None:
    holders = (pod("a/one", {"x": "1"}, at=[SHARED]), pod("b/two", {"y": "1"}, at=[SHARED]))
    here = world(ME, *holders, gate(selector="has(x) && has(y)"))
    assert not allowed(here, tcp(here, SHARED, "a/me"))


def test_a_named_port_may_be_either_holders() -> None:
    here = world(
        ME,
        pod("a/one", at=[SHARED], ports={"http": 80}),
        pod("b/two", at=[SHARED], ports={"http": 81}),
        policy("x", selector="role == 'subject'", egress=[allow(destination={"ports": ["http"]})]),
    )
    assert [port for port in (80, 81, 82) if allowed(here, tcp(here, "a/me", SHARED, port))] == [80, 81]


def test_a_named_port_is_one_of_a_holder_that_the_selector_takes() -> None:
    here = world(
        ME,
        pod("a/one", {"x": "1"}, at=[SHARED], ports={"http": 80}),
        pod("b/two", at=[SHARED], ports={"http": 81}),
        policy(
            "x", selector="role == 'subject'", egress=[allow(destination={"ports": ["http"], "selector": "has(x)"})]
        ),
    )
    assert [port for port in (80, 81) if allowed(here, tcp(here, "a/me", SHARED, port))] == [80]


NETS = [
    (["10.9.0.1"], True),
    (["10.9.0.1/32"], True),
    (["10.9.0.77/24"], True),
    (["10.9.1.1/24"], False),
    (["10.9.0.0/24", "10.9.0.0/25"], True),
    (["0.0.0.0/0"], True),
    (["::/0"], False),
    ([], False),
]


@pytest.mark.parametrize(("nets", "expected"), NETS, ids=str)
def test_a_network_set_holds(nets: list[str], *, expected: bool) -> None:
    here = world(ME, network_set("set", *nets, x="1"), gate(selector="x == '1'"))
    assert allowed(here, tcp(here, SHARED, "a/me")) is expected


def test_a_pod_has_all_the_addresses_of_its_status() -> None:
    one = pod("a/one", at=["10.9.0.1", "fd00::1", "10.9.0.2"])
    one["status"]["podIP"] = "10.9.0.1"
    (found,) = world(one).workloads
    assert found.addresses == tuple(map(address, ("10.9.0.1", "fd00::1", "10.9.0.2")))


def test_a_pod_of_an_older_server_has_one_address() -> None:
    one = pod("a/one", at=[])
    one["status"]["podIP"] = "10.9.0.1"
    assert world(one).workloads[0].addresses == (address("10.9.0.1"),)


def test_a_pod_without_address_matches_nothing_until_it_has_one() -> None:
    here = world(ME, pod("a/new", {"x": "1"}, at=[]), gate(selector="x == '1'"))
    assert not allowed(here, tcp(here, SHARED, "a/me"))
    placed = here.placed({"a/new": (address(SHARED),)})
    assert allowed(placed, tcp(placed, SHARED, "a/me"))


def test_masqueraded_traffic_is_not_the_pods() -> None:
    here = world(ME, pod("a/one", {"x": "1"}), gate(selector="x == '1'"))
    assert allowed(here, tcp(here, "a/one", "a/me"))
    assert not allowed(here, tcp(here, OUTSIDE, "a/me"))
