"""A thousand numbered packets a second through a lab. None is answered, so each is judged as the first of its flow."""

import select
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

from agents import until
from percale.host.netns import NetNs
from percale.traffic.addresses import Address

_EVERY_S = 0.001
_NUMBER = struct.Struct("!I")
_BUFFER = 1 << 22
_FORCED_BUFFER = 33


@dataclass
class Stream:
    """From one namespace to an address in another; what was sent, by number, and what of it arrived."""

    source: NetNs
    destination: NetNs
    to: Address
    port: int
    #: When each was sent.
    sent_s: list[float] = field(default_factory=list)
    arrived: set[int] = field(default_factory=set)

    @property
    def lost(self) -> list[int]:
        return sorted(set(range(len(self.sent_s))) - self.arrived)

    def until_sent(self, more: int) -> None:
        """That many more have been sent, and have had time to arrive."""
        enough = len(self.sent_s) + more
        until(lambda: len(self.sent_s) >= enough, f"{enough} packets sent")

    def send(self, ended: Event) -> None:
        family = socket.AF_INET if self.to.version == 4 else socket.AF_INET6
        with self.source.socket(family, socket.SOCK_DGRAM) as sender:
            next_s = time.monotonic()
            while not ended.wait(max(0.0, next_s - time.monotonic())):
                sender.sendto(_NUMBER.pack(len(self.sent_s)), (str(self.to), self.port))
                self.sent_s.append(time.monotonic())
                # Late ones are not made up for: a burst would overflow queues, and prove nothing.
                next_s = max(next_s + _EVERY_S, time.monotonic())

    def receiver(self) -> socket.socket:
        family = socket.AF_INET if self.to.version == 4 else socket.AF_INET6
        receiver = self.destination.socket(family, socket.SOCK_DGRAM)
        with suppress(PermissionError):
            receiver.setsockopt(socket.SOL_SOCKET, _FORCED_BUFFER, _BUFFER)
        receiver.bind((str(self.to), self.port))
        return receiver

    def receive(self, receiver: socket.socket, ended: Event) -> None:
        """Until nothing has come for a while after the end."""
        while select.select([receiver], [], [], 0.3)[0] or not ended.is_set():
            with suppress(BlockingIOError):
                while True:
                    (number,) = _NUMBER.unpack(receiver.recv(_NUMBER.size, socket.MSG_DONTWAIT))
                    self.arrived.add(number)


@contextmanager
def flowing(*streams: Stream) -> Iterator[None]:
    """While the block runs; afterwards, what has arrived is all that does."""
    ended = Event()
    receivers = [one.receiver() for one in streams]
    receiving = [
        Thread(target=one.receive, args=(receiver, ended)) for one, receiver in zip(streams, receivers, strict=True)
    ]
    sending = [Thread(target=one.send, args=(ended,)) for one in streams]
    for thread in (*receiving, *sending):
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in (*sending, *receiving):
            thread.join()
        for receiver in receivers:
            receiver.close()
