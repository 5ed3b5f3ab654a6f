"""Staged policies in the kernel: counted, never enforced.

For each workload that a staged policy selects, the whole of its policy runs a second time as if the staged ones were
enforced, in base chains of their own. Those only count: to let through and to deny both end the chain by accepting.
Egress and ingress hang apart, so that a packet's two ends are both counted.
"""

from collections.abc import Iterable, Iterator

from percale.dataplane import naming
from percale.dataplane.chains import ChainWriter
from percale.dataplane.programs import Programs
from percale.dataplane.ruleset import Chain, Compare, Dispatch, Field, Hook, Jump, Key, Rule, SetElement, VerdictMap
from percale.policy.endpoints import Endpoint
from percale.policy.rules import Direction
from percale.traffic.addresses import Address

_BEFORE = {Direction.EGRESS: -9, Direction.INGRESS: -8}
_ADDRESS = {Direction.EGRESS: Field.SADDR, Direction.INGRESS: Field.DADDR}


def staged_chains(
    addressed: Iterable[tuple[Address, Endpoint]], version: int, programs: Programs, writer: ChainWriter
) -> tuple[dict[str, Chain], dict[str, VerdictMap]]:
    """Base chains and their maps; none where no staged policy is in force, so that nobody pays for it."""
    addressed = list(addressed)
    chains: dict[str, Chain] = {}
    maps: dict[str, VerdictMap] = {}
    key = Key.IPV4 if version == 4 else Key.IPV6
    for direction in Direction:
        elements = dict(_elements(addressed, direction, programs, writer))
        if elements:
            name = naming.staged_map(direction)
            maps[name] = VerdictMap(name, (key,), elements)
            chains |= {chain.name: chain for chain in _base(direction, name)}
    return chains, maps


def _elements(
    addressed: Iterable[tuple[Address, Endpoint]], direction: Direction, programs: Programs, writer: ChainWriter
) -> Iterator[tuple[SetElement, Jump]]:
    for address, one in addressed:
        if program := programs.staged_of_workload(one, address, direction):
            yield (address,), Jump(writer.class_chain(program))


def _base(direction: Direction, verdict_map: str) -> Iterator[Chain]:
    rules = (Rule((Compare(Field.CT_STATE, ("new", "untracked")),), (Dispatch((_ADDRESS[direction],), verdict_map),)),)
    yield Chain(f"staged-{direction}", rules, Hook("forward", _BEFORE[direction]))
    if direction is Direction.EGRESS:
        yield Chain("staged-to-host", rules, Hook("input", _BEFORE[direction]))
