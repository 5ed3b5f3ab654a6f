"""What is made of a rule beside what it says; what nft makes of the same is compared in tests/kernel."""

import pytest

from percale.dataplane.netlink.attributes import parsed
from percale.dataplane.netlink.rules import rule_expressions
from percale.dataplane.netlink.values import Kind
from percale.dataplane.ruleset import Compare, Family, Field, Match, Rule, Spans, Verdict


def _no_sets(_: Kind, values: tuple[bytes, ...]) -> tuple[str, int]:
    raise AssertionError(values)


def _names(*matches: Match, family: Family = Family.IP) -> str:
    """Of the expressions, in order."""
    expressions = rule_expressions(Rule(matches, ()), family, _no_sets)
    return " ".join(dict(parsed(one))[1].rstrip(b"\0").decode() for _, one in parsed(expressions))


@pytest.mark.parametrize(
    ("matches", "names"),
    [
        ((Compare(Field.SPORT, 1), Compare(Field.DPORT, 2)), "payload cmp"),
        ((Compare(Field.DPORT, 2), Compare(Field.L4PROTO, 6), Compare(Field.SPORT, (1,))), "meta cmp payload cmp"),
        ((Compare(Field.SPORT, 1), Compare(Field.DPORT, 2, negated=True)), "payload cmp payload cmp"),
        ((Compare(Field.SPORT, 1), Spans(Field.DPORT, 2, 3)), "payload cmp payload cmp cmp"),
    ],
    ids=str,
)
def test_two_neighbours_with_one_value_each_are_compared_together(matches: tuple[Match, ...], names: str) -> None:
    assert _names(*matches) == names


def test_two_negated_neighbours_are_compared_one_by_one() -> None:
    """What nft makes of these is true as soon as either differs."""
    for first, second in ((Field.SPORT, Field.DPORT), (Field.ICMP_TYPE, Field.ICMP_CODE)):
        apart = _names(Compare(first, 1, negated=True), Compare(second, 2, negated=True))
        assert apart.removeprefix("meta cmp ") == "payload cmp payload cmp"


@pytest.mark.parametrize(
    ("matches", "names"),
    [
        ((Compare(Field.ICMP_TYPE, 8),), "meta cmp payload cmp"),
        ((Compare(Field.L4PROTO, 1), Compare(Field.ICMP_TYPE, 8)), "meta cmp payload cmp"),
        ((Compare(Field.L4PROTO, (1,)), Spans(Field.ICMP_TYPE, 8, 9)), "meta cmp payload cmp cmp"),
        ((Compare(Field.L4PROTO, 6, negated=True), Compare(Field.ICMP_TYPE, 8)), "meta cmp meta cmp payload cmp"),
        ((Compare(Field.ICMP_TYPE, 8), Spans(Field.ICMP_CODE, 1, 2)), "meta cmp payload cmp payload cmp cmp"),
    ],
    ids=str,
)
def test_a_type_of_icmp_is_asked_of_icmp_only(matches: tuple[Match, ...], names: str) -> None:
    assert _names(*matches) == names
    assert _names(*matches, family=Family.IP6) == names


@pytest.mark.parametrize(
    ("field", "family"),
    [(Field.CT_STATE, Family.BRIDGE), (Field.ICMP_TYPE, Family.BRIDGE), (Field.ETHER_TYPE, Family.IP)],
)
def test_what_cannot_be_asked_in_the_family_is_refused(field: Field, family: Family) -> None:
    with pytest.raises(ValueError, match=f"`{field}` cannot be asked of a packet in the family `{family}`"):
        _names(Compare(field, 1), family=family)


@pytest.mark.parametrize(
    ("family", "shown"),
    [(Family.IP, "0000000003"), (Family.IP6, "0000000004"), (Family.BRIDGE, "0000000201")],
)
def test_a_rejection_is_what_the_family_calls_port_unreachable(family: Family, shown: str) -> None:
    ((_, expression),) = parsed(rule_expressions(Rule((), (Verdict.REJECT,)), family, _no_sets))
    parts = dict(parsed(expression))
    assert parts[1] == b"reject\0"
    assert b"".join(value for _, value in parsed(parts[2])).hex() == shown
