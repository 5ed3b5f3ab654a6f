"""From one ruleset in the kernel to the next: exactly, and without a packet between the two."""

from random import Random

import pytest

from agreement import world_from
from dataplane.kernel_model import KernelModel, Refused
from dataplane.rule_reading import FORWARDED, passes
from dataplane.update_stories import Story, compiled, layout, passages, tables_of
from mutated_worlds import mutated, mutated_hosts
from percale.dataplane.changes import (
    AddElements,
    CreateChain,
    CreateCounter,
    CreateIntervalSet,
    CreateMap,
    CreateSet,
    CreateTable,
    DeleteChain,
    DeleteCounter,
    DeleteMap,
    DeleteSet,
    DeleteTable,
    FillChain,
    Operation,
    RemoveElements,
    Steps,
)
from percale.dataplane.difference import difference
from percale.dataplane.loaded import Found, Place, as_found
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
    Lookup,
    Rule,
    Ruleset,
    Set,
    Table,
    Verdict,
    VerdictMap,
)
from percale.lab.layout import Attachment
from percale.lab.scenario import in_lab
from percale.policy.verdict import judge
from percale.traffic.addresses import Address, address, strict_network
from random_hosts import HostGenerator
from random_worlds import Generator

IP = Family.IP
A, B, C = map(address, ("10.0.0.1", "10.0.0.2", "10.0.0.3"))
HOOK = Hook("forward", -5)
OPEN, SHUT = (Rule((), (Verdict.ACCEPT,)),), (Rule((), (Verdict.DROP,)),)
ASKS_MAP = (Rule((), (Dispatch((Field.SADDR,), "m"),)),)
ASKS_SET = (Rule((Lookup((Field.SADDR,), "s"),), (Verdict.DROP,)),)
ASKS_NETS = (Rule((Lookup((Field.SADDR,), "n"),), (Verdict.DROP,)),)


def base(*rules: Rule, hook: Hook = HOOK) -> Chain:
    return Chain("forward", rules, hook)


def ruleset(*objects: Chain | Set | IntervalSet | VerdictMap | Counter) -> Ruleset:
    table = Table(
        IP,
        {one.name: one for one in objects if isinstance(one, Chain)},
        {one.name: one for one in objects if isinstance(one, Set)},
        {one.name: one for one in objects if isinstance(one, IntervalSet)},
        {one.name: one for one in objects if isinstance(one, VerdictMap)},
        {one.name: one for one in objects if isinstance(one, Counter)},
    )
    return Ruleset((table,))


def of(*addresses: Address) -> Set:
    return Set("s", (Key.IPV4,), frozenset((one,) for one in addresses))


def going(**targets: str) -> VerdictMap:
    return VerdictMap("m", (Key.IPV4,), {({"a": A, "b": B, "c": C}[key],): Goto(to) for key, to in targets.items()})


def steps_between(before: Ruleset, after: Ruleset) -> Steps:
    story = Story()
    story.go_to(before)
    steps = story.go_to(after)
    assert story.tables == tables_of(after)
    return steps


