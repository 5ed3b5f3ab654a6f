"""Raw packets through the lab: all arrive without rules, and a rule stops exactly what it names."""

import random
import sys
import time
from collections.abc import Iterator
from ipaddress import ip_address
from itertools import count, product

import pytest

from kernel_support import address_of, load_rules
from percale.lab.capture import LabFailed
from percale.lab.layout import NODE, OUTSIDE
from percale.lab.packets import Sent, send_all
from percale.lab.topology import Lab
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE

pytestmark = pytest.mark.kernel

_PORTS = count(20000)


def _packet(source: Address, destination: Address, protocol: int, port: int = 80) -> Packet:
    """A question, where the protocol is ICMP."""
    if protocol in {ICMP, ICMPV6}:
        return Packet(source, destination, protocol, icmp_type=8 if protocol == ICMP else 128)
    if protocol in {TCP, UDP, SCTP}:
        return Packet(source, destination, protocol, next(_PORTS) % 40000 + 20000, port)
    return Packet(source, destination, protocol)


def _between(lab: Lab, sender: str, receiver: str, *kind: int) -> Sent:
    """A kind is IP version, protocol and, if it matters, destination port."""
    version, *rest = kind
    return sender, _packet(address_of(lab, sender, version), address_of(lab, receiver, version), *rest)


def _every_kind(lab: Lab) -> Iterator[Sent]:
    names = [*lab.pods, NODE, OUTSIDE]
    for version, protocol in product((4, 6), (TCP, UDP, SCTP, UDPLITE, ICMP, ICMPV6, 47, 253)):
        for sender, receiver in product(names, names):
            yield _between(lab, sender, receiver, version, protocol)


def test_without_rules_everything_arrives(lab: Lab) -> None:
    packets = [*_every_kind(lab)]
    assert send_all(lab, packets) == frozenset(range(len(packets)))


@pytest.mark.parametrize(("version", "protocol"), [(4, ICMP), (6, ICMPV6)])
@pytest.mark.parametrize("receiver", ["b", OUTSIDE, NODE])
def test_every_icmp_type_is_sent(shared_lab: Lab, version: int, protocol: int, receiver: str) -> None:
    sides = address_of(shared_lab, "a", version), address_of(shared_lab, receiver, version)
    packets = [
        ("a", Packet(*sides, protocol, icmp_type=icmp_type, icmp_code=code))
        for icmp_type, code in product(range(256), (0, 1, 255))
    ]
    assert send_all(shared_lab, packets) == frozenset(range(len(packets)))


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize(
    ("rule", "protocol"),
    [
        ("tcp dport 81 drop", TCP),
        ("udp dport 81 drop", UDP),
        ("sctp dport 81 drop", SCTP),
        ("meta l4proto icmp drop", ICMP),
        ("meta l4proto icmpv6 drop", ICMPV6),
        ("meta l4proto 47 drop", 47),
        ("meta l4proto udplite drop", UDPLITE),
    ],
)
def test_a_rule_stops_exactly_what_it_names(lab: Lab, rule: str, protocol: int, version: int) -> None:
    load_rules(lab, "forward", rule)
    stopped = _between(lab, "client", "web", version, protocol, 81)
    packets = [stopped, *(sent for sent in _every_kind(lab) if sent[1].protocol != protocol), stopped]
    assert send_all(lab, packets) == frozenset(range(1, len(packets) - 1))


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("sender", ["client", OUTSIDE, NODE])
def test_what_the_node_lets_in_is_told_by_its_input_rules(lab: Lab, version: int, sender: str) -> None:
    load_rules(lab, "input", "tcp dport 81 drop")
    packets = [_between(lab, sender, NODE, version, TCP, port) for port in (80, 81, 82)]
    packets += [_between(lab, sender, NODE, version, UDP, 81)]
    assert send_all(lab, packets) == {0, 2, 3}


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("receiver", ["web", OUTSIDE, NODE])
@pytest.mark.parametrize("verdict", ["drop", "reject"])
def test_what_the_node_sends_meets_its_output_rules(lab: Lab, version: int, receiver: str, verdict: str) -> None:
    load_rules(lab, "output", f"tcp dport 81 {verdict}")
    packets = [_between(lab, NODE, receiver, version, TCP, port) for port in (80, 81, 82)]
    assert send_all(lab, packets) == {0, 2}


