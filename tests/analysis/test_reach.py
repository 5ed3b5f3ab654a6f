"""`ask` tries a few packets of each kind; what it finds is all that there is to find."""

from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest

from agreement import world_from
from builders import allow, deny, kubernetes_policy, namespace, pod, policy, world
from percale.analysis.parties import Party, party, private
from percale.analysis.reach import Answer, TooOpen, Wire, ask
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.addresses import Address, Network, lenient_network
from percale.traffic.intervals import Intervals
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS, SCTP, TCP, UDP
from random_worlds import PODS, Generator, Manifest

#: Small enough to try every address, and across the edges of the networks that random rules ask for.
_POD_NETWORKS = {
    4: ("10.65.0.0/29", "10.65.1.6/31", "10.65.1.8/31"),
    6: ("fd00:65::/126", "fd00:65::1:0/127", "fd00:65:0:1::/127"),
}
_NETS = {
    4: ("10.65.0.0/30", "10.65.0.2/32", "10.65.1.7/32", "10.65.0.4/31", "10.65.1.8/31"),
    6: ("fd00:65::/127", "fd00:65::2/128", "fd00:65::1:0/128", "fd00:65:0:1::/64"),
}
_SOURCE_PORTS = Intervals.of([(52, 53), (80, 80), (90, 91)])


def _networks(version: int) -> tuple[Network, ...]:
    return tuple(map(lenient_network, _POD_NETWORKS[version]))


def _partly_placed(random: Random) -> World:
    """A random world, most of whose pods have no address yet."""

    def unplaced(manifest: Manifest) -> Manifest:
        keeps = manifest["kind"] != "Pod" or random.randrange(3) == 0
        return manifest if keeps else {key: value for key, value in manifest.items() if key != "status"}

    manifests = [*Generator(random).world(), *_about_addresses(random)]
    return world_from([unplaced(manifest) for manifest in manifests])


def _about_addresses(random: Random) -> list[Manifest]:
    """Policies that ask before all others what the manifests do not say: addresses and source ports."""

    def entity(version: int, ports: list[str | int]) -> dict[str, Any]:
        nets = list(_NETS[version])
        found: dict[str, Any] = {"nets": random.sample(nets, 2)} if random.randrange(2) else {}
        if not random.randrange(3):
            found["notNets"] = random.sample(nets, 1)
        return found | ({"ports": ports} if random.randrange(2) else {})

    def rule() -> dict[str, Any]:
        version = random.choice((4, 6))
        sides = {"source": entity(version, ["79:85", 52]), "destination": entity(version, ["53:443"])}
        return {"action": random.choice(("Allow", "Deny")), "protocol": random.choice(("TCP", "UDP")), **sides}

    return [
        policy(f"about-addresses{n}", order=-5, types=[way], **{way.lower(): [rule() for _ in range(3)]})
        for n, way in enumerate(("Ingress", "Egress"))
    ]


def _party(random: Random, here: World, version: int) -> Party:
    if random.randrange(5) == 0:
        return party(random.choice(_POD_NETWORKS[version]), here, namespace="", pod_networks=())
    return party(random.choice(PODS), here, namespace="", pod_networks=_networks(version))


def _wire(random: Random, version: int) -> Wire:
    match random.randrange(6):
        case 0:
            request = (ICMP, 8) if version == 4 else (ICMPV6, 128)
            return Wire(request[0], icmp_type=request[1])
        case 1:
            return Wire(47)
        case _:
            return Wire(random.choice((TCP, TCP, UDP, SCTP)), random.choice((53, 80, 443, 8080)), _SOURCE_PORTS)


def _places(one: Party, here: World, version: int) -> list[Address]:
    if one.endpoint and one.endpoint.addresses:
        return [address for address in one.endpoint.addresses if address.version == version]
    taken = {address for other in here.workloads for address in other.addresses}
    return [address for network in one.of_version(version) for address in network if address not in taken]


def _all_verdicts(here: World, source: Party, destination: Party, wire: Wire, version: int) -> set[bool]:
    """By trying everything."""
    ports = [port for first, last in wire.source_ports for port in range(first, last + 1)]
    found: set[bool] = set()
    for a, b in product(_places(source, here, version), _places(destination, here, version)):
        if a != b:
            placed = _placed(here, (source, a), (destination, b))
            for port in ports if wire.protocol in PROTOCOLS_WITH_PORTS else [0]:
                packet = Packet(a, b, wire.protocol, port, wire.port, wire.icmp_type, wire.icmp_code)
                found.add(judge(placed, packet).allowed)
    return found


def _placed(here: World, *places: tuple[Party, Address]) -> World:
    workloads = here.workloads
    for one, at in places:
        if one.endpoint and not one.endpoint.addresses:
            workloads = tuple(
                other.at(*other.addresses, at) if str(other) == str(one.endpoint) else other for other in workloads
            )
    return replace(here, workloads=workloads)


