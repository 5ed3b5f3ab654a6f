"""What work costs in CPU time: other programs on the machine stretch the clock on the wall, hardly this."""

import os
import select
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from percale.errors import PercaleError

_NS = 1e-9
_SAMPLE_MS = 5

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ChildCost:
    """What a whole process took."""

    wall_s: float
    user_s: float
    system_s: float
    peak_mib: float
    status: int

    @property
    def cpu_s(self) -> float:
        return self.user_s + self.system_s


class Core:
    """One CPU and what is spent on it: by this thread, and by the kernel thread that it leaves packets to."""

    def __init__(self, number: int) -> None:
        self._schedstat = _softirq_thread(number) / "schedstat"

    def spent_s(self) -> float:
        left_over = int(self._schedstat.read_text(encoding="ascii").split()[0])
        return time.thread_time() + left_over * _NS


@contextmanager
def on_last_core() -> Iterator[Core]:
    """Keeps the calling thread on one CPU, ahead of ordinary programs, until the block ends."""
    allowed = os.sched_getaffinity(0)
    number = max(allowed)
    core = Core(number)
    before = os.getpriority(os.PRIO_PROCESS, 0)
    os.sched_setaffinity(0, {number})
    os.setpriority(os.PRIO_PROCESS, 0, -15)
    try:
        yield core
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, before)
        os.sched_setaffinity(0, allowed)


def timed(work: Callable[[], _T]) -> tuple[float, _T]:
    """The process's CPU seconds, and what came of them."""
    began = time.process_time()
    made = work()
    return time.process_time() - began, made


def cost_of(argv: Sequence[str], environment: Mapping[str, str] = os.environ) -> ChildCost:
    """Runs a program that says nothing of interest."""
    silence = [(os.POSIX_SPAWN_OPEN, descriptor, os.devnull, os.O_RDWR, 0) for descriptor in (0, 1)]
    began = time.perf_counter()
    # The door of `percale.host` does not tell what a program cost.
    child = os.posix_spawnp(argv[0], list(argv), environment, file_actions=silence)
    peak = _peak_until_end(child)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    return ChildCost(wall, usage.ru_utime, usage.ru_stime, peak, code)


def _peak_until_end(child: int) -> float:
    """In MiB. What `wait` says of memory is at least what the parent had: a child begins as its copy."""
    ended = os.pidfd_open(child)
    try:
        waiting = select.poll()
        waiting.register(ended, select.POLLIN)
        peak_kib = 0
        while not waiting.poll(_SAMPLE_MS):
            for line in Path(f"/proc/{child}/status").read_text(encoding="ascii").splitlines():
                if line.startswith("VmHWM:"):
                    peak_kib = max(peak_kib, int(line.split()[1]))
        return peak_kib / 1024
    finally:
        os.close(ended)


def _softirq_thread(core: int) -> Path:
    for comm in Path("/proc").glob("[0-9]*/comm"):
        if comm.read_text(encoding="utf-8").strip() == f"ksoftirqd/{core}":
            return comm.parent
    raise PercaleError(f"`ksoftirqd/{core}` is not to be seen: packets cannot be charged to whoever sends them")
