"""What is loaded replaces what was there, and nothing of ours is left when it is removed."""

import re
from random import Random

import pytest

from agreement import world_from
from percale.dataplane.from_policy import compile_ruleset
from percale.dataplane.nftables.backend import load, remove
from percale.dataplane.nftables.listing import found, our_families
from percale.dataplane.ruleset import Family
from percale.lab.packets import send_all
from percale.lab.scenario import enforce, in_lab, node_settings
from percale.lab.topology import Lab
from percale.traffic.packet import Packet
from percale.traffic.protocols import UDP
from random_worlds import PODS, Generator

pytestmark = pytest.mark.kernel


def test_the_kernel_holds_what_the_last_ruleset_names_and_no_more(lab: Lab) -> None:
    # Base chains and counters outlive what is loaded after them.
    remove(lab.node.run)
    for seed in range(12):
        world = in_lab(world_from(Generator(Random(seed)).world()), lab)
        ruleset, _ = compile_ruleset(world, world.workloads, node_settings(lab))
        loaded = load(ruleset, lab.node.run)
        assert loaded.ruleset == ruleset
        for table in ruleset.tables:
            there, places = found(table.family, lab.node.run), loaded.tables[table.family].places
            assert there.chains == table.chains.keys()
            assert there.sets == {places[name].name for name in (*table.sets, *table.interval_sets)}
            assert there.maps == {places[name].name for name in table.maps}
            assert there.counters == table.counters.keys()


def test_loading_the_same_again_changes_nothing(lab: Lab) -> None:
    world = in_lab(world_from(Generator(Random(5)).world()), lab)
    enforce(world, lab)
    before = _shown(lab)
    enforce(world, lab)
    assert _shown(lab) == before


def _shown(lab: Lab) -> list[str]:
    """Without what counts, what depends on the order in which hash sets were filled, and the other of two names."""
    listing = lab.node.run(("nft", "--stateless", "--terse", "list", "table", "ip", "percale"))
    return sorted(re.sub(r"\.2\b", "", line) for line in listing.splitlines() if "packets" not in line)


def test_tables_of_others_stay_as_they_are(lab: Lab) -> None:
    lab.node.run(("nft", "-f", "-"), stdin="table inet theirs {\nchain c {\n}\n}\n")
    enforce(in_lab(world_from(Generator(Random(1)).world()), lab), lab)
    remove(lab.node.run)
    assert our_families(lab.node.run) == frozenset()
    assert "theirs" in lab.node.run(("nft", "list", "tables"))
    lab.node.run(("nft", "delete", "table", "inet", "theirs"))


def test_removing_nothing_is_no_error(lab: Lab) -> None:
    remove(lab.node.run)
    remove(lab.node.run)


def test_a_pod_nobody_has_told_us_of_gets_nothing_through(lab: Lab) -> None:
    """In the pods' network and in no verdict map: dropped both ways, not let through."""
    world = in_lab(world_from(Generator(Random(1)).world()), lab)
    strangers = [one for one in world.workloads if str(one) == PODS[0]]
    known = tuple(one for one in world.workloads if one not in strangers)
    ruleset, _ = compile_ruleset(world, known, node_settings(lab))
    load(ruleset, lab.node.run)
    (stranger, _), (other, _) = strangers[0].addresses, known[0].addresses
    packets = [(PODS[0], Packet(stranger, other, UDP, 1, 2)), (str(known[0]), Packet(other, stranger, UDP, 3, 4))]
    assert send_all(lab, packets) == frozenset()
    assert Family.IP in our_families(lab.node.run)
