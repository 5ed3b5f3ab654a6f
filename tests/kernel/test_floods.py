"""Rules that change under a flood: nothing denied gets through, and nothing allowed is lost.

A window of a millisecond is seen for certain, one of nanoseconds hardly ever: that none is left of those the model of
the kernel sees to, in `tests/dataplane`.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import msgspec
import pytest

from agreement import world_from
from bench.flood import Flood, swallow_udp
from kernel_support import require_namespaces
from percale.dataplane.from_policy import compile_ruleset
from percale.dataplane.nftables.backend import load, update
from percale.dataplane.ruleset import Ruleset
from percale.lab.layout import LabPod
from percale.lab.scenario import in_lab, node_settings
from percale.lab.topology import Lab
from percale.traffic.addresses import address
from percale.traffic.packet import Packet
from percale.traffic.protocols import UDP
from random_worlds import Manifest

pytestmark = pytest.mark.kernel

CLIENT, SERVER, THIRD = "shop/client", "shop/server", "shop/third"
_ADDRESS = {name: address(f"10.65.0.{number}") for number, name in enumerate((CLIENT, SERVER, THIRD), start=2)}
_ALLOWED, _DENIED = 1001, 1002
_UPDATES, _LONG_UPDATES = 60, 1200
_LIMIT_S = 60

#: Ahead of all our rules and behind them: what is between is what they have dropped.
_WITNESS = f"""table ip witness {{
counter came {{ }}
counter denied_came {{ }}
counter left {{ }}
counter denied_left {{ }}
chain before {{
type filter hook prerouting priority -400; policy accept;
udp dport {_ALLOWED} counter name came
udp dport {_DENIED} counter name denied_came
}}
chain behind {{
type filter hook postrouting priority 400; policy accept;
udp dport {_ALLOWED} counter name left
udp dport {_DENIED} counter name denied_left
}}
}}
"""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    require_namespaces()
    with Lab.build(LabPod(name, (own,)) for name, own in _ADDRESS.items()) as built:
        for name in (CLIENT, SERVER):
            swallow_udp(built, name)
        built.node.run(("nft", "-f", "-"), stdin=_WITNESS)
        yield built


@pytest.fixture(scope="module")
def rulesets(lab: Lab) -> list[Ruleset]:
    """In all of them the one flow is allowed and the other denied, each time for other reasons."""
    found = []
    for manifests in _worlds():
        world = in_lab(world_from(manifests), lab)
        found.append(compile_ruleset(world, world.workloads, node_settings(lab))[0])
    return found


@pytest.mark.parametrize("updates", [_UPDATES, pytest.param(_LONG_UPDATES, marks=pytest.mark.long)])
def test_no_packet_falls_between_two_rulesets(lab: Lab, rulesets: list[Ruleset], updates: int) -> None:
    random, run = Random(updates), lab.node.run
    loaded = load(rulesets[0], run)
    with _flood(lab) as counters:
        for number in range(updates):
            wanted = random.choice(rulesets)
            loaded = load(wanted, run) if number % 10 == 9 else update(loaded, wanted, run)
    assert counters["came"] > updates
    assert counters["denied_came"] > updates
    assert (counters["left"], counters["denied_left"]) == (counters["came"], 0)


def test_a_change_in_two_halves_would_be_seen(lab: Lab, rulesets: list[Ruleset]) -> None:
    load(rulesets[0], lab.node.run)
    for _ in range(20):
        with _flood(lab) as counters:
            for _ in range(5):
                lab.node.run(("nft", "flush", "chain", "ip", "percale", "forward"))
                load(rulesets[0], lab.node.run)
        if counters["denied_left"]:
            return
    pytest.fail("nothing got through chains without rules")


@contextmanager
def _flood(lab: Lab) -> Iterator[dict[str, int]]:
    """Filled with what was counted when the flood is over."""
    lab.node.run(("nft", "reset", "counters", "table", "ip", "witness"))
    ends = _ADDRESS[CLIENT], _ADDRESS[SERVER]
    floods = [Flood(lab, CLIENT, Packet(*ends, UDP, 40000, port)) for port in (_ALLOWED, _DENIED)]
    over = threading.Event()

    def send() -> None:
        while not over.is_set():
            for one in floods:
                one.send(64)

    sender = threading.Thread(target=send)
    sender.start()
    found: dict[str, int] = {}
    try:
        _wait_until(lambda: all(_counters(lab)[name] for name in ("came", "denied_came")))
        yield found
    finally:
        over.set()
        sender.join()
        for one in floods:
            one.close()
    _wait_until(lambda: _counters(lab) == _counters(lab))
    found |= _counters(lab)


def _counters(lab: Lab) -> dict[str, int]:
    listed = msgspec.json.decode(lab.node.run(("nft", "--json", "list", "counters", "table", "ip", "witness")))
    return {item["counter"]["name"]: item["counter"]["packets"] for item in listed["nftables"] if "counter" in item}


def _wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + _LIMIT_S
    while not holds():
        assert time.monotonic() < until


# What changes.


def _worlds() -> Iterator[list[Manifest]]:
    plain = [_pod(CLIENT, app="client"), _pod(SERVER, app="server"), _policy("server", _allow(_ALLOWED))]
    yield plain
    yield [*plain[:2], _policy("server", _allow(_ALLOWED), _allow(2000))]
    yield [*plain[:2], _policy("server", *(_allow(port) for port in (2000, 2001, 2002, 2003, _ALLOWED)))]
    yield [*plain, _pod(THIRD, app="client")]
    yield [
        *plain[:2],
        _policy("server", _allow(_ALLOWED, nets=["10.65.0.0/30", "10.66.0.0/16", "10.67.0.0/16", "10.68.0.0/16"])),
    ]
    yield [
        *plain[:2],
        _policy("server", _allow(_ALLOWED, nets=["10.65.0.0/29", "10.66.0.0/16", "10.67.0.0/16", "10.69.0.0/16"])),
    ]
    yield [*plain, _policy("client", direction="egress")]
    for members in (10, 400, 900):
        yield [
            *plain[:2],
            _crowd(members),
            _policy("server", _allow(_ALLOWED, selector="app == 'client' || has(crowd)", ports="1:1001")),
        ]


def _crowd(members: int) -> Manifest:
    nets = [f"10.80.{number >> 8}.{number & 255}" for number in range(members)]
    return {
        "apiVersion": "projectcalico.org/v3",
        "kind": "GlobalNetworkSet",
        "metadata": {"name": "crowd", "labels": {"crowd": "yes"}},
        "spec": {"nets": nets},
    }


def _pod(name: str, **labels: str) -> Manifest:
    namespace, _, pod = name.partition("/")
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": namespace, "name": pod, "labels": labels}}


def _allow(port: int, *, selector: str = "app == 'client'", nets: list[str] | None = None, ports: str = "") -> Manifest:
    source: Manifest = {"nets": nets} if nets else {"selector": selector}
    return {"action": "Allow", "protocol": "UDP", "source": source, "destination": {"ports": [ports or port]}}


def _policy(app: str, *rules: Manifest, direction: str = "ingress") -> Manifest:
    everything: Any = [{"action": "Allow"}]
    return {
        "apiVersion": "projectcalico.org/v3",
        "kind": "GlobalNetworkPolicy",
        "metadata": {"name": app},
        "spec": {"selector": f"app == '{app}'", direction: list(rules) or everything},
    }
