"""Live connections that policy no longer allows, named in the kernel and dropped there ahead of what is established.

Connection tracking may go on to know them. To delete its entry would not do: the next packet of the far end would open
the flow anew, in the other direction, which policy may well allow.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from percale.dataplane.ruleset import Family, Field, Key, Lookup, Rule, Ruleset, Set, SetElement, Table, Verdict
from percale.traffic.addresses import Address

_CUT = "cut"
_FIELDS = (Field.L4PROTO, Field.SADDR, Field.SPORT, Field.DADDR, Field.DPORT)
#: Where pods' established flows are let through.
_CHAINS = ("forward", "input")
_VERSIONS = {Family.IP: 4, Family.IP6: 6}


@dataclass(frozen=True, slots=True)
class CutFlow:
    """Dropped in both directions."""

    protocol: int
    source: Address
    source_port: int
    destination: Address
    destination_port: int

    @property
    def elements(self) -> tuple[SetElement, SetElement]:
        near, far = (self.source, self.source_port), (self.destination, self.destination_port)
        return (self.protocol, *near, *far), (self.protocol, *far, *near)


def with_cut(ruleset: Ruleset, flows: Iterable[CutFlow]) -> Ruleset:
    """The rules for it are there without any such flow too: only elements come and go."""
    flows = list(flows)
    return Ruleset(tuple(_with_cut(table, flows) for table in ruleset.tables))


def _with_cut(table: Table, flows: list[CutFlow]) -> Table:
    version = _VERSIONS.get(table.family)
    if version is None or not any(name in table.chains for name in _CHAINS):
        return table
    address = Key.IPV4 if version == 4 else Key.IPV6
    elements = frozenset(one for flow in flows if flow.source.version == version for one in flow.elements)
    cut = Set(_CUT, (Key.PROTOCOL, address, Key.PORT, address, Key.PORT), elements)
    drop = Rule((Lookup(_FIELDS, _CUT),), (Verdict.DROP,), "policy no longer allows this flow")
    chains = {
        name: replace(chain, rules=(drop, *chain.rules)) if name in _CHAINS else chain
        for name, chain in table.chains.items()
    }
    return replace(table, chains=chains, sets={**table.sets, _CUT: cut})
