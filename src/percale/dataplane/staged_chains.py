"""Staged policies in the kernel: counted, never enforced.

For each workload that a staged policy selects, the whole of its policy runs a second time as if the staged ones were
enforced, in base chains of their own. Those only count: to let through and to deny both end the chain by accepting.
Egress and ingress hang apart, so that a packet's two ends are both counted.
"""

from collections.abc import Iterator

from percale.dataplane import naming
from percale.dataplane.ruleset import Chain, Compare, Dispatch, Field, Hook, Rule
from percale.policy.rules import Direction

_BEFORE = {Direction.EGRESS: -9, Direction.INGRESS: -8}
_ADDRESS = {Direction.EGRESS: Field.SADDR, Direction.INGRESS: Field.DADDR}


def staged_chains(direction: Direction) -> Iterator[Chain]:
    """Base chains that ask the direction's map; not there where no staged policy is in force, so that nobody pays."""
    dispatch = Dispatch((_ADDRESS[direction],), naming.staged_map(direction))
    rules = (Rule((Compare(Field.CT_STATE, ("new", "untracked")),), (dispatch,)),)
    yield Chain(f"staged-{direction}", rules, Hook("forward", _BEFORE[direction]))
    if direction is Direction.EGRESS:
        yield Chain("staged-to-host", rules, Hook("input", _BEFORE[direction]))
