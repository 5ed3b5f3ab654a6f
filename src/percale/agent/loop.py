"""The loop itself: takes all news that there are, makes the kernel true to them, and looks whether it still is."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import inf
from queue import Empty, SimpleQueue

from percale.agent.backoff import delays
from percale.agent.content import Content
from percale.agent.cutting import denied
from percale.agent.happenings import Happening, Level, Say
from percale.agent.kernel import Kernel
from percale.agent.news import Changes, Lost, News, Signal, Whole
from percale.agent.settings import Settings
from percale.agent.status import Status
from percale.agent.wanted import Wanted, wanted, with_figures
from percale.dataplane.cut import with_cut
from percale.dataplane.ruleset import Ruleset
from percale.errors import PercaleError
from percale.host.conntrack import Flow
from percale.host.network import HostNetwork

#: How often it is looked whether somebody else has changed nftables, a question that costs microseconds.
LOOK_EVERY_S = 0.05
#: How long an interface may take to show up before the network is read again without being told.
_REREAD_AFTER_S = 1.0
#: How often live connections are held against the policy, besides after each load.
_CUT_EVERY_S = 30.0
_FIRST_RETRY_S, _LONGEST_RETRY_S = 0.25, 30.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the loop works with; `publish` is told of every new status, and `beat` that the loop goes round."""

    kernel: Kernel
    read_network: Callable[[], HostNetwork]
    #: Has the store listed anew.
    list_again: Callable[[], None]
    #: Connections that the kernel remembers.
    flows: Callable[[], Iterable[Flow]]
    say: Say
    publish: Callable[[Status], None]
    beat: Callable[[], None] = lambda: None
    now_s: Callable[[], float] = time.monotonic


def run(inbox: SimpleQueue[News], around: Surroundings, settings: Settings, status: Status) -> None:
    """Until it is told to end. What is in the kernel stays there."""
    loop = _Loop(around, settings, status)
    while loop.step(_taken(inbox, LOOK_EVERY_S)):
        around.beat()


def _taken(inbox: SimpleQueue[News], wait_s: float) -> list[News]:
    """All that there is; waits for the first."""
    found: list[News] = []
    try:
        found.append(inbox.get(timeout=wait_s))
        while True:
            found.append(inbox.get_nowait())
    except Empty:
        return found


