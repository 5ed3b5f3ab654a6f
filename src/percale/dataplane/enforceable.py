"""What the kernel cannot be asked to do is refused, never widened: an Allow by name would allow any address."""

from collections.abc import Sequence

from percale.errors import PercaleError
from percale.policy.endpoints import Endpoint
from percale.policy.rules import Entity, Side
from percale.policy.world import World


class NotEnforceable(PercaleError):
    """Rules that mean something and cannot be compiled."""


def refuse_unenforceable(world: World) -> None:
    """Raise with every rule that depends on domain names, which the kernel does not know."""
    by_name = [one for one in world.network_sets if one.domains]
    found = [
        f"{policy.id} {rule.path}"
        for policy in world.policies.policies
        for rule in (*policy.ingress, *policy.egress)
        if any(_needs_names(rule.entity(side), by_name) for side in Side)
    ]
    if found:
        raise NotEnforceable(
            "these rules match domain names, which this version cannot enforce: " + ", ".join(dict.fromkeys(found)),
            hint="match nets or a network set of addresses instead; `percale reach` answers for names all the same",
        )


def _needs_names(entity: Entity, by_name: Sequence[Endpoint]) -> bool:
    selectors = [one for one in (entity.selector, entity.not_selector) if one]
    return bool(entity.domains) or any(one.matches(held.labels) for one in selectors for held in by_name)
