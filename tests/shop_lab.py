"""A shop of three pods in a lab of one node, an agent there, and streams of packets between the pods."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from agents import AgentProcess, agent_on, put
from builders import CALICO, Manifest, pod, resource
from percale.datastore.interface import Datastore
from percale.lab.layout import NODE, Attachment, LabPod
from percale.lab.packets import send_all
from percale.lab.topology import Lab
from percale.traffic.addresses import address
from percale.traffic.packet import Packet
from percale.traffic.protocols import UDP
from streams import Stream

CLIENT, SERVER, STRANGER = "shop/client", "shop/server", "shop/stranger"
ADDRESSES = {
    name: (address(f"10.65.0.{number}"), address(f"fd00:65::{number}"))
    for number, name in enumerate((CLIENT, SERVER, STRANGER), 10)
}
PORT = 7000


def manifest_of(name: str) -> Manifest:
    labels = {"app": name.partition("/")[2]}
    return pod(name, labels, at=map(str, ADDRESSES[name]), nodeName=NODE)


PODS = [manifest_of(name) for name in ADDRESSES]
POOLS = [
    resource(CALICO, "IPPool", name, spec={"cidr": cidr})
    for name, cidr in (("four", "10.65.0.0/16"), ("six", "fd00:65::/64"))
]


def only_from(label: str, *more: Manifest) -> Manifest:
    """May send to the server; `more` are further rules."""
    allow = {"action": "Allow", "source": {"selector": f"app == '{label}'"}}
    spec = {"selector": "app == 'server'", "types": ["Ingress"], "ingress": [allow, *more]}
    return resource(CALICO, "NetworkPolicy", "shop/server", spec=spec)


def build_shop(attachment: Attachment = Attachment.ROUTED) -> Lab:
    return Lab.build([LabPod(name, ADDRESSES[name]) for name in ADDRESSES], attachment=attachment)


@contextmanager
def enforced(
    lab: Lab, store: Datastore, environment: dict[str, str], *options: str, by: Sequence[str] = ()
) -> Iterator[AgentProcess]:
    """By an agent; only the client may send to the server."""
    put(store, *PODS, *POOLS, only_from("client"))
    with agent_on(lab.node, environment, "--node", NODE, *options, by=by) as one:
        try:
            one.until_caught_up(store)
            yield one
        finally:
            one.kill()
            one.percale("agent", "--uninstall")


def arrives(lab: Lab, source: str, destination: str = SERVER) -> list[bool]:
    """By each IP version."""
    packets = [
        (source, Packet(one, other, UDP, 40000, PORT))
        for one, other in zip(ADDRESSES[source], ADDRESSES[destination], strict=True)
    ]
    arrived = send_all(lab, packets)
    return [index in arrived for index in range(len(packets))]


def streams(lab: Lab) -> tuple[Stream, Stream]:
    """Allowed, and forbidden."""
    to = ADDRESSES[SERVER][0]
    server = lab.pods[SERVER]
    return Stream(lab.pods[CLIENT], server, to, PORT), Stream(lab.pods[STRANGER], server, to, PORT + 1)


def expect_true_to_policy(allowed: Stream, forbidden: Stream) -> None:
    assert len(allowed.sent_s) > 100
    assert len(forbidden.sent_s) > 100
    assert (allowed.lost, sorted(forbidden.arrived)) == ([], [])