@dataclass(slots=True)
class _Loop:
    around: Surroundings
    settings: Settings
    status: Status
    content: Content = field(default_factory=Content)
    network: HostNetwork | None = None
    #: The revision that the content is of; empty until the first listing.
    revision: str = ""
    #: Since when there is something that the kernel does not have; None when there is nothing.
    pending_since_s: float | None = None
    retry_at_s: float = 0
    retries: Iterator[float] = field(default_factory=lambda: delays(_FIRST_RETRY_S, _LONGEST_RETRY_S))
    reread_at_s: float = 0
    #: What the kernel has, as far as we know; None where we do not.
    loaded: Ruleset | None = None
    #: What the newest world comes to, before connections are cut.
    wanted: Wanted | None = None
    cut_at_s: float = inf

    def step(self, news: Iterable[News]) -> bool:
        """Whether to go on."""
        for one in news:
            if one is Signal.END:
                return False
            self._take(one)
        if not self.revision:
            return True
        if self.status.unattached and self.around.now_s() >= self.reread_at_s:
            self._read_network()
        if self.pending_since_s is None:
            self._look()
        if self.pending_since_s is None and self.around.now_s() >= self.cut_at_s:
            self._cut()
        if self.pending_since_s is not None and self.around.now_s() >= self.retry_at_s:
            self._enforce(self.pending_since_s)
        if self.pending_since_s is None and self.status.revision != self.revision:
            self._publish(replace(self.status, revision=self.revision))
        return True

    def _take(self, news: News) -> None:
        match news:
            case Whole(manifests, revision, at_s):
                self._publish(replace(self.status, store_error=""))
                if self.content.replace(manifests) or not self.revision:
                    self._pend(at_s)
                self.revision = str(revision)
                self._report_invalid()
            case Changes(events, at_s):
                if self.content.take(events):
                    self._pend(at_s)
                self.revision = str(events[-1].revision)
                self._report_invalid()
            case Lost(error):
                losses = self.status.store_losses + (not self.status.store_error)
                self._say("the store is out of reach", Level.WARNING, error=error.says)
                self._publish(replace(self.status, store_error=error.says, store_losses=losses))
            case Signal.NETWORK_CHANGED:
                self._read_network()
            case Signal.RESYNC:
                self.loaded = None
                self.around.list_again()
                self._read_network()
                self._pend(self.around.now_s())
            case Signal.END:
                raise AssertionError(news)

    def _pend(self, since_s: float) -> None:
        if self.pending_since_s is None:
            self.pending_since_s = since_s
        # What has changed may be what stood in the way.
        self.retry_at_s = 0
        self.retries = delays(_FIRST_RETRY_S, _LONGEST_RETRY_S)

    def _read_network(self) -> None:
        self.reread_at_s = self.around.now_s() + _REREAD_AFTER_S
        try:
            network = self.around.read_network()
        except OSError as error:
            self._say("the host's network cannot be read", Level.ERROR, error=str(error))
            return
        if network != self.network:
            self.network = network
            self._pend(self.around.now_s())

    def _look(self) -> None:
        try:
            found = self.around.kernel.foreign_changes()
        except (PercaleError, OSError) as error:
            self._fail(error)
            return
        if found:
            self._say("tables were changed by another program", Level.WARNING, count=len(found), found=_some(found))
            self.status = replace(self.status, repairs=self.status.repairs + 1)
            self.loaded = None
            self._pend(self.around.now_s())

    def _enforce(self, since_s: float) -> None:
        if self.network is None:
            self._read_network()
        try:
            self.wanted = wanted(self.content, self.network or HostNetwork(), self.settings)
            changed = self._load(self.wanted)
        except (PercaleError, OSError) as error:
            self._fail(error)
            return
        self.pending_since_s = None
        self._tell_enforced(self.wanted, self.around.now_s() - since_s, changed=changed)

    def _load(self, wanted: Wanted) -> bool:
        """Whether the kernel had something else."""
        ruleset = wanted.ruleset
        if self.settings.cuts:
            cut = list(denied(wanted.placement.world, wanted.placement.local, self.around.flows()))
            ruleset = with_cut(ruleset, cut)
            self.status = replace(self.status, cut_flows=len(cut))
        changed = ruleset != self.loaded
        if changed:
            load = self.around.kernel.reload if self.loaded is None else self.around.kernel.load
            self.loaded = None
            load(ruleset)
            self.loaded = ruleset
        if self.settings.cuts:
            # A flow may have begun under the old rules after it was asked which there are.
            self.cut_at_s = self.around.now_s() + (0 if changed else _CUT_EVERY_S)
        return changed

    def _cut(self) -> None:
        if self.wanted is None:
            return
        try:
            if self._load(self.wanted):
                self._publish(self.status)
        except (PercaleError, OSError) as error:
            self._fail(error)

    def _tell_enforced(self, wanted: Wanted, taken_s: float, *, changed: bool) -> None:
        for rule in wanted.left_out:
            if rule not in self.status.left_out:
                self._say("a rule asks for domain names, and is left out", Level.WARNING, rule=rule)
        status = replace(with_figures(self.status, wanted), revision=self.revision, batches=self.status.batches + 1)
        if changed:
            status = replace(status, loads=status.loads + 1, latency=status.latency.with_one(taken_s))
            self._say("enforced", revision=self.revision, endpoints=status.endpoints, seconds=round(taken_s, 4))
        self._publish(status)

    def _fail(self, error: PercaleError | OSError) -> None:
        delay_s = next(self.retries)
        self.retry_at_s = self.around.now_s() + delay_s
        if self.pending_since_s is None:
            self.pending_since_s = self.around.now_s()
        says = error.says if isinstance(error, PercaleError) else str(error)
        self._say("the kernel keeps what it had", Level.ERROR, error=says, retry_s=round(delay_s, 2))
        self._publish(replace(self.status, kernel_error=says, failures=self.status.failures + 1))

    def _report_invalid(self) -> None:
        invalid = tuple(self.content.invalid)
        known = {one.name for one in self.status.invalid}
        for one in invalid:
            if one.name not in known:
                self._say("an object is invalid, and is left out", Level.WARNING, object=one.name, says=one.problems[0])
        if invalid != self.status.invalid:
            self._publish(replace(self.status, invalid=invalid))

    def _say(self, what: str, level: Level = Level.INFO, **details: str | float) -> None:
        self.around.say(Happening(what, level, details))

    def _publish(self, status: Status) -> None:
        self.status = status
        self.around.publish(status)


_MOST_NAMED = 10


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
