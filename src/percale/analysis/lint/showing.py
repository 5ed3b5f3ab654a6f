"""A packet that shows what classes of an engine only say in general."""

import numpy as np

from percale.analysis.connectivity import Group, between
from percale.analysis.lint.findings import Packet
from percale.analysis.lint.weighing import Instance
from percale.analysis.symbolic.bits import each
from percale.analysis.symbolic.engine import Engine
from percale.analysis.symbolic.one_way import OneWay
from percale.analysis.witness import witness
from percale.policy.rules import Direction


def shown(one: Instance) -> tuple[Packet, ...]:
    """None where the subject itself is the only peer."""
    way, engine = one.way, one.engine
    own = int(way.subjects.members[one.subject])
    for number in each(one.peers):
        for peer in _first_two(way, number):
            if peer != own:
                ends = (own, peer) if way.direction is Direction.EGRESS else (peer, own)
                return _packet(engine, *ends, one.cells)
    return ()


def _first_two(way: OneWay, peers: int) -> tuple[int, ...]:
    """Identities of a peer class."""
    return tuple(np.flatnonzero(way.peers.class_of == peers)[:2].tolist())


def _packet(engine: Engine, source: int, destination: int, cells: int) -> tuple[Packet, ...]:
    first, second = group_of(engine, source), group_of(engine, destination)
    passes = bool(between(engine, (first, source), (second, destination)) & cells)
    return (Packet(witness(engine, first, second, cells, passes=passes)),)


def group_of(engine: Engine, identity: int) -> Group:
    known = engine.identities.known[identity]
    if known.endpoint:
        return Group((identity,), (known.endpoint,))
    return Group((identity,), (), engine.identities.free[known.atom], known.name)
