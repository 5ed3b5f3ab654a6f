"""All that a node's host endpoints need in one table."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from percale.dataplane.governed import Governed
from percale.dataplane.host_chains import HostChains
from percale.dataplane.host_parts import HostParts
from percale.dataplane.in_force import Programs
from percale.dataplane.programs import Program
from percale.dataplane.resolved import Resolved
from percale.dataplane.ruleset import Chain, Set, VerdictMap
from percale.dataplane.staged_host_chains import StagedHostChains
from percale.policy.world import World


@dataclass(frozen=True, slots=True)
class HostRules:
    """Nothing, on a node without host endpoints."""

    chains: Mapping[str, Chain] = field(default_factory=dict)
    sets: Mapping[str, Set] = field(default_factory=dict)
    maps: Mapping[str, VerdictMap] = field(default_factory=dict)
    #: Whose class chains they go to.
    programs: tuple[Program, ...] = ()


def host_rules(world: Resolved, node: str, version: int, programs: Programs) -> HostRules:
    here = tuple(one for one in world.host_endpoints if one.node == node)
    governed = Governed(World(host_endpoints=here, nodes=(world.node(node),)), node)
    parts = HostParts(governed, world.settings_for(node), version, programs)
    base = [*HostChains(parts).chains(), *StagedHostChains(parts).chains()]
    chains = parts.entries | {one.name: one for one in base}
    return HostRules(chains, {one.name: one for one in governed.sets()}, governed.maps, tuple(parts.classes))
