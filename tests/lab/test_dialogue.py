"""Conversations with real sockets: all come about without rules, and a rule ends exactly what it names."""

import resource
import socket
import sys
import time
from collections.abc import Iterator
from itertools import product

import pytest

from kernel_support import address_of, load_rules
from percale.errors import PercaleError
from percale.lab.dialogue import Dialogue, probe_all
from percale.lab.layout import NODE, OUTSIDE
from percale.lab.listeners import Listeners
from percale.lab.topology import Lab
from percale.traffic.protocols import ICMP, ICMPV6, SCTP, TCP, UDP

pytestmark = pytest.mark.kernel

#: IP version, protocol, destination port.
_Kind = tuple[int, int, int | None]

_V4: list[_Kind] = [(4, TCP, 80), (4, TCP, 81), (4, UDP, 53), (4, UDP, 81), (4, SCTP, 80), (4, ICMP, None)]
_V6: list[_Kind] = [(6, TCP, 80), (6, TCP, 81), (6, UDP, 53), (6, UDP, 81), (6, SCTP, 80), (6, ICMPV6, None)]
_KINDS = [*_V4, *_V6]


@pytest.fixture
def served(lab: Lab) -> Iterator[Lab]:
    with Listeners(lab):
        yield lab


def _dialogue(lab: Lab, sender: str, receiver: str, kind: _Kind) -> Dialogue:
    version, protocol, port = kind
    return Dialogue(sender, address_of(lab, sender, version), address_of(lab, receiver, version), protocol, port)


def _every_dialogue(lab: Lab) -> list[Dialogue]:
    names = [*lab.pods, NODE, OUTSIDE]
    return [_dialogue(lab, sender, receiver, kind) for sender, receiver, kind in product(names, names, _KINDS)]


def test_without_rules_every_dialogue_comes_about(served: Lab) -> None:
    dialogues = _every_dialogue(served)
    assert probe_all(served, dialogues) == [True] * len(dialogues)


@pytest.mark.parametrize("verdict", ["drop", "reject with icmpx admin-prohibited"])
@pytest.mark.parametrize(
    ("match", "protocol", "port"),
    [
        ("tcp dport 80", TCP, 80),
        ("tcp dport 81", TCP, 81),
        ("udp dport 53", UDP, 53),
        ("udp dport 81", UDP, 81),
        ("sctp dport 80", SCTP, 80),
        ("icmp type echo-request", ICMP, None),
        ("icmpv6 type echo-request", ICMPV6, None),
    ],
)
def test_a_rule_ends_exactly_what_it_names(
    served: Lab, match: str, verdict: str, protocol: int, port: int | None
) -> None:
    load_rules(served, "forward", f"{match} {verdict}")
    dialogues = [_dialogue(served, "client", "web", kind) for kind in _KINDS]
    assert probe_all(served, dialogues) == [kind[1:] != (protocol, port) for kind in _KINDS]


@pytest.mark.parametrize("kind", [(4, TCP, 80), (4, UDP, 53), (4, ICMP, None)])
def test_without_a_way_back_there_is_no_dialogue(served: Lab, kind: _Kind) -> None:
    load_rules(served, "forward", f"ip saddr {address_of(served, 'web', 4)} drop")
    assert probe_all(served, [_dialogue(served, "client", "web", kind)]) == [False]


def test_what_the_node_may_not_send_is_not_reached(served: Lab) -> None:
    load_rules(served, "output", "ip daddr 10.65.0.0/16 drop")
    dialogues = [_dialogue(served, NODE, "web", kind) for kind in _KINDS]
    assert probe_all(served, dialogues) == [version == 6 for version, *_ in _KINDS]


def test_earlier_dialogues_are_forgotten(served: Lab) -> None:
    load_rules(served, "forward", "ct state established accept\nct state new tcp dport 80 drop")
    dialogue = _dialogue(served, "client", "web", (4, TCP, 80))
    assert probe_all(served, [dialogue, dialogue]) == [False, False]


def test_a_source_the_sender_does_not_have_is_an_error(served: Lab) -> None:
    forged = Dialogue("client", address_of(served, "other", 4), address_of(served, "web", 4), TCP, 80)
    with pytest.raises(PercaleError, match=r"`client` cannot talk from 10\.65\.0\.3: Cannot assign"):
        probe_all(served, [forged])


def test_listeners_name_themselves_and_repeat(served: Lab) -> None:
    web = (str(address_of(served, "web", 4)), 80)
    with served.pods["client"].socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
        tcp.connect(web)
        assert tcp.recv(100) == b"web\n"
        assert tcp.recv(100) == b""
    with served.pods["client"].socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(5)
        udp.sendto(b"said", (web[0], 53))
        assert udp.recvfrom(100) == (b"said", (web[0], 53))


def test_few_descriptors_only_make_it_slower(served: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    load_rules(served, "forward", "udp dport 53 drop")
    monkeypatch.setattr("percale.lab.dialogue._most_at_once", lambda: 3)
    kinds = _V4 * 4
    dialogues = [_dialogue(served, "client", "web", kind) for kind in kinds]
    assert probe_all(served, dialogues, timeout_s=0.1) == [kind != (4, UDP, 53) for kind in kinds]


def test_a_low_limit_of_descriptors_is_respected(served: Lab) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    dialogues = [_dialogue(served, "client", "web", (4, UDP, 53))] * 500
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    try:
        assert all(probe_all(served, dialogues))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_five_thousand_dialogues(served: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    load_rules(served, "forward", "tcp dport 81 drop")
    dialogues = (_every_dialogue(served) * 20)[:5000]
    started = time.perf_counter()
    reached = probe_all(served, dialogues)
    took_s = time.perf_counter() - started
    with capsys.disabled():
        sys.stdout.write(f"\n{len(dialogues)} dialogues, {reached.count(False)} stopped: {took_s:.1f} s\n")
    assert reached == [not _is_stopped(served, dialogue) for dialogue in dialogues]


def _is_stopped(lab: Lab, dialogue: Dialogue) -> bool:
    ends = {dialogue.sender, lab.owner_of(dialogue.destination)}
    return len(ends) == 2 and NODE not in ends and (dialogue.protocol, dialogue.port) == (TCP, 81)
