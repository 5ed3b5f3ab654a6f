"""What is to be in the kernel, by mode."""

from dataclasses import replace
from typing import assert_never

from percale.agent.placement import Placement
from percale.agent.settings import Mode
from percale.dataplane.from_policy import compile_ruleset
from percale.dataplane.ruleset import Ruleset, Table
from percale.policy.policies import PolicySet
from percale.policy.world import World

_STAGED = "staged-"


def wanted(placement: Placement, mode: Mode) -> Ruleset:
    """Raises NotEnforceable."""
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


def _all_staged(world: World) -> World:
    staged = tuple(replace(policy, staged=True) for policy in world.policies.policies)
    return replace(world, policies=PolicySet(world.policies.tiers, staged))


def _counting_only(table: Table) -> Table:
    """Without base chains that drop: the checks of sources and of unknown pods are among these too."""
    chains = {name: one for name, one in table.chains.items() if not one.hook or name.startswith(_STAGED)}
    return replace(table, chains=chains)
