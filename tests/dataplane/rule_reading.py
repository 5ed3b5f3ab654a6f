"""What the kernel does with one packet, rule by rule, in the plainest way."""

from dataclasses import dataclass
from ipaddress import ip_network
from typing import assert_never

from dataplane.kernel_model import KernelModel, TableModel
from percale.dataplane.ruleset import (
    Chain,
    Compare,
    Count,
    Dispatch,
    Element,
    Family,
    Field,
    Goto,
    IntervalSet,
    Jump,
    Limit,
    Log,
    Lookup,
    Match,
    Set,
    Spans,
    Statement,
    Verdict,
    VerdictMap,
)
from percale.traffic.addresses import Address, Network
from percale.traffic.intervals import Intervals
from percale.traffic.packet import Packet

FORWARDED = ("prerouting", "forward", "postrouting")
TO_NODE = ("prerouting", "input")
FROM_NODE = ("output", "postrouting")

_DROPS = (Verdict.DROP, Verdict.REJECT)
_ADDRESSES = (Field.SADDR, Field.DADDR, Field.ORIGINAL_DADDR)


@dataclass(frozen=True)
class Passage:
    """The first packet of a flow, and its way through the node."""

    packet: Packet
    hooks: tuple[str, ...]
    incoming: str = ""
    outgoing: str = ""


def passes(passage: Passage, rules: KernelModel, sets: KernelModel) -> bool:
    """Judged by the rules of the one, with what the other has in its sets and maps."""
    family = Family.IP if passage.packet.version == 4 else Family.IP6
    if family not in rules.tables:
        return True
    walk = _Walk(passage, rules.tables[family], sets.tables.get(family, TableModel(family)))
    return all(walk.passes(hook) for hook in passage.hooks)


class _Walk:
    def __init__(self, passage: Passage, rules: TableModel, sets: TableModel) -> None:
        self._passage = passage
        self._rules = rules
        self._sets = sets
        self._state = "new"

    def passes(self, hook: str) -> bool:
        chains = [(one.hook.priority, one) for one in self._rules.base_chains() if one.hook and one.hook.name == hook]
        in_order = sorted(chains, key=lambda one: one[0])
        return all(self._through(chain) not in _DROPS for _, chain in in_order)

    def _through(self, chain: Chain) -> Verdict | None:
        """None at its end, and where it returns."""
        for rule in chain.rules:
            if all(self._holds(match) for match in rule.matches):
                for statement in rule.statements:
                    ends, verdict = self._does(statement)
                    if ends:
                        return verdict
        return None

    def _does(self, statement: Statement) -> tuple[bool, Verdict | None]:
        """Whether the chain is at its end, and what it has come to."""
        match statement:
            case Verdict.NOTRACK:
                self._state = "untracked"
                return False, None
            case Verdict.RETURN:
                return True, None
            case Verdict():
                return True, statement
            case Goto(name):
                return True, self._chain(name)
            case Jump(name):
                verdict = self._chain(name)
                return verdict is not None, verdict
            case Dispatch(fields, name):
                found = self._sets.objects.get(("set", name))
                to = found.elements.get(self._key(fields)) if isinstance(found, VerdictMap) else None
                return self._does(to) if to else (False, None)
            case Log() | Limit() | Count():
                return False, None
            case _:
                assert_never(statement)

    def _chain(self, name: str) -> Verdict | None:
        """One that the rules do not have yet is empty."""
        found = self._rules.objects.get(("chain", name))
        return self._through(found) if isinstance(found, Chain) else None

    def _holds(self, match: Match) -> bool:
        match match:
            case Compare(field, value, negated):
                values = value if isinstance(value, tuple) else (value,)
                return any(_is(self._read(field), one, field) for one in values) != negated
            case Spans(field, first, last, negated):
                number = self._read(field)
                assert isinstance(number, int)
                return (first <= number <= last) != negated
            case Lookup(fields, name, negated):
                return self._is_in(self._key(fields), name) != negated
            case _:
                assert_never(match)

    def _is_in(self, key: tuple[Element, ...], name: str) -> bool:
        # The elements of a map go with it at once, those of a set stay for whoever still looks.
        found = self._sets.objects.get(("set", name)) or self._rules.objects["set", name]
        match found:
            case Set():
                return key in found.elements
            case IntervalSet(elements=Intervals() as ranges):
                return isinstance(key[0], int) and key[0] in ranges
            case IntervalSet(elements=networks):
                assert isinstance(networks, tuple)
                return any(key[0] in net for net in networks)
            case _:
                return False

    def _key(self, fields: tuple[Field, ...]) -> tuple[Element, ...]:
        return tuple(map(self._read, fields))

    def _read(self, field: Field) -> Element:
        packet = self._passage.packet
        values: dict[Field, Element] = {
            Field.SADDR: packet.source,
            Field.DADDR: packet.destination,
            Field.ORIGINAL_DADDR: packet.destination,
            Field.L4PROTO: packet.protocol,
            Field.SPORT: packet.source_port,
            Field.DPORT: packet.destination_port,
            Field.ORIGINAL_DPORT: packet.destination_port,
            Field.ICMP_TYPE: packet.icmp_type,
            Field.ICMP_CODE: packet.icmp_code,
            Field.IIFNAME: self._passage.incoming,
            Field.OIFNAME: self._passage.outgoing,
            Field.CT_STATE: self._state,
            Field.CT_STATUS: "confirmed",
            Field.HOP_LIMIT: 64,
            Field.REVERSE_ROUTE: "present",
            Field.DESTINATION_TYPE: "local" if "input" in self._passage.hooks else "unicast",
            Field.SOURCE_TYPE: "local" if "output" in self._passage.hooks else "unicast",
        }
        return values[field]


def _is(found: Element, wanted: Element, field: Field) -> bool:
    if field in _ADDRESSES and isinstance(wanted, str):
        wanted = ip_network(wanted)
    if isinstance(wanted, Network):
        return isinstance(found, Address) and found in wanted
    return found == wanted
