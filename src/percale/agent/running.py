"""An agent's parts put together: threads that tell news, and the loop that takes them."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import FrameType

from percale import __version__
from percale.agent import loop
from percale.agent.content import Content
from percale.agent.following import Following
from percale.agent.happenings import Happening, Level, Say
from percale.agent.health import HealthAddress, serve
from percale.agent.kernel import NetlinkKernel
from percale.agent.news import News, Signal
from percale.agent.settings import Settings, Tables
from percale.agent.status import Status
from percale.agent.status_socket import StatusSocket
from percale.agent.wanted import wanted, with_figures
from percale.dataplane.netlink.writer import NetlinkWriter
from percale.dataplane.ruleset import Ruleset
from percale.datastore.interface import Datastore
from percale.datastore.keys import EVERYTHING
from percale.host.conntrack import flows
from percale.host.netfilter_socket import NetfilterSocket
from percale.host.network import NetworkChanges, read_network
from percale.host.notify import notify, watchdog_s

#: Many links change together: they are looked at once.
_SETTLED_S = 0.02


#: A loop that has not gone round for so long is stuck: the longest of its own waits is shorter.
_STUCK_AFTER_S = 300.0


@dataclass(slots=True)
class _Board:
    """Where the newest status is read, by whoever asks for it, and when the loop last went round."""

    status: Status
    told_ready: bool = False
    beat_at_s: float = field(default_factory=time.monotonic)

    @property
    def is_alive(self) -> bool:
        return time.monotonic() - self.beat_at_s < _STUCK_AFTER_S

    def publish(self, status: Status) -> None:
        self.status = status
        says = f"in sync at revision {status.revision}" if status.in_sync else "not in sync"
        if status.enforcing and not self.told_ready:
            self.told_ready = True
            notify(READY="1", STATUS=says)
        else:
            notify(STATUS=says)


def run_agent(
    open_store: Callable[[], Datastore], settings: Settings, directory: Path, say: Say, health: HealthAddress | None
) -> None:
    """Until SIGTERM or SIGINT; raises AgentRuns and CannotListen."""
    board = _Board(Status(settings.node, str(settings.mode), __version__, time.time()))
    inbox: SimpleQueue[News] = SimpleQueue()
    with ExitStack() as held:
        held.callback(StatusSocket(directory, lambda: board.status).close)
        if health:
            held.callback(serve(health, lambda: board.status, lambda: board.is_alive))
        netlink = held.enter_context(NetfilterSocket())
        kernel = _kernel(netlink, settings, say)
        held.enter_context(_signals(inbox))
        following = held.enter_context(closing(Following(open_store, inbox.put)))
        Thread(target=_tell_of_network, args=(NetworkChanges(), inbox), name="network", daemon=True).start()
        say(Happening("started", details={"node": settings.node, "mode": str(settings.mode), "version": __version__}))
        around = loop.Surroundings(kernel, read_network, following.again, flows, say, board.publish, _beat(board))
        loop.run(inbox, around, settings, board.status)
        notify(STOPPING="1")
    say(Happening("ended; the rules stay"))


def enforce_once(open_store: Callable[[], Datastore], settings: Settings) -> Status:
    """What the store holds now, into the kernel; raises whatever stands in the way."""
    content = Content()
    with closing(open_store()) as store:
        listing = store.list(EVERYTHING)
    content.replace(listing.resources)
    found = wanted(content, read_network(), settings)
    with NetfilterSocket() as netlink:
        NetlinkKernel(netlink, NetlinkWriter(netlink, holds_tables=False)).load(found.ruleset)
    status = Status(settings.node, str(settings.mode), __version__, time.time(), revision=str(listing.revision))
    return replace(with_figures(status, found), invalid=tuple(content.invalid))


def uninstall() -> None:
    """Nothing of ours there is no error; raises NotWritten where a running agent holds the tables."""
    with NetfilterSocket() as netlink:
        NetlinkKernel(netlink, NetlinkWriter(netlink, holds_tables=False)).load(Ruleset(()))


def _kernel(netlink: NetfilterSocket, settings: Settings, say: Say) -> NetlinkKernel:
    def tell(text: str) -> None:
        say(Happening("tables cannot be held", Level.WARNING, {"why": text}))

    writer = NetlinkWriter(netlink, holds_tables=settings.tables is Tables.HELD, tell=tell)
    return NetlinkKernel(netlink, writer)


def _beat(board: _Board) -> Callable[[], None]:
    """Tells the watchdog twice as often as it asks for."""
    within_s = watchdog_s()
    next_at_s = 0.0

    def beat() -> None:
        nonlocal next_at_s
        board.beat_at_s = time.monotonic()
        if within_s is not None and board.beat_at_s >= next_at_s:
            next_at_s = board.beat_at_s + within_s / 2
            notify(WATCHDOG="1")

    return beat


def _tell_of_network(changes: NetworkChanges, inbox: SimpleQueue[News]) -> None:
    while changes.wait():
        time.sleep(_SETTLED_S)
        changes.wait(0)
        inbox.put(Signal.NETWORK_CHANGED)


_MEANING = {signal.SIGTERM: Signal.END, signal.SIGINT: Signal.END, signal.SIGHUP: Signal.RESYNC}


@contextmanager
def _signals(inbox: SimpleQueue[News]) -> Iterator[None]:
    def heard(number: int, _: FrameType | None) -> None:
        inbox.put(_MEANING[signal.Signals(number)])

    before = {number: signal.signal(number, heard) for number in _MEANING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
