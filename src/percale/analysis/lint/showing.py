"""A packet that shows what classes of an engine only say in general."""

from percale.analysis.connectivity import Group, between
from percale.analysis.lint.findings import Packet
from percale.analysis.lint.weighing import Instance
from percale.analysis.symbolic.bits import each
from percale.analysis.symbolic.engine import Engine
from percale.analysis.witness import witness
from percale.policy.rules import Direction


def shown(one: Instance) -> tuple[Packet, ...]:
    """None where every peer is the subject itself, or an address that only some have."""
    way, engine = one.way, one.engine
    own = int(way.subjects.members[one.subject])
    for number in each(one.peers):
        peer = int(way.peers.members[number])
        if peer != own:
            ends = (own, peer) if way.direction is Direction.EGRESS else (peer, own)
            return _packet(engine, *ends, one.cells)
    return ()


def _packet(engine: Engine, source: int, destination: int, cells: int) -> tuple[Packet, ...]:
    first, second = group_of(engine, source), group_of(engine, destination)
    passes = bool(between(engine, (first, source), (second, destination)) & cells)
    return (Packet(witness(engine, first, second, cells, passes=passes)),)


def group_of(engine: Engine, identity: int) -> Group:
    known = engine.identities.known[identity]
    if known.endpoint:
        return Group((identity,), (known.endpoint,))
    return Group((identity,), (), engine.identities.free[known.atom], known.name)
