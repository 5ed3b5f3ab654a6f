"""The suite's word on random expectations held against the judge, asked about every packet that could differ."""

from collections.abc import Iterator
from itertools import product
from random import Random

import pytest

from agreement import world_from
from expectation_worlds import expected
from percale.analysis.expectations.proving import Outcome, Prover, Setting
from percale.analysis.parties import private
from percale.policy.conntrack import opens_a_flow
from percale.policy.endpoints import Endpoint
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.selector import parse
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, SCTP, TCP, UDP
from random_worlds import Generator

_WORLDS_IN_A_BATCH = 12
#: On both sides of every edge that a random rule can have.
_EDGES = (0, 1, 52, 53, 54, 79, 80, 81, 90, 91, 443, 444, 7999, 8000, 8080, 8081, 9000, 9001, 65535)

#: Ports as written, and the packets they mean: protocol, then what its two fields may be.
_PORTS: dict[str, list[tuple[int, tuple[int, ...], tuple[int, ...]]]] = {
    "80/tcp": [(TCP, _EDGES, (80,))],
    "53/udp": [(UDP, _EDGES, (53,))],
    "8000-8080/sctp": [(SCTP, _EDGES, (8000, 8079, 8080))],
    "443": [(TCP, _EDGES, (443,))],
    "icmp": [(ICMP, (8, 13, 15, 17), (0, 1)), (ICMPV6, (128, 135, 139), (0, 1))],
    "icmp/8/0": [(ICMP, (8,), (0,))],
    "proto/47": [(47, (0,), (0,))],
}


def _packets(source: Endpoint, destination: Endpoint, ports: str) -> Iterator[Packet]:
    for here, there in product(source.addresses, destination.addresses):
        if here.version == there.version:
            for protocol, xs, ys in _PORTS[ports]:
                if protocol in (ICMP, ICMPV6) and (protocol == ICMP) != (here.version == 4):
                    continue
                for x, y in product(xs, ys):
                    if protocol in (ICMP, ICMPV6):
                        yield Packet(here, there, protocol, icmp_type=x, icmp_code=y)
                    else:
                        yield Packet(here, there, protocol, source_port=x, destination_port=y)


def _by_hand(world: World, kind: str, selectors: tuple[str, str], ports: str) -> Outcome:
    ends = [[one for one in world.workloads if parse(text).matches(one.labels)] for text in selectors]
    if not all(ends):
        return Outcome.SELECTS_NOTHING
    pairs = [(one, other) for one, other in product(*ends) if one is not other]
    packets = [packet for pair in pairs for packet in _packets(*pair, ports) if opens_a_flow(packet)]
    if not packets:
        return Outcome.SELECTS_NOTHING
    wrong = any(judge(world, packet).allowed is not (kind == "allow") for packet in packets)
    return Outcome.FAILS if wrong else Outcome.HOLDS


@pytest.mark.parametrize("batch", range(5))
def test_a_suite_says_what_the_judge_says_of_every_packet(batch: int) -> None:
    seen: set[tuple[str, Outcome]] = set()
    for seed in range(batch * _WORLDS_IN_A_BATCH, (batch + 1) * _WORLDS_IN_A_BATCH):
        generator = Generator(Random(seed))
        world = world_from(generator.world())
        asked = [_drawn(generator) for _ in range(8)]
        claims = expected(
            *({kind: {"from": {"selector": one}, "to": {"selector": other}, "ports": [ports]}}
              for kind, (one, other), ports in asked)
        )  # fmt: skip
        results = Prover(Setting(world, private()), claims).results()
        for (kind, selectors, ports), result in zip(asked, results, strict=True):
            right = _by_hand(world, kind, selectors, ports)
            assert result.outcome is right, f"seed {seed}: {kind} {selectors} {ports}"
            seen.add((kind, right))
    assert seen >= {("allow", Outcome.FAILS), ("deny", Outcome.HOLDS), ("deny", Outcome.FAILS)}


def _drawn(generator: Generator) -> tuple[str, tuple[str, str], str]:
    kind = generator.random.choice(("allow", "allow", "deny"))
    return kind, (generator.selector(1), generator.selector(1)), generator.random.choice(tuple(_PORTS))
