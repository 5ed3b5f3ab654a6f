"""Which live flows are cut: those of local pods that the judge denies, and no others."""

import pytest

from builders import CALICO, pod, resource, world
from percale.agent.cutting import denied
from percale.host.conntrack import End, Flow
from percale.traffic.addresses import address

_POLICY = resource(
    CALICO, "NetworkPolicy", "shop/db", spec={
        "selector": "app == 'db'", "types": ["Ingress"],
        "ingress": [{"action": "Allow", "protocol": "TCP", "source": {"selector": "app == 'web'"},
                     "destination": {"ports": [5432]}}],
    },
)  # fmt: skip
WORLD = world(
    pod("shop/web", {"app": "web"}, at=["10.65.0.2"]),
    pod("shop/db", {"app": "db"}, at=["10.65.0.3"]),
    pod("shop/far", {"app": "db"}, at=["10.65.1.3"]),
    _POLICY,
)
LOCAL = [one for one in WORLD.workloads if one.name != "far"]
OUTSIDE = "192.0.2.9"


def flow(source: str, destination: str, port: int, *, expected: bool = False) -> Flow:
    return Flow(6, End(address(source), 40000), End(address(destination), port), expected)


@pytest.mark.parametrize(
    ("one", "is_cut"),
    [
        (flow("10.65.0.2", "10.65.0.3", 5432), False),
        (flow("10.65.0.2", "10.65.0.3", 5433), True),
        (flow(OUTSIDE, "10.65.0.3", 5432), True),
        (flow(OUTSIDE, "10.65.0.2", 5432), False),
        pytest.param(flow("10.65.0.2", "10.65.1.3", 1), True, id="the far end denies"),
        pytest.param(flow(OUTSIDE, "10.65.1.3", 5432), False, id="no local pod"),
        pytest.param(flow(OUTSIDE, "10.65.0.3", 20, expected=True), False, id="announced"),
    ],
)
def test_what_the_judge_denies_is_cut(one: Flow, is_cut: bool) -> None:  # noqa: FBT001
    assert bool(list(denied(WORLD, LOCAL, [one]))) is is_cut
