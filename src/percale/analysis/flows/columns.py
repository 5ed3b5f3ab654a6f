"""Flows as columns, the way that logs and Arrow keep them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from percale.traffic.addresses import Address
from percale.traffic.protocols import ICMP, ICMPV6

#: Where clients send from, for flows whose source port nobody has kept (net.ipv4.ip_local_port_range).
_CLIENT_PORT = 32768
_ECHO_REQUEST = {4: 8, 6: 128}

Octets = npt.NDArray[np.uint8]
Ports = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Addresses as numbers into a list of distinct ones, of any IP version."""

    codes: npt.NDArray[np.integer[Any]]
    distinct: Sequence[Address]

    def __len__(self) -> int:
        return len(self.codes)


#: Bare numbers are IPv4 addresses.
AddressColumn = npt.NDArray[np.uint32] | Coded


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """The first packet of each flow, after destination NAT; all columns are equally long.

    Without `source_ports` they come from a client's port, and without `icmp_types` all ICMP is an echo request.
    Ports of protocols that have none do not count.
    """

    sources: AddressColumn
    destinations: AddressColumn
    protocols: Octets
    destination_ports: Ports
    source_ports: Ports | None = None
    icmp_types: Octets | None = None
    icmp_codes: Octets | None = None

    def __post_init__(self) -> None:
        columns = (self.destinations, self.protocols, self.destination_ports)
        optional = (self.source_ports, self.icmp_types, self.icmp_codes)
        if any(len(one) != len(self) for one in (*columns, *optional) if one is not None):
            raise ValueError("the columns of flows are not equally long")

    def __len__(self) -> int:
        return len(self.sources)

    def plane(self, version: int, part: slice) -> tuple[Octets, Ports, Ports]:
        """Protocols, and where the flows lie in the planes of these."""
        protocols, y = self.protocols[part], self.destination_ports[part]
        x = np.full(len(protocols), _CLIENT_PORT, np.uint16) if self.source_ports is None else self.source_ports[part]
        icmp = np.flatnonzero(protocols == (ICMP if version == 4 else ICMPV6))
        if len(icmp):
            x, y = x.copy(), y.copy()
            x[icmp] = _ECHO_REQUEST[version] if self.icmp_types is None else self.icmp_types[part][icmp]
            y[icmp] = 0 if self.icmp_codes is None else self.icmp_codes[part][icmp]
        return protocols, x, y
