"""Differences of the documents as written and as corrected: their packets do in the kernel what is said of them."""

from collections.abc import Iterator, Sequence

import pytest

from examples.example_worlds import EXAMPLES
from hosts_apart import forwards, passes
from kernel_support import require_namespaces
from percale.analysis.difference.changes import Change
from percale.analysis.difference.comparing import Difference, difference
from percale.analysis.symbolic.engine import Scope
from percale.lab.layout import OUTSIDE, Attachment, LabPod
from percale.lab.packets import send_all
from percale.lab.scenario import enforce, in_lab
from percale.lab.topology import Lab
from percale.policy.from_resources import world_of
from percale.policy.rules import Direction
from percale.policy.world import World
from percale.resources.decode import decode
from percale.resources.files import read
from percale.traffic.addresses import Address, lenient_network

_PICOCLUSTER = "as-written/001-picocluster"
_OCTOBER = "as-written/003-not-enforced"

#: Of each document what both sides share, what is read as written, and what corrects it. Left out are fragments, a
#: template, and what is refused as invalid: `percale diff` ends with 3 there, as a test of the command shows.
PAIRS = {
    # Meant for Docker's bridges, it closes every pod and the host. The correction says nothing of pods.
    "000": (
        (
            "docker-bridges/namespaces.yaml",
            "docker-bridges/workloads.yaml",
            "docker-bridges/networks.yaml",
            "docker-bridges/node.yaml",
            "docker-bridges/policies/apps.yaml",
        ),
        ("as-written/000-docker-bridges/01-allow-docker-bridge-networks.yaml",),
        ("docker-bridges/policies/docker-bridges.yaml",),
    ),
    "001": (
        ("picocluster/namespaces.yaml", "picocluster/workloads.yaml"),
        (
            f"{_PICOCLUSTER}/01-default-deny.yaml",
            f"{_PICOCLUSTER}/02-allow-frontend-to-backend.yaml",
            f"{_PICOCLUSTER}/03-deny-all-allow-specific.yaml",
            f"{_PICOCLUSTER}/04-namespace-isolation.yaml",
            f"{_PICOCLUSTER}/05-tier-based-access.yaml",
            f"{_PICOCLUSTER}/07-named-network-sets.yaml",
            f"{_PICOCLUSTER}/08-service-account-based-access.yaml",
        ),
        ("picocluster/policies",),
    ),
    "002": (
        ("customer-isolation",),
        ("as-written/002-customer-isolation/01-panic.yaml",),
        ("customer-isolation-panic/panic.yaml",),
    ),
    "003": (
        ("october/app.yaml",),
        (
            f"{_OCTOBER}/01-redis-allow-from-api-worker.yaml",
            f"{_OCTOBER}/02-allow-egress-dns.yaml",
            f"{_OCTOBER}/03-api-allow-from-ingress-nginx.yaml",
        ),
        ("october/policies",),
    ),
    # It leaves the policies and the host endpoint empty.
    "004": ((), ("as-written/004-gardener-demo",), ("gardener-demo",)),
}
#: Those that change what hosts send and take.
_WITH_HOSTS = ("000", "004")

#: Where the lab may have its pods, also on a bridge, whose own address is the first of all.
_PODS = (lenient_network("10.65.0.16/28"),)


def _world(*names: str) -> World:
    return world_of(decode(read([str(EXAMPLES / name) for name in names])))


def _difference(document: str) -> Difference:
    shared, written, corrected = PAIRS[document]
    return difference(_world(*shared, *written), _world(*shared, *corrected), Scope(pod_networks=_PODS), versions=(4,))


@pytest.mark.kernel
@pytest.mark.parametrize("attachment", Attachment)
@pytest.mark.parametrize("document", PAIRS)
def test_packets_of_every_change_arrive_in_the_one_world_and_not_in_the_other(
    document: str, attachment: Attachment
) -> None:
    require_namespaces()
    found = _difference(document)
    assert len(found.changes) >= 3
    assert all(one.example.source is not one.example.destination for one in found.changes)
    among_pods = [one for one in found.changes if not _is_of_hosts(one)]
    tried = 0
    for changes in _together(among_pods):
        with _lab(changes, attachment) as lab:
            before, after = (_arriving(lab, changes, world, index) for index, world in enumerate(found.worlds))
            assert before == [not one.opens for one in changes]
            assert after == [one.opens for one in changes]
        tried += len(changes)
    assert tried == len(among_pods)
    assert (len(among_pods) < len(found.changes)) is (document in _WITH_HOSTS)


@pytest.mark.kernel
@pytest.mark.parametrize("attachment", Attachment)
@pytest.mark.parametrize("document", _WITH_HOSTS)
def test_packets_of_hosts_pass_their_nodes_in_the_one_world_and_not_in_the_other(
    document: str, attachment: Attachment
) -> None:
    require_namespaces()
    of_hosts = [one for one in _difference(document).changes if _is_of_hosts(one)]
    assert len(of_hosts) >= 3
    for one in of_hosts:
        example = one.example
        ends = [(pair.old, pair.new) if pair else (None, None) for pair in (example.source, example.destination)]
        passing = [
            passes(judged.world, judged.verdict.packet, (source, destination), attachment)
            for judged, source, destination in zip((example.old, example.new), *ends, strict=True)
        ]
        assert passing == [not one.opens, one.opens], one


@pytest.mark.kernel
def test_a_host_forwards_packets_in_the_one_world_and_not_in_the_other() -> None:
    require_namespaces()
    forwarded = _difference("000").forwarded
    assert len(forwarded) >= 5
    for one in forwarded:
        assert one.direction is Direction.INGRESS
        assert [forwards(said.world, said.packet) for said in one.example] == [not one.opens, one.opens], one.traffic


def _is_of_hosts(change: Change) -> bool:
    return change.sources.are_hosts or change.destinations.are_hosts


def _arriving(lab: Lab, changes: Sequence[Change], world: World, index: int) -> list[bool]:
    packets = [(one.example.old, one.example.new)[index].verdict.packet for one in changes]
    enforce(in_lab(world, lab), lab)
    arrived = send_all(lab, [(lab.owner_of(packet.source) or OUTSIDE, packet) for packet in packets])
    return [number in arrived for number in range(len(packets))]


def _together(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Changes whose packets can all be sent in one lab: nobody in two places, no place with two."""
    left = list(changes)
    while left:
        taken: dict[str, Address] = {}
        chosen = [one for one in left if _fits(one, taken)]
        yield chosen
        left = [one for one in left if one not in chosen]


def _fits(change: Change, taken: dict[str, Address]) -> bool:
    here = _places(change)
    if any(taken.get(name, address) != address for name, address in here.items()):
        return False
    if any(address in taken.values() and name not in taken for name, address in here.items()):
        return False
    taken.update(here)
    return True


def _places(change: Change) -> dict[str, Address]:
    """Where the packet has its ends; outside, an address is its own name."""
    example, packet = change.example, change.example.old.verdict.packet
    ends = ((example.source, packet.source), (example.destination, packet.destination))
    return {str(pair.old) if pair else str(address): address for pair, address in ends}


def _lab(changes: Sequence[Change], attachment: Attachment) -> Lab:
    places: dict[str, Address] = {}
    for one in changes:
        places.update(_places(one))
    outside = tuple(address for name, address in places.items() if name == str(address))
    pods = [LabPod(name, (address,)) for name, address in places.items() if name != str(address)]
    return Lab.build(pods, attachment=attachment, outside_addresses=outside)