A_OPEN, A_SHUT = Chain("a", OPEN), Chain("b", SHUT)


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        pytest.param(
            ruleset(base(*ASKS_SET), of(A)),
            ruleset(base(*ASKS_SET), of(B)),
            Steps(switch=(RemoveElements(IP, of(A)), AddElements(IP, of(B)))),
            id="a set changes in place",
        ),
        pytest.param(
            ruleset(base(*ASKS_MAP), A_OPEN, going(a="a")),
            ruleset(base(*ASKS_MAP), A_OPEN, going(a="a", b="a")),
            Steps(switch=(AddElements(IP, going(b="a")),)),
            id="an endpoint joins a class",
        ),
        pytest.param(
            ruleset(base(*ASKS_MAP), A_OPEN, going(a="a")),
            ruleset(base(*ASKS_MAP), A_OPEN, A_SHUT, going(a="a", b="b")),
            Steps(
                prepare=(CreateChain(IP, "b"), FillChain(IP, A_SHUT)),
                switch=(AddElements(IP, going(b="b")),),
            ),
            id="an endpoint comes with a class of its own",
        ),
        pytest.param(
            ruleset(base(*ASKS_MAP), A_OPEN, A_SHUT, going(a="a", b="b")),
            ruleset(base(*ASKS_MAP), A_OPEN, going(a="a")),
            Steps(
                switch=(RemoveElements(IP, going(b="b")),),
                clear=(FillChain(IP, Chain("b", ())), DeleteChain(IP, "b")),
            ),
            id="an endpoint leaves, the last of its class",
        ),
        pytest.param(
            ruleset(base(*OPEN), Counter("c", "")),
            ruleset(base(Rule((), (Count("d"),)), *SHUT), Counter("d", "")),
            Steps(
                prepare=(CreateCounter(IP, Counter("d", "")),),
                switch=(FillChain(IP, base(Rule((), (Count("d"),)), *SHUT)),),
                clear=(DeleteCounter(IP, "c"),),
            ),
            id="a base chain has other rules",
        ),
        pytest.param(
            ruleset(base(*OPEN)),
            ruleset(base(*ASKS_NETS), IntervalSet("n", Key.IPV4, (strict_network("10.0.0.0/8"),))),
            Steps(
                prepare=(
                    CreateIntervalSet(IP, "n", Key.IPV4),
                    AddElements(IP, IntervalSet("n", Key.IPV4, (strict_network("10.0.0.0/8"),))),
                ),
                switch=(FillChain(IP, base(*ASKS_NETS)),),
            ),
            id="a set of networks is filled beforehand",
        ),
        pytest.param(
            ruleset(base(*ASKS_SET), of()),
            ruleset(base(*OPEN)),
            Steps(switch=(FillChain(IP, base(*OPEN)),), clear=(DeleteSet(IP, "s"),)),
            id="a set is deleted when no rule looks into it any more",
        ),
        pytest.param(
            ruleset(base(*OPEN)),
            Ruleset((Table(Family.IP6),)),
            Steps(prepare=(CreateTable(Family.IP6),), clear=(DeleteTable(IP),)),
            id="another family",
        ),
        pytest.param(ruleset(base(*OPEN)), ruleset(base(*OPEN)), Steps(), id="nothing"),
    ],
)
def test_steps(before: Ruleset, after: Ruleset, steps: Steps) -> None:
    assert steps_between(before, after) == steps


def test_an_endpoint_that_changes_its_class_is_found_in_another_map() -> None:
    classes = (A_OPEN, A_SHUT)
    steps = steps_between(
        ruleset(base(*ASKS_MAP), *classes, going(a="a", b="a")), ruleset(base(*ASKS_MAP), *classes, going(a="a", b="b"))
    )
    other = VerdictMap("m.2", (Key.IPV4,), going(a="a", b="b").elements)
    asks_other = Rule((), (Dispatch((Field.SADDR,), "m.2"),))
    assert steps == Steps(
        prepare=(CreateMap(IP, "m.2", (Key.IPV4,), 256), AddElements(IP, other)),
        switch=(FillChain(IP, base(asks_other)),),
        clear=(DeleteMap(IP, "m"),),
    )


def test_a_set_that_is_full_gives_its_place_to_a_larger_one() -> None:
    many = tuple(strict_network("10.1.0.0/16")[number] for number in range(300))
    story = Story()
    story.go_to(ruleset(base(*ASKS_SET), of(*many[:200])))
    assert story.loaded.tables[IP].places == {"s": Place("s", 512)}
    assert not story.go_to(ruleset(base(*ASKS_SET), of(*many))).prepare
    steps = story.go_to(ruleset(base(*ASKS_SET), of(*map(address, (f"10.2.{n >> 8}.{n & 255}" for n in range(300))))))
    assert steps.prepare[0] == CreateSet(IP, "s.2", (Key.IPV4,), 1024)
    assert story.loaded.tables[IP].places == {"s": Place("s.2", 1024)}


def test_elements_that_go_take_their_room_until_the_transaction_is_over() -> None:
    most = [address(f"10.2.{n >> 8}.{n & 255}") for n in range(520)]
    steps = steps_between(ruleset(base(*ASKS_SET), of(*most[:250])), ruleset(base(*ASKS_SET), of(*most[250:])))
    assert isinstance(steps.prepare[0], CreateSet)


def test_what_is_asked_by_rules_that_change_does_not_change_in_place() -> None:
    """A packet with the old rules and the new elements would be judged by neither."""
    other = (Rule((Compare(Field.L4PROTO, 6), *ASKS_SET[0].matches), (Verdict.DROP,)),)
    steps = steps_between(ruleset(base(*ASKS_SET), of(A)), ruleset(base(*other), of(B)))
    assert [type(one) for one in steps.switch] == [FillChain]
    assert [one.name for one in steps.prepare if isinstance(one, CreateSet)] == ["s.2"]


def test_a_base_chain_at_another_priority_hangs_beside_the_old_one_first() -> None:
    steps = steps_between(ruleset(base(*SHUT)), ruleset(base(*SHUT, hook=Hook("forward", -6))))
    moved = Chain("forward.2", SHUT, Hook("forward", -6))
    assert steps == Steps(
        prepare=(CreateChain(IP, "forward.2", Hook("forward", -6)),),
        switch=(FillChain(IP, moved),),
        clear=(FillChain(IP, Chain("forward", (), HOOK)), DeleteChain(IP, "forward")),
    )


