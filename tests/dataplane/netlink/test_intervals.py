"""Where intervals begin and end."""

import pytest

from percale.dataplane.netlink.intervals import Bound, bounds
from percale.dataplane.netlink.values import IPV4, IPV6, PORT, Kind
from percale.traffic.addresses import Network, strict_network
from percale.traffic.intervals import Intervals


def _shown(bound: Bound) -> str:
    number = str(int.from_bytes(bound.value, "big"))
    return f"{number} ends" if bound.ends else f"{number} for good" if bound.is_open else number


@pytest.mark.parametrize(
    ("elements", "kind", "shown"),
    [
        (Intervals(), PORT, []),
        (Intervals.of([(80, 80)]), PORT, ["0 ends", "80", "81 ends"]),
        (Intervals.of([(0, 9), (20, 65535)]), PORT, ["0", "10 ends", "20 for good"]),
        ((strict_network("0.0.0.8/29"), strict_network("0.0.0.0/29")), IPV4, ["0", "8 ends", "8", "16 ends"]),
        ((strict_network("::1/128"),), IPV6, ["0 ends", "1", "2 ends"]),
    ],
    ids=str,
)
def test_bounds(elements: tuple[Network, ...] | Intervals, kind: Kind, shown: list[str]) -> None:
    assert [_shown(one) for one in bounds(elements, kind)] == shown
