"""Rulesets one after another in a kernel that is a model, and packets that are judged on the way."""

from collections.abc import Sequence
from random import Random

from agreement import world_from
from dataplane.kernel_model import KernelModel
from dataplane.rule_reading import FORWARDED, FROM_NODE, TO_NODE, Passage, passes
from percale.dataplane.changes import Steps
from percale.dataplane.difference import difference
from percale.dataplane.from_policy import compile_ruleset
from percale.dataplane.loaded import Loaded
from percale.dataplane.ruleset import Family, Ruleset, Table
from percale.lab.layout import NODE, OUTSIDE, Attachment, LabPlan, LabPod, Layout
from percale.lab.scenario import in_lab, node_settings
from percale.traffic.packet import Packet
from random_hosts import CONTAINERS, HostGenerator
from random_worlds import ADDRESSES, ELSEWHERE, PODS, Manifest


class Story:
    """A kernel that starts empty, and what it is thought to have."""

    def __init__(self) -> None:
        self.kernel = KernelModel()
        self.loaded = Loaded()

    def go_to(self, ruleset: Ruleset) -> Steps:
        steps, self.loaded = difference(self.loaded, ruleset)
        for transaction in steps.transactions:
            self.kernel.apply(transaction)
        return steps

    def go_watched(self, ruleset: Ruleset, watched: Sequence[Passage]) -> int:
        """Each packet is judged as before or as after, and by no transaction but one otherwise than by the one before.

        Returns how many change their fate.
        """
        steps, self.loaded = difference(self.loaded, ruleset)
        before, ready = self.kernel, self.kernel.after(steps.prepare)
        switched = ready.after(steps.switch)
        self.kernel = switched.after(steps.clear)
        changed = 0
        for one in watched:
            old, new = passes(one, before, before), passes(one, self.kernel, self.kernel)
            assert [passes(one, before, ready), passes(one, ready, ready)] == [old, old], (one, steps)
            assert passes(one, switched, switched) in (old, new), (one, steps)
            assert passes(one, switched, self.kernel) in (old, new), (one, steps)
            changed += old != new
        return changed

    def go_watched_in_flight(self, ruleset: Ruleset, watched: Sequence[Passage]) -> None:
        """Also a packet with the rules of before and the sets of after is judged by the one or the other."""
        before = self.kernel
        self.go_to(ruleset)
        for one in watched:
            fates = [passes(one, rules, rules) for rules in (before, self.kernel)]
            assert passes(one, before, self.kernel) in fates, one

    @property
    def tables(self) -> dict[Family, Table]:
        return {family: one.table(self.loaded.tables[family]) for family, one in self.kernel.tables.items()}


def tables_of(ruleset: Ruleset) -> dict[Family, Table]:
    return {one.family: one for one in ruleset.tables}


def layout(attachment: Attachment) -> Layout:
    pods = [*(LabPod(name, ADDRESSES[name]) for name in PODS), *CONTAINERS]
    return Layout(LabPlan.of(pods, attachment=attachment, outside_addresses=ELSEWHERE))


def compiled(manifests: Sequence[Manifest], where: Layout) -> Ruleset:
    world = in_lab(world_from(manifests), where)
    return compile_ruleset(world, world.workloads, node_settings(where))[0]


def passages(seed: int, where: Layout, count: int) -> list[Passage]:
    generator = HostGenerator(Random(seed))
    sent = [generator.host_packet(where.node_addresses) for _ in range(count)]
    packets = [generator.packet(ELSEWHERE) for _ in range(count)]
    sent += [(where.owner_of(one.source) or OUTSIDE, one) for one in packets]
    return [_passage(where, *one) for one in sent]


def _passage(where: Layout, sender: str, packet: Packet) -> Passage:
    receiver = where.owner_of(packet.destination) or OUTSIDE
    hooks = TO_NODE if receiver == NODE else FROM_NODE if sender == NODE else FORWARDED
    return Passage(packet, hooks, *(where.incoming_interface(one) or "lo" for one in (sender, receiver)))
