"""Which tiers have their points brought forward, where there are too many for all."""

from collections.abc import Mapping

from percale.dataplane.programs import TierProgram

#: Points in the maps of a table. Each tier has maps of its own, while sets are shared: what saves a packet little
#: costs much to load where classes are many.
_MOST_POINTS = 50_000


def share_room(weights: Mapping[TierProgram, int]) -> frozenset[TierProgram]:
    """The lightest, as many as there is room for: that depends on nothing but the weights and the names."""
    if sum(weights.values()) <= _MOST_POINTS:
        return frozenset(weights)
    admitted, room = [], _MOST_POINTS
    for tier in sorted(weights, key=lambda one: (weights[one], one.name)):
        room -= weights[tier]
        if room < 0:
            break
        admitted.append(tier)
    return frozenset(admitted)
