"""What is to be in the kernel: of the store, the host's network and the mode."""

from dataclasses import dataclass, replace
from typing import assert_never

from percale.agent.content import Content
from percale.agent.placement import Placement, place
from percale.agent.settings import Mode, Settings
from percale.agent.status import Status
from percale.dataplane.from_policy import compile_ruleset
from percale.dataplane.ruleset import Ruleset, Table
from percale.dataplane.without_names import without_names
from percale.host.network import HostNetwork
from percale.policy.policies import PolicySet
from percale.policy.world import World

_STAGED = "staged-"


@dataclass(frozen=True, slots=True)
class Wanted:
    placement: Placement
    ruleset: Ruleset
    #: Rules that the kernel cannot be asked for: less is let through than the policy says.
    left_out: tuple[str, ...]


def wanted(content: Content, network: HostNetwork, settings: Settings) -> Wanted:
    """Raises NotEnforceable where to leave a rule out would let more through."""
    world, left_out = without_names(content.world())
    placement = place(world, content.of_places, network, settings)
    return Wanted(placement, ruleset_of(placement, settings.mode), left_out)


def ruleset_of(placement: Placement, mode: Mode) -> Ruleset:
    match mode:
        case Mode.ENFORCE:
            ruleset, _ = compile_ruleset(placement.world, placement.local, placement.settings)
            return ruleset
        case Mode.STAGED:
            ruleset, _ = compile_ruleset(_all_staged(placement.world), placement.local, placement.settings)
            return Ruleset(tuple(map(_counting_only, ruleset.tables)))
        case Mode.OFF:
            return Ruleset(())
        case _:
            assert_never(mode)


def with_figures(status: Status, wanted: Wanted) -> Status:
    """Of what the kernel now has."""
    placement = wanted.placement
    return replace(
        status,
        enforcing=True,
        kernel_error="",
        endpoints=len(placement.local),
        policies=len(placement.world.policies.policies),
        unattached=tuple(map(str, placement.unattached)),
        left_out=wanted.left_out,
    )


def _all_staged(world: World) -> World:
    staged = tuple(replace(policy, staged=True) for policy in world.policies.policies)
    return replace(world, policies=PolicySet(world.policies.tiers, staged))


def _counting_only(table: Table) -> Table:
    """Without base chains that drop: the checks of sources and of unknown pods are among these too."""
    chains = {name: one for name, one in table.chains.items() if not one.hook or name.startswith(_STAGED)}
    return replace(table, chains=chains)