def test_of_what_somebody_else_has_loaded_nothing_is_believed_but_counters() -> None:
    known = Story()
    known.go_to(ruleset(base(*ASKS_MAP, *ASKS_SET), A_OPEN, going(a="a"), of(A), Counter("c", "")))
    there = Found(frozenset({"forward", "a"}), {"forward": HOOK}, frozenset({"s"}), frozenset({"m"}), frozenset({"c"}))
    known.loaded = as_found([(IP, there)])
    steps = known.go_to(wanted := ruleset(base(*ASKS_MAP, *ASKS_SET), A_OPEN, going(b="a"), of(B), Counter("c", "")))
    assert known.tables == tables_of(wanted)
    made = [one.name for one in steps.prepare if isinstance(one, CreateSet | CreateMap)]
    filled = [one.chain.name for one in steps.switch if isinstance(one, FillChain)]
    assert (made, filled) == (["s.2", "m.2"], ["forward", "a"])
    assert steps.clear == (DeleteMap(IP, "m"), DeleteSet(IP, "s"))


@pytest.mark.parametrize(
    "transaction",
    [
        (CreateChain(IP, "new"), AddElements(IP, going(b="new"))),
        (RemoveElements(IP, going(a="a")), AddElements(IP, VerdictMap("m", (Key.IPV4,), {(A,): Jump("a")}))),
        (CreateMap(IP, "x", (Key.IPV4,), 1), FillChain(IP, base(Rule((), (Dispatch((Field.SADDR,), "x"),))))),
        (FillChain(IP, base()), FillChain(IP, base(*OPEN)), DeleteMap(IP, "m")),
        (DeleteMap(IP, "m"),),
        (FillChain(IP, base(Rule((), (Goto("nowhere"),)))),),
        (DeleteChain(IP, "a"),),
        (AddElements(IP, going(a="a")),),
        (RemoveElements(IP, going(b="a")),),
    ],
)
def test_the_model_of_the_kernel_refuses(transaction: tuple[Operation, ...]) -> None:
    story = Story()
    story.go_to(ruleset(base(*ASKS_MAP), A_OPEN, going(a="a")))
    with pytest.raises(Refused):
        story.kernel.apply(transaction)
    assert isinstance(story.kernel, KernelModel)


# Random worlds.

_WORLDS = 12


@pytest.mark.parametrize("seed", range(_WORLDS))
def test_every_packet_is_judged_by_the_one_ruleset_or_by_the_other(seed: int) -> None:
    where = layout((Attachment.ROUTED, Attachment.BRIDGED)[seed % 2])
    story, watched, changed = Story(), passages(seed, where, 30), 0
    manifests = HostGenerator(Random(seed)).host_world()
    worlds = [manifests, mutated_hosts(manifests, seed), mutated(manifests, seed), manifests]
    story.go_to(compiled(worlds[0], where))
    for one in worlds[1:]:
        changed += story.go_watched(compiled(one, where), watched)
        assert story.tables == tables_of(compiled(one, where))
    assert difference(story.loaded, compiled(manifests, where))[0] == Steps()


@pytest.mark.parametrize("seed", range(_WORLDS))
def test_a_packet_in_flight_while_policies_change_is_judged_by_the_one_ruleset_or_by_the_other(seed: int) -> None:
    where, story = layout(Attachment.ROUTED), Story()
    manifests = HostGenerator(Random(seed)).host_world()
    story.go_to(compiled(manifests, where))
    story.go_watched_in_flight(compiled(mutated(manifests, seed, policies_only=True), where), passages(seed, where, 30))


def test_worlds_at_random_change_the_fate_of_packets() -> None:
    """Or nothing would be seen above."""
    where = layout(Attachment.ROUTED)
    changed = 0
    for seed in range(_WORLDS):
        manifests, story = HostGenerator(Random(seed)).host_world(), Story()
        story.go_to(compiled(manifests, where))
        changed += story.go_watched(compiled(mutated_hosts(manifests, seed), where), passages(seed, where, 30))
    assert changed > 30


@pytest.mark.parametrize("seed", range(12))
def test_rules_are_read_as_the_judge_means_them(seed: int) -> None:
    where, story = layout(Attachment.ROUTED), Story()
    manifests = Generator(Random(seed)).world()
    story.go_to(compiled(manifests, where))
    world = in_lab(world_from(manifests), where)
    for one in passages(seed, where, 60):
        # Of ICMP, connection tracking knows what opens no flow.
        if one.hooks == FORWARDED and not one.packet.is_icmp:
            assert passes(one, story.kernel, story.kernel) == judge(world, one.packet).allowed
