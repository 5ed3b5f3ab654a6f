"""Rulesets as nft text: every match, statement and object, and a whole ruleset as it is reviewed."""

import re
from pathlib import Path
from random import Random

import pytest

from agreement import world_from
from kernel_support import require_namespaces
from percale.dataplane import naming
from percale.dataplane.from_policy import NodeSettings, compile_ruleset
from percale.dataplane.nftables import text
from percale.dataplane.ruleset import (
    Chain,
    Compare,
    Count,
    Counter,
    Dispatch,
    Family,
    Field,
    Goto,
    Hook,
    IntervalSet,
    Jump,
    Key,
    Log,
    Lookup,
    Match,
    Rule,
    Set,
    Spans,
    Statement,
    Table,
    Verdict,
    VerdictMap,
)
from percale.host.netns import NetNs
from percale.policy.from_resources import world_of
from percale.policy.world import World
from percale.resources.decode import decode
from percale.resources.files import read
from percale.traffic.addresses import address, strict_network
from percale.traffic.intervals import Intervals
from random_worlds import ADDRESSES, Generator

GOLDEN = Path(__file__).parents[1] / "golden" / "ruleset"
NET, WEB = strict_network("10.0.0.0/8"), address("10.0.0.1")


@pytest.mark.parametrize(
    ("match", "ip", "ip6"),
    [
        (Compare(Field.SADDR, NET), "ip saddr 10.0.0.0/8", "ip6 saddr 10.0.0.0/8"),
        (Compare(Field.SADDR, NET, negated=True), "ip saddr != 10.0.0.0/8", "ip6 saddr != 10.0.0.0/8"),
        (Compare(Field.DADDR, WEB), "ip daddr 10.0.0.1", "ip6 daddr 10.0.0.1"),
        (Compare(Field.L4PROTO, 6), "meta l4proto 6", "meta l4proto 6"),
        (Compare(Field.L4PROTO, (6,)), "meta l4proto 6", "meta l4proto 6"),
        (Compare(Field.L4PROTO, (6, 17)), "meta l4proto { 6, 17 }", "meta l4proto { 6, 17 }"),
        (Compare(Field.DPORT, (80, 443), negated=True), "th dport != { 80, 443 }", "th dport != { 80, 443 }"),
        (Compare(Field.ICMP_TYPE, 8), "icmp type 8", "icmpv6 type 8"),
        (Compare(Field.ICMP_CODE, 0), "icmp code 0", "icmpv6 code 0"),
        (Compare(Field.HOP_LIMIT, 255), "ip ttl 255", "ip6 hoplimit 255"),
        (
            Compare(Field.CT_STATE, ("established", "related")),
            "ct state established,related",
            "ct state established,related",
        ),
        (Spans(Field.SPORT, 80, 90), "th sport 80-90", "th sport 80-90"),
        (Spans(Field.SPORT, 80, 90, negated=True), "th sport != 80-90", "th sport != 80-90"),
        (Lookup((Field.SADDR,), "s-1"), "ip saddr @s-1", "ip6 saddr @s-1"),
        (
            Lookup((Field.DADDR, Field.L4PROTO, Field.DPORT), "p-1", negated=True),
            "ip daddr . meta l4proto . th dport != @p-1",
            "ip6 daddr . meta l4proto . th dport != @p-1",
        ),
    ],
    ids=str,
)
def test_a_match(match: Match, ip: str, ip6: str) -> None:
    assert (text._match(match, Family.IP), text._match(match, Family.IP6)) == (ip, ip6)


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        (Goto("ok"), "goto ok"),
        (Jump("t-1"), "jump t-1"),
        (Dispatch((Field.SADDR,), "m"), "ip saddr vmap @m"),
        (Dispatch((Field.SADDR, Field.L4PROTO, Field.DPORT), "m"), "ip saddr . meta l4proto . th dport vmap @m"),
        (Log('calico"-packet: '), 'log prefix "calico?-packet: " level info'),
        (Log("staged-Deny|s-1: ", 91), 'log prefix "staged-Deny|s-1: " group 91'),
        (Count("r-1"), 'counter name "r-1"'),
        *((verdict, str(verdict)) for verdict in Verdict),
    ],
    ids=str,
)
def test_a_statement(statement: Statement, shown: str) -> None:
    assert text._statement(statement) == shown


