"""The rules that drop named flows."""

from percale.dataplane.cut import CutFlow, with_cut
from percale.dataplane.nftables.text import ruleset_text
from percale.dataplane.ruleset import Chain, Family, Hook, Rule, Ruleset, Table, Verdict
from percale.traffic.addresses import address

_ACCEPT = Rule((), (Verdict.ACCEPT,))


def _table(family: Family, *names: str) -> Table:
    return Table(family, {name: Chain(name, (_ACCEPT,), Hook(name, -5)) for name in names})


RULESET = Ruleset(
    (_table(Family.IP, "forward", "input"), _table(Family.IP6, "forward"), _table(Family.BRIDGE, "prerouting"))
)
FLOWS = [
    CutFlow(6, address("10.0.0.1"), 40000, address("10.0.0.2"), 80),
    CutFlow(17, address("fd00::1"), 5, address("fd00::2"), 53),
]


def test_both_directions_are_dropped_ahead_of_everything() -> None:
    four, six, bridge = with_cut(RULESET, FLOWS).tables
    assert [chain.rules[0].statements for chain in four.chains.values()] == [(Verdict.DROP,)] * 2
    assert four.sets["cut"].elements == set(FLOWS[0].elements)
    assert six.sets["cut"].elements == set(FLOWS[1].elements)
    assert bridge == RULESET.table(Family.BRIDGE)


def test_without_flows_the_same_rules_are_there() -> None:
    """So that a flow that is cut is an element more, and no rule changes."""
    without, having = with_cut(RULESET, []), with_cut(RULESET, FLOWS)
    assert [one.chains for one in without.tables] == [one.chains for one in having.tables]


def test_a_ruleset_without_base_chains_stays_as_it_is() -> None:
    assert with_cut(Ruleset(()), FLOWS) == Ruleset(())


def test_the_text_is_one_lookup() -> None:
    assert "meta l4proto . ip saddr . th sport . ip daddr . th dport @cut drop" in ruleset_text(with_cut(RULESET, []))
