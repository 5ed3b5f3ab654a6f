"""Named ports and interface names of endpoints, and the profiles they name."""

import re
from collections.abc import Iterator

from percale.resources.faults import Fault, Path
from percale.resources.ports import LAST_PORT, port_name_faults
from percale.resources.protocol import InvalidProtocol, parse_protocol
from percale.resources.validation import names
from percale.resources.validation.schema import out_of_range
from percale.resources.wire import IntOrString
from percale.selector.errors import shortened
from percale.traffic.protocols import PROTOCOLS_WITH_PORTS

_INTERFACE = re.compile(r"[a-zA-Z0-9_.-]{1,15}")


def endpoint_port_findings(kind: str, protocol: IntOrString, port: int, path: Path) -> Iterator[Fault]:
    """What ports of host and of workload endpoints have in common; `kind` is what Calico calls them."""
    try:
        if parse_protocol(protocol) not in PROTOCOLS_WITH_PORTS:
            yield Fault((*path, "protocol"), f"{kind} protocol does not support ports.", "TCP, UDP and SCTP have ports")
    except InvalidProtocol as invalid:
        yield Fault((*path, "protocol"), invalid.says, invalid.hint)
    yield from out_of_range(port, 1, LAST_PORT, (*path, "port"))


def port_name_findings(name: str, path: Path) -> Iterator[Fault]:
    for wrong in port_name_faults(name):
        yield Fault(path, f"failed to validate Field: Name because of Tag: portName: {wrong}")


def interface_findings(name: str, path: Path) -> Iterator[Fault]:
    if name != "*" and not _INTERFACE.fullmatch(name):
        says = "failed to validate Field: InterfaceName because of Tag: interface: "
        found = f"`{shortened(name)}` is" if name else "it is empty,"
        yield Fault(path, f"{says}{found} neither `*` nor 1-15 letters, digits, `_`, `.` or `-`")


def profile_findings(profiles: tuple[str, ...], path: Path) -> Iterator[Fault]:
    for index, profile in enumerate(profiles):
        yield from name_findings(profile, (*path, index), "profile")


def name_findings(name: str, path: Path, what: str) -> Iterator[Fault]:
    """Of a name that may be left out."""
    if name:
        yield from (Fault(path, f"{what}: {wrong}") for wrong in names.subdomain(name))