def test_a_table_declares_what_it_uses_before_it_is_used() -> None:
    table = Table(
        Family.IP,
        chains={
            "a": Chain("a", (Rule((Compare(Field.SADDR, WEB),), (Goto("b"),), "why"), Rule((), (Verdict.DROP,)))),
            "b": Chain("b", ()),
            "forward": Chain("forward", (Rule((), (Jump("a"),)),), Hook("forward", -5)),
        },
        sets={"s": Set("s", (Key.IPV4, Key.PORT), frozenset({(WEB, 80), (WEB, 443)}), 'says "so"')},
        interval_sets={
            "n": IntervalSet("n", Key.IPV4, (NET,)),
            "q": IntervalSet("q", Key.PORT, Intervals.of([(80, 80), (90, 99)])),
        },
        maps={"m": VerdictMap("m", (Key.IPV4,), {(WEB,): Goto("a")}), "empty": VerdictMap("empty", (Key.IPV6,), {})},
        counters={"c": Counter("c", "counts")},
    )
    assert text.table_text(table) == (
        "table ip percale {\n"
        "\tset n {\n\t\ttype ipv4_addr; flags interval; elements = { 10.0.0.0/8 };\n\t}\n"
        "\tset q {\n\t\ttype inet_service; flags interval; elements = { 80, 90-99 };\n\t}\n"
        '\tcounter c { comment "counts"; }\n'
        '\tset s {\n\t\tcomment "says ?so?"\n'
        "\t\ttype ipv4_addr . inet_service; size 256; elements = { 10.0.0.1 . 443, 10.0.0.1 . 80 };\n\t}\n"
        "\tchain a { }\n\tchain b { }\n"
        "\tmap m {\n\t\ttype ipv4_addr : verdict; size 256; elements = { 10.0.0.1 : goto a };\n\t}\n"
        "\tmap empty {\n\t\ttype ipv6_addr : verdict; size 256;\n\t}\n"
        '\tchain a {\n\t\tip saddr 10.0.0.1 goto b comment "why"\n\t\tdrop\n\t}\n'
        "\tchain b {\n\t}\n"
        "\tchain forward {\n\t\ttype filter hook forward priority -5; policy accept;\n\t\tjump a\n\t}\n"
        "}\n"
    )


@pytest.mark.parametrize(("elements", "size"), [(0, 256), (100, 256), (128, 512), (1000, 2048), (5000, 16384)])
def test_a_set_has_room_to_grow(elements: int, size: int) -> None:
    one = Set("s", (Key.PORT,), frozenset((n,) for n in range(elements)))
    assert f"size {size};" in text._set(one)
    assert size > elements


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("NetworkPolicy shop/web ingress[0]", "NetworkPolicy shop/web ingress[0]"),
        ('a"b\\c', "a?b?c"),
        ("a\nb\x1b[31m\x00\u202e", "a?b?[31m??"),
        ("x" * 121, "x" * 120),
        ("x" * 119 + "é", "x" * 119),
        ("é" * 60, "é" * 60),
    ],
)
def test_a_comment_fits_between_quotes(words: str, shown: str) -> None:
    assert naming.comment(words) == shown
    assert len(shown.encode()) <= 120


def test_names_are_the_same_in_every_process_and_tell_their_parts_apart() -> None:
    assert naming.digest("a", "b") == "8517a6ae90bfaa2c"
    assert (
        len({naming.digest("a", "b"), naming.digest("ab"), naming.digest("a", "b", ""), naming.digest("b", "a")}) == 4
    )
    assert re.fullmatch(r"[0-9a-f]{16}", naming.digest())


_TWO_INEQUALITIES = re.compile(r"th sport != \d+ .*th dport != \d+(?![-\d])")


def test_two_inequalities_of_ports_are_never_left_for_nft_to_merge() -> None:
    """Of `th sport != 1 th dport != 2` nft makes one comparison, which holds as soon as either port differs."""
    assert _TWO_INEQUALITIES.search("th sport != 1 th dport != 2 goto x")
    golden = _golden_world()
    shown = text.ruleset_text(compile_ruleset(golden, golden.workloads)[0])
    assert "th sport != 1-1 th dport != 2-2 goto" in shown
    for seed in range(40):
        world = world_from(Generator(Random(seed)).world()).placed(ADDRESSES)
        ruleset, _ = compile_ruleset(world, world.workloads)
        assert not _TWO_INEQUALITIES.search(text.ruleset_text(ruleset))


@pytest.mark.kernel
def test_nft_keeps_two_ranges_of_ports_apart() -> None:
    require_namespaces()
    apart = Spans(Field.SPORT, 1, 1, negated=True), Spans(Field.DPORT, 2, 2, negated=True)
    chain = Chain("c", (Rule((Compare(Field.L4PROTO, 6), *apart), (Verdict.DROP,)),))
    with NetNs.create() as empty:
        shown = empty.run(("nft", "--debug=netlink", "-f", "-"), stdin=text.table_text(Table(Family.IP, {"c": chain})))
    assert len(re.findall(r"\[ (?:range|cmp) neq reg \d+ 0x\w{8}", shown)) == 2


# The whole of it.


def _golden_world() -> World:
    return world_of(decode(read([str(GOLDEN / "input.yaml")])))


def test_a_whole_ruleset_is_as_it_was_reviewed(request: pytest.FixtureRequest) -> None:
    world, kept = _golden_world(), GOLDEN / "nft.txt"
    ruleset, _ = compile_ruleset(world, world.workloads, NodeSettings(guarded=(strict_network("10.244.0.0/24"),)))
    shown = text.ruleset_text(ruleset)
    if request.config.getoption("--rewrite-golden"):
        kept.write_text(shown, encoding="utf-8")
    assert shown == kept.read_text(encoding="utf-8")


@pytest.mark.kernel
def test_nft_takes_the_whole_ruleset() -> None:
    require_namespaces()
    with NetNs.create() as empty:
        empty.run(("nft", "-f", "-"), stdin=(GOLDEN / "nft.txt").read_text(encoding="utf-8"))
