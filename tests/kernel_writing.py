"""Whole rulesets as the transactions that make them in an empty kernel, and into a lab by netlink."""

from percale.dataplane.changes import Transaction
from percale.dataplane.difference import difference
from percale.dataplane.from_policy import compile_ruleset
from percale.dataplane.loaded import Loaded
from percale.dataplane.netlink.writer import NetlinkWriter
from percale.dataplane.nftables.backend import remove
from percale.dataplane.ruleset import Ruleset
from percale.host.netfilter_socket import NetfilterSocket
from percale.lab.scenario import node_settings
from percale.lab.topology import Lab
from percale.policy.world import World


def enforce_by_netlink(world: World, lab: Lab) -> None:
    """As `enforce`, with nobody else's tables lost, and none held: the next test may load its own."""
    ruleset, _ = compile_ruleset(world, world.workloads, node_settings(lab))
    remove(lab.node.run)
    with NetfilterSocket.within(lab.node) as netlink:
        NetlinkWriter(netlink, holds_tables=False).apply(creating(ruleset))


def creating(ruleset: Ruleset) -> tuple[Transaction, ...]:
    return difference(Loaded(), ruleset)[0].transactions
