"""What lies between the members of a cluster, and can be cut."""

import re
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from etcd_servers import Member
from percale.datastore.etcd.access import Endpoint

_FROM = re.compile(rb"X-Server-From: ([0-9a-f]+)")


@dataclass
class Links:
    """Members reach each other through ports of this process; their requests say from whom they are."""

    _cut_off: set[str] = field(default_factory=set)
    #: Between whom, by name or number, and the two ends.
    _open: list[tuple[set[str], socket.socket, socket.socket]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _listening: list[socket.socket] = field(default_factory=list)
    _numbers: dict[str, str] = field(default_factory=dict)

    def before(self, member: Member) -> None:
        listening = socket.create_server(("127.0.0.1", member.advertised_peer_port))
        self._listening.append(listening)
        threading.Thread(target=self._accept, args=(listening, member), daemon=True).start()

    def learn(self, member: Member) -> None:
        """Who is who, once they run."""
        for line in member.etcdctl("member", "list").decode().splitlines():
            number, _, name, *_ = line.split(", ")
            self._numbers[name] = number

    def cut(self, member: Member) -> None:
        """From all the others, both ways; clients still reach it."""
        with self._lock:
            self._cut_off |= {member.name, self._numbers[member.name]}
            found = [one for one in self._open if one[0] & self._cut_off]
        for _, *ends in found:
            for end in ends:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        with self._lock:
            self._cut_off.clear()

    def close(self) -> None:
        for one in self._listening:
            # Closing alone does not wake who accepts.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self, listening: socket.socket, member: Member) -> None:
        with suppress(OSError):
            while True:
                came, _ = listening.accept()
                threading.Thread(target=self._link, args=(came, member), daemon=True).start()

    def _link(self, came: socket.socket, member: Member) -> None:
        with suppress(OSError), came:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (more := came.recv(4096)):
                    return
                head += more
            sender = _FROM.search(head)
            parties = {member.name, sender[1].decode()} if sender else {member.name}
            with socket.create_connection(("127.0.0.1", member.peer_port)) as on:
                with self._lock:
                    if parties & self._cut_off:
                        return
                    self._open.append((parties, came, on))
                on.sendall(head)
                back = threading.Thread(target=_pump, args=(on, came), daemon=True)
                back.start()
                _pump(came, on)
                back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while more := source.recv(65536):
            target.sendall(more)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


class Swallowing:
    """Passes on what client and member say, but for the answer to the first request that holds a text."""

    def __init__(self, member: Member, text: bytes) -> None:
        self._member, self._text = member, text
        self.has_swallowed = False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.endpoint = Endpoint(f"127.0.0.1:{self._listening.getsockname()[1]}")
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                came, _ = self._listening.accept()
                threading.Thread(target=self._link, args=(came,), daemon=True).start()

    def _link(self, came: socket.socket) -> None:
        with suppress(OSError), came, socket.create_connection(("127.0.0.1", self._member.client_port)) as on:
            back = threading.Thread(target=_pump, args=(on, came), daemon=True)
            back.start()
            while more := came.recv(65536):
                if self._text in more and not self.has_swallowed:
                    self.has_swallowed = True
                    came.shutdown(socket.SHUT_WR)
                    on.sendall(more)
                    # The member answers when it is done.
                    back.join()
                    return
                on.sendall(more)
            on.shutdown(socket.SHUT_RDWR)
