"""Host policy on the way to and from a host: asked of others, and not of the host's own pods."""

import pytest

from builders import namespace, pod, policy, resource, world
from percale.analysis.crossings import judged
from percale.policy.policies import Hook
from percale.policy.world import World
from percale.traffic.addresses import address
from percale.traffic.packet import Packet
from percale.traffic.protocols import TCP

_HOST, _OWN, _OTHER = address("192.0.2.1"), address("10.1.0.1"), address("10.1.0.2")


def _cluster(interface: str, **spec: object) -> World:
    host = {"node": "n1", "interfaceName": interface, "expectedIPs": [str(_HOST)]}
    return world(
        namespace("shop"),
        pod("shop/own", at=[str(_OWN)], nodeName="n1"),
        pod("shop/other", at=[str(_OTHER)], nodeName="n2"),
        resource("projectcalico.org/v3", "HostEndpoint", "h", {"role": "host"}, spec=host),
        policy("closed", selector="role == 'host'", types=["Ingress", "Egress"]),
        policy("early", selector="role == 'host'", types=["Ingress"], **spec) if spec else namespace("more"),
    )


_DENIES = {"preDNAT": True, "applyOnForward": True, "ingress": [{"action": "Deny"}]}


@pytest.mark.parametrize(
    ("interface", "early", "from_own", "from_other"),
    [
        ("eth0", {}, [], [Hook.NORMAL]),
        ("*", {}, [], [Hook.NORMAL]),
        ("eth0", _DENIES, [], [Hook.PRE_DNAT]),
        ("*", _DENIES, [Hook.PRE_DNAT], [Hook.PRE_DNAT]),
    ],
)
def test_a_host_asks_its_own_pods_before_dnat_at_most(
    interface: str, early: dict[str, object], from_own: list[Hook], from_other: list[Hook]
) -> None:
    one = _cluster(interface, **early)
    for pod_address, hooks in ((_OWN, from_own), (_OTHER, from_other)):
        verdict = judged(one, Packet(pod_address, _HOST, TCP, 40000, 80), None, one.host_endpoints[0])
        assert [decision.hook for decision in verdict.host] == hooks
        assert verdict.allowed is not bool(hooks)


def test_what_a_host_sends_is_asked_unless_it_is_for_its_own_pod() -> None:
    one = _cluster("eth0")
    host = one.host_endpoints[0]
    assert judged(one, Packet(_HOST, _OWN, TCP, 40000, 80), host, None).allowed
    assert not judged(one, Packet(_HOST, _OTHER, TCP, 40000, 80), host, None).allowed
