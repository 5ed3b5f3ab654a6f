"""A lab that stays: held by a process in the background, found again by a file.

Only that process keeps the namespaces alive. If it is killed the lab is gone, and what the file says is stale.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import msgspec

from percale.errors import PercaleError
from percale.host.runtime_directory import runtime_directory
from percale.lab.layout import Attachment, LabPlan, LabPod, ListenPort
from percale.lab.listeners import Listeners
from percale.lab.topology import Lab

_FILE = "lab.json"
_ENDS_WITHIN_S = 5.0


class NoLab(PercaleError):
    def __init__(self) -> None:
        super().__init__("no lab is up", hint="percale lab up -f DIRECTORY")


class LabIsUp(PercaleError):
    def __init__(self, holder: int) -> None:
        super().__init__(f"a lab is up already, held by process {holder}", hint="percale lab down")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the file says: who holds the lab, how to open it, and the manifests that were applied last."""

    holder: int
    started: str
    plan: dict[str, Any]
    paths: dict[str, str]
    manifests: list[dict[str, Any]]


def hold(lab: Lab, manifests: list[dict[str, Any]]) -> None:
    """Write the file and serve the lab's ports until told to end; for the process in the background."""
    done = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
    signal.pthread_sigmask(signal.SIG_BLOCK, done)
    with Listeners(lab):
        _write(Standing(os.getpid(), _started(os.getpid()), _plain(lab.plan), lab.paths, manifests))
        signal.sigwait(done)
    _file().unlink(missing_ok=True)


def standing() -> Standing:
    """The lab that is up; raises NoLab, and removes the file of one whose process is gone."""
    try:
        found = msgspec.json.decode(_file().read_bytes(), type=Standing)
    except (FileNotFoundError, msgspec.DecodeError) as failure:
        raise NoLab from failure
    if _started(found.holder) != found.started:
        _file().unlink(missing_ok=True)
        raise NoLab
    return found


def refuse_second() -> None:
    with suppress(NoLab):
        raise LabIsUp(standing().holder)


@contextmanager
def attached() -> Iterator[tuple[Lab, Standing]]:
    found = standing()
    with Lab.attach(_plan(found.plan), found.paths) as lab:
        yield lab, found


def remember(found: Standing, manifests: list[dict[str, Any]]) -> None:
    """The same lab with other manifests applied."""
    _write(replace(found, manifests=manifests))


def end() -> None:
    """End the process that holds the lab, and with it the lab."""
    holder = standing().holder
    os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + _ENDS_WITHIN_S
    while _started(holder) and time.monotonic() < deadline:
        time.sleep(0.02)
    if _started(holder):
        os.kill(holder, signal.SIGKILL)
    _file().unlink(missing_ok=True)


def _started(process: int) -> str:
    """When the process began, in clock ticks after boot: tells it from a later one with its number."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if fields[0] == "Z" else fields[19]


def _file() -> Path:
    return runtime_directory() / _FILE


def _write(found: Standing) -> None:
    """Whole or not at all, and readable by its owner only."""
    path = _file()
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(msgspec.json.encode(found))
    unfinished.chmod(0o600)
    unfinished.replace(path)


def _plain(plan: LabPlan) -> dict[str, Any]:
    return {
        "attachment": str(plan.attachment),
        "networks": [str(network) for network in plan.pod_networks],
        "elsewhere": [str(address) for address in plan.elsewhere],
        "pods": [
            {
                "name": pod.name,
                "addresses": [str(address) for address in pod.addresses],
                "ports": [[port.protocol, port.port] for port in pod.ports],
                "interface": pod.interface,
            }
            for pod in plan.pods
        ],
    }


def _plan(plain: dict[str, Any]) -> LabPlan:
    pods = [_pod(pod) for pod in plain["pods"]]
    networks = tuple(map(ip_network, plain["networks"]))
    return LabPlan(tuple(pods), Attachment(plain["attachment"]), networks, tuple(map(ip_address, plain["elsewhere"])))


def _pod(plain: dict[str, Any]) -> LabPod:
    ports = tuple(ListenPort(*port) for port in plain["ports"])
    return LabPod(plain["name"], tuple(map(ip_address, plain["addresses"])), ports, plain["interface"])
