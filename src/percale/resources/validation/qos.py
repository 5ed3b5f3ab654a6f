"""Rate limits of a workload endpoint: libcalico-go/lib/apis/internalapi/workloadendpoint.go."""

from collections.abc import Iterator

import msgspec

from percale.resources.faults import Fault, Path
from percale.resources.validation.schema import out_of_range
from percale.resources.wire import IntOrString
from percale.resources.workload_endpoint import QosControls
from percale.selector.errors import shortened

LAST_DSCP = 63
DSCP_NAMES = frozenset(
    {"DF", "EF"} | {f"AF{kind}{drop}" for kind in range(1, 5) for drop in range(1, 4)} | {f"CS{n}" for n in range(7)}
)

#: What each limit may be, beside 0; every one exists for ingress and for egress.
_RANGES = {
    "bandwidth": (1000, 10**15),
    "burst": (1000, 34_359_738_360),
    "peakrate": (1010, 1_010_000_000_000_000),
    "minburst": (1000, 10**8),
    "packet_rate": (1, 10_000),
    "packet_burst": (1, 10_000),
    "max_connections": (1, (1 << 32) - 1),
}


def qos_findings(controls: QosControls, path: Path) -> Iterator[Fault]:
    for field in msgspec.structs.fields(controls):
        _, _, limit = field.name.partition("_")
        if limit in _RANGES and (value := getattr(controls, field.name)):
            yield from out_of_range(value, *_RANGES[limit], (*path, field.encode_name))
    if controls.dscp is not None:
        yield from _dscp(controls.dscp, (*path, "dscp"))


def _dscp(value: IntOrString, path: Path) -> Iterator[Fault]:
    match value:
        case int(number):
            if not 0 <= number <= LAST_DSCP:
                yield Fault(path, f"DSCP must be between 0 and {LAST_DSCP}, found {number}")
        case str(text):
            # Longer digits are out of range for certain, and int() takes its time with very long ones.
            is_number = text.isascii() and text.isdigit() and len(text) <= 3
            if not (is_number and int(text) <= LAST_DSCP) and text.strip().upper() not in DSCP_NAMES:
                yield Fault(path, f"`{shortened(text)}` is not a valid DSCP value", "0 to 63, or a name such as `EF`")
