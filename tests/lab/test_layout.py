"""What is known of a lab before it is built; needs no namespace."""

import pytest

from percale.lab.layout import NODE, OUTSIDE, Attachment, LabPlan, LabPod, Layout
from percale.traffic.addresses import address

_WEB, _DOCKER = "web", "container"
_PODS = [LabPod(_WEB), LabPod("client"), LabPod(_DOCKER, (address("172.20.0.2"),), interface="docker0")]


def _layout(attachment: Attachment) -> Layout:
    return Layout(LabPlan.of(_PODS, attachment=attachment, outside_addresses=[address("198.51.100.7")]))


@pytest.mark.parametrize(
    ("sender", "routed", "bridged"),
    [
        (NODE, None, None),
        (OUTSIDE, "uplink", "uplink"),
        (_WEB, "pod0", "br0"),
        ("client", "pod1", "br0"),
        (_DOCKER, "docker0", "docker0"),
    ],
)
def test_by_which_interface_a_party_comes_in(sender: str, routed: str | None, bridged: str | None) -> None:
    assert _layout(Attachment.ROUTED).incoming_interface(sender) == routed
    assert _layout(Attachment.BRIDGED).incoming_interface(sender) == bridged


@pytest.mark.parametrize(
    ("owned", "owner"),
    [
        ("192.0.2.1", NODE),
        ("2001:db8::1", NODE),
        ("192.0.2.2", OUTSIDE),
        ("198.51.100.7", OUTSIDE),
        ("172.20.0.2", _DOCKER),
        ("203.0.113.9", None),
    ],
)
def test_who_has_an_address(owned: str, owner: str | None) -> None:
    assert _layout(Attachment.ROUTED).owner_of(address(owned)) == owner


def test_only_on_a_bridge_the_node_has_the_gateways_addresses() -> None:
    assert _layout(Attachment.ROUTED).owner_of(address("10.65.0.1")) is None
    assert _layout(Attachment.BRIDGED).owner_of(address("10.65.0.1")) == NODE


def test_what_lies_behind_the_node_is_every_network_and_what_is_in_none() -> None:
    layout = _layout(Attachment.ROUTED)
    assert layout.behind_node() == [*layout.pod_networks, address("172.20.0.2")]
