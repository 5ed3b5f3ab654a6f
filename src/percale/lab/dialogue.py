"""Who can talk to whom, asked with real sockets as an application would."""

import os
import selectors
import socket
import struct
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from resource import RLIMIT_NOFILE, getrlimit

from percale.errors import PercaleError
from percale.host.conntrack import forget_flows
from percale.lab.packets import send_all
from percale.lab.topology import Lab
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, TCP, UDP

_ECHO_REQUEST = {4: 8, 6: 128}
_HELLO = b"percale"
_DATAGRAM_BYTES = 2048

_MOST_AT_ONCE = 2000
_SPARE_DESCRIPTORS = 64

#: For packets that no socket sends: any number of a usual client's.
_FIRST_EPHEMERAL_PORT = 32768
_EPHEMERAL_PORTS = 28000


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Somebody, a pod or `node` or `outside`, wants to talk from an address of its own to another one."""

    sender: str
    source: Address
    destination: Address
    protocol: int
    port: int | None = None
    #: 0 leaves the choice to the kernel.
    source_port: int = 0
    #: The destination that the node's NAT makes of it, where it makes another.
    arrives_at: Address | None = None

    @property
    def version(self) -> int:
        return self.source.version

    @property
    def has_sockets(self) -> bool:
        """Whether the kernel has sockets for it: TCP, UDP, and the ping of the IP version."""
        return self.protocol in {TCP, UDP, ICMP if self.version == 4 else ICMPV6}


def probe_all(lab: Lab, dialogues: Sequence[Dialogue], *, timeout_s: float = 0.5) -> list[bool]:
    """Which dialogues come about, each as if nobody had talked before.

    A refusal (TCP reset, ICMP port unreachable) counts as reached: it takes the destination to say that,
    unless the rules say it in its place. For protocols without sockets of the kernel, SCTP among them, the
    opening packet must arrive.
    """
    by_packet = [index for index, dialogue in enumerate(dialogues) if not dialogue.has_sockets]
    by_socket = [index for index, dialogue in enumerate(dialogues) if dialogue.has_sockets]
    arrived = _arrived(lab, [dialogues[i] for i in by_packet])
    forget_flows(lab.node)
    answered = _answered(lab, [dialogues[i] for i in by_socket], timeout_s)
    reached = {by_packet[i] for i in arrived} | {by_socket[i] for i in answered}
    return [index in reached for index in range(len(dialogues))]


def _arrived(lab: Lab, dialogues: Sequence[Dialogue]) -> frozenset[int]:
    """Indexes of those whose opening packet gets there."""
    sent = [(dialogue.sender, _opening(dialogue, index)) for index, dialogue in enumerate(dialogues)]
    translated = {index: one.arrives_at for index, one in enumerate(dialogues) if one.arrives_at}
    return send_all(lab, sent, translated=translated)


def _opening(dialogue: Dialogue, number: int) -> Packet:
    return Packet(
        dialogue.source,
        dialogue.destination,
        dialogue.protocol,
        source_port=dialogue.source_port or _FIRST_EPHEMERAL_PORT + number % _EPHEMERAL_PORTS,
        destination_port=dialogue.port or 0,
    )


@dataclass(frozen=True, slots=True)
class _Question:
    """A dialogue that waits for its answer."""

    index: int
    dialogue: Dialogue
    socket: socket.socket
    deadline: float


def _answered(lab: Lab, dialogues: Sequence[Dialogue], timeout_s: float) -> set[int]:
    """Indexes of those that get an answer in time; as many ask at once as there are descriptors for."""
    with closing(_Interview(lab, timeout_s)) as interview:
        for index, dialogue in enumerate(dialogues):
            while interview.is_full:
                interview.hear()
            interview.ask(index, dialogue)
        while interview.goes_on:
            interview.hear()
        return interview.reached


class _Interview:
    """Questions asked and not yet answered, in the order of their deadlines."""

    def __init__(self, lab: Lab, timeout_s: float) -> None:
        self._lab = lab
        self._timeout_s = timeout_s
        self._selector = selectors.DefaultSelector()
        self._waiting: dict[int, _Question] = {}
        self._most = _most_at_once()
        self.reached: set[int] = set()

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= self._most

    @property
    def goes_on(self) -> bool:
        return bool(self._waiting)

    def ask(self, index: int, dialogue: Dialogue) -> None:
        asking = _bound_socket(self._lab, dialogue)
        question = _Question(index, dialogue, asking, time.monotonic() + self._timeout_s)
        self._waiting[index] = question
        self._selector.register(asking, _answer_event(dialogue), question)
        if (reached := _outcome(_ask, question)) is not None:
            self._end(question, reached=reached)

    def hear(self) -> None:
        """Waits for answers, or for the next deadline."""
        next_deadline = next(iter(self._waiting.values())).deadline
        answered = self._selector.select(max(0, next_deadline - time.monotonic()))
        asked_until = time.monotonic()
        for key, _ in answered:
            question: _Question = key.data
            if (reached := _outcome(_hear, question)) is not None:
                self._end(question, reached=reached)
        # Answers first: what is there counts, even if this process was too late to look.
        for question in [*takewhile(lambda each: each.deadline <= asked_until, self._waiting.values())]:
            self._end(question, reached=False)

    def close(self) -> None:
        for question in self._waiting.values():
            question.socket.close()
        self._selector.close()

    def _end(self, question: _Question, *, reached: bool) -> None:
        self._selector.unregister(question.socket)
        question.socket.close()
        del self._waiting[question.index]
        if reached:
            self.reached.add(question.index)


def _bound_socket(lab: Lab, dialogue: Dialogue) -> socket.socket:
    family = socket.AF_INET if dialogue.version == 4 else socket.AF_INET6
    is_tcp = dialogue.protocol == TCP
    kind = socket.SOCK_STREAM if is_tcp else socket.SOCK_DGRAM
    asking = lab.namespace(dialogue.sender).socket(family, kind, dialogue.protocol)
    asking.settimeout(0)
    if is_tcp:
        # Closing resets: neither side is left with a connection that ends in minutes.
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    try:
        asking.bind((str(dialogue.source), dialogue.source_port if dialogue.port is not None else 0))
    except OSError as failure:
        asking.close()
        says = f"`{dialogue.sender}` cannot talk from {dialogue.source}: {failure.strerror}"
        raise PercaleError(says, hint="a dialogue starts from an address of its sender") from failure
    return asking


def _answer_event(dialogue: Dialogue) -> int:
    return selectors.EVENT_WRITE if dialogue.protocol == TCP else selectors.EVENT_READ


def _outcome(step: Callable[[_Question], bool | None], question: _Question) -> bool | None:
    """Whether the destination was reached, None as long as that is open."""
    try:
        return step(question)
    except BlockingIOError:
        return None
    except ConnectionRefusedError:
        return True
    except OSError:
        # No route, prohibited by a rule that says so, or dropped on the way out of the node.
        return False


def _ask(question: _Question) -> bool | None:
    dialogue = question.dialogue
    question.socket.connect((str(dialogue.destination), dialogue.port or 0))
    if dialogue.protocol == TCP:
        return True
    # The kernel writes an echo request's identifier and checksum, and gives back the answers to it only.
    echo_request = struct.pack("!BBHHH", _ECHO_REQUEST[dialogue.version], 0, 0, 0, 1)
    question.socket.send(_HELLO if dialogue.protocol == UDP else echo_request + _HELLO)
    return None


def _hear(question: _Question) -> bool | None:
    if question.dialogue.protocol == TCP:
        if error := question.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(error, os.strerror(error))
    else:
        question.socket.recv(_DATAGRAM_BYTES)
    return True


def _most_at_once() -> int:
    allowed, _ = getrlimit(RLIMIT_NOFILE)
    in_use = len([*Path("/proc/self/fd").iterdir()])
    return max(1, min(_MOST_AT_ONCE, allowed - in_use - _SPARE_DESCRIPTORS))