@pytest.mark.parametrize("version", [4, 6])
def test_a_refusal_that_repeats_the_packet_is_no_arrival(lab: Lab, version: int) -> None:
    load_rules(lab, "forward", "reject with icmpx admin-prohibited")
    itself = _between(lab, "web", "web", version, UDP)
    assert send_all(lab, [itself, _between(lab, "client", "web", version, ICMPV6)]) == frozenset()


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("sender", ["client", OUTSIDE, NODE])
def test_a_forged_source_arrives_unless_a_rule_looks_for_it(lab: Lab, version: int, sender: str) -> None:
    destination = address_of(lab, "web", version)
    strangers = {4: "203.0.113.9", 6: "2001:db8:dead::9"}
    forged = (address_of(lab, "other", version), ip_address(strangers[version]))
    packets = [(sender, _packet(source, destination, TCP)) for source in forged]
    assert send_all(lab, packets) == {0, 1}
    if sender == "client" and lab.attachment == "routed":
        family, own = ("ip", "ip6")[version == 6], address_of(lab, "client", version)
        load_rules(lab, "forward", f"iifname {lab.interface_of('client')} {family} saddr != {own} drop")
        packets.append(_between(lab, "client", "web", version, TCP))
        assert send_all(lab, packets) == {2}


def test_an_answer_is_judged_as_a_first_packet(lab: Lab) -> None:
    one_way = f"ip daddr {address_of(lab, 'client', 4)} drop"
    load_rules(lab, "forward", f"ct state established accept\n{one_way}")
    packets = [_between(lab, "client", "web", 4, 47), _between(lab, "web", "client", 4, 47)]
    assert send_all(lab, packets) == {0}
    assert send_all(lab, packets[::-1]) == {1}


def test_an_address_nobody_has_is_never_reached(shared_lab: Lab) -> None:
    nobody = ip_address("10.65.99.99")
    assert send_all(shared_lab, [("a", _packet(address_of(shared_lab, "a", 4), nobody, TCP))]) == frozenset()


def test_a_capture_that_loses_packets_vouches_for_nothing(shared_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("percale.lab.capture._BUFFER_BYTES", 1)
    with pytest.raises(LabFailed, match=r"the capture at `b` lost \d+ packet"):
        send_all(shared_lab, [_between(shared_lab, "a", "b", 4, UDP) for _ in range(100)])


def test_nothing_sent_is_nothing_arrived(shared_lab: Lab) -> None:
    assert send_all(shared_lab, []) == frozenset()


def test_twenty_thousand_packets(shared_lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    draw = random.Random(1)
    load_rules(shared_lab, "forward", "tcp dport 1-100 drop")
    names = [*shared_lab.pods, NODE, OUTSIDE]
    packets = [
        _between(shared_lab, draw.choice(names), draw.choice(names), draw.choice((4, 6)), protocol, port)
        for protocol, port in ((draw.choice((TCP, UDP, SCTP)), draw.randrange(1, 200)) for _ in range(20_000))
    ]
    started = time.perf_counter()
    arrived = send_all(shared_lab, packets)
    took_s = time.perf_counter() - started
    with capsys.disabled():
        sys.stdout.write(f"\n{len(packets) / took_s:,.0f} packets a second\n")
    shared_lab.node.run(("nft", "delete", "table", "inet", "by_hand"))
    expected = {index for index, sent in enumerate(packets) if not _is_stopped(shared_lab, *sent)}
    assert arrived == expected


def _is_stopped(lab: Lab, sender: str, packet: Packet) -> bool:
    forwarded = NODE not in {sender, lab.owner_of(packet.destination)}
    return forwarded and packet.protocol == TCP and packet.destination_port <= 100