def _said(answer: Answer) -> set[bool]:
    return {case.verdict.allowed for case in answer.cases}


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("seed", range(50))
def test_the_answer_is_exact(seed: int, version: int) -> None:
    random = Random(1000 * version + seed)
    here = _partly_placed(random)
    for _ in range(5):
        source, destination, wire = _party(random, here, version), _party(random, here, version), _wire(random, version)
        expected = _all_verdicts(here, source, destination, wire, version)
        answer = ask(here, source, destination, wire, version=version)
        assert _said(answer) == expected, (source.name, destination.name, wire)


def test_the_sample_has_answers_of_every_sort() -> None:
    """The property above would hold of worlds in which nothing ever depends on anything."""
    seen: set[frozenset[bool]] = set()
    for seed in range(10):
        random = Random(4000 + seed)
        here = _partly_placed(random)
        for _ in range(6):
            ends, wire = (_party(random, here, 4), _party(random, here, 4)), _wire(random, 4)
            seen.add(frozenset(_all_verdicts(here, *ends, wire, 4)))
    assert {frozenset({True}), frozenset({False}), frozenset({True, False})} <= seen


def _ask(here: World, wire: Wire, *networks: str, source: str = "shop/a", destination: str = "shop/b") -> Answer:
    nets = tuple(map(lenient_network, networks)) or private()
    asking, asked = (party(text, here, namespace="shop", pod_networks=nets) for text in (source, destination))
    return ask(here, asking, asked, wire, version=4)


def _two(*policies: Any, **ports: int) -> World:
    pods = (pod("shop/a", {"app": "a"}, at=(), ports=ports), pod("shop/b", {"app": "b"}, at=()))
    return world(namespace("shop"), *pods, *policies)


def test_both_may_have_an_address_of_a_kind_that_begins_with_a_single_one() -> None:
    """Of 10.0.0.0/8 without 10.0.0.1 the first is 10.0.0.0, and the one after it is of another kind."""
    here = _two(
        policy("shop/b", selector="app == 'b'", ingress=[deny(source={"nets": ["10.0.0.1/32"]}), allow()]),
        policy(
            "shop/a",
            selector="app == 'a'",
            types=["Egress"],
            egress=[deny(destination={"nets": ["10.0.0.1/32"]}), allow()],
        ),
    )
    assert _said(_ask(here, Wire(TCP, 80))) == {True, False}
    assert _said(_ask(here, Wire(TCP, 80), "10.1.0.0/16")) == {True}
    assert _said(_ask(here, Wire(TCP, 80), "10.0.0.0/31")) == {False}


@pytest.mark.parametrize("network", ["255.255.255.255/32", "0.0.0.0/0", "10.0.0.0/32", "10.0.0.0/31"])
def test_the_edges_of_all_addresses(network: str) -> None:
    answer = _ask(_two(), Wire(TCP, 80), network)
    assert _said(answer) == (set() if network.endswith("/32") else {True})


def test_a_named_source_port_is_one_of_the_ports_that_a_client_may_have() -> None:
    rule = allow(protocol="TCP", source={"selector": "app == 'a'", "ports": ["control"]})
    here = _two(policy("shop/b", selector="app == 'b'", ingress=[rule]), control=40_000)
    assert _said(_ask(here, Wire(TCP, 80))) == {True, False}
    assert _said(_ask(here, Wire(TCP, 80, Intervals.single(40_000)))) == {True}


def test_the_cases_that_are_shown_are_those_that_differ_allow_first() -> None:
    here = _two(kubernetes_policy("shop/b", ingress=[{"from": [{"ipBlock": {"cidr": "10.128.0.0/9"}}]}]))
    answer = _ask(here, Wire(TCP, 80))
    assert [case.verdict.allowed for case in answer.cases] == [True, False]
    assert (answer.is_certain, answer.allowed) == (False, False)
    assert all(judge(case.world, case.verdict.packet) == case.verdict for case in answer.cases)


def test_a_workload_keeps_the_addresses_that_it_has() -> None:
    here = world(namespace("shop"), pod("shop/a", at=("10.1.0.1", "10.1.0.2")), pod("shop/b", at=()))
    (case,) = _ask(here, Wire(TCP, 80)).cases
    assert str(case.verdict.packet.source) == "10.1.0.1"
    assert [str(one) for one in case.world.workloads if str(one) == "shop/a" and len(one.addresses) == 2] == ["shop/a"]


def test_nobody_else_has_an_address_that_is_taken() -> None:
    here = world(namespace("shop"), pod("shop/a", at=()), pod("shop/b", at=()), pod("shop/c", at=("10.0.0.0",)))
    (case,) = _ask(here, Wire(TCP, 80), "10.0.0.0/30").cases
    assert "10.0.0.0" not in {str(case.verdict.packet.source), str(case.verdict.packet.destination)}


def test_too_many_kinds_are_refused() -> None:
    nets = [f"10.{n}.0.0/16" for n in range(200)]
    here = _two(policy("shop/b", ingress=[allow(source={"nets": [net]}) for net in nets]))
    with pytest.raises(TooOpen, match="too many addresses of shop/a and shop/b"):
        _ask(here, Wire(TCP, 80))
    assert _said(_ask(here, Wire(TCP, 80), "10.7.0.0/16")) == {True}
