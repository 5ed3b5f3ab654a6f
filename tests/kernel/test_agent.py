"""The agent as a user starts it: policies that are applied to the store decide about packets."""

from collections.abc import Iterator

import pytest

from agents import AgentProcess
from kernel_support import require_namespaces
from percale.dataplane.nftables.listing import our_families
from percale.datastore.interface import Datastore
from percale.host.commands import CommandFailed
from percale.lab.layout import NODE, Attachment
from percale.lab.topology import Lab
from shop_lab import CLIENT, STRANGER, arrives, build_shop, enforced, expect_true_to_policy, only_from, streams
from streams import flowing

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module", params=tuple(Attachment))
def node_lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    require_namespaces()
    with build_shop(request.param) as built:
        yield built


@pytest.fixture
def agent(node_lab: Lab, sqlite: tuple[Datastore, dict[str, str]]) -> Iterator[AgentProcess]:
    with enforced(node_lab, *sqlite) as one:
        yield one


def test_what_is_applied_is_enforced(
    node_lab: Lab, agent: AgentProcess, sqlite: tuple[Datastore, dict[str, str]]
) -> None:
    assert arrives(node_lab, CLIENT) == [True, True]
    assert arrives(node_lab, STRANGER) == [False, False]
    agent.apply(only_from("stranger"))
    agent.until_caught_up(sqlite[0])
    assert arrives(node_lab, CLIENT) == [False, False]
    assert arrives(node_lab, STRANGER) == [True, True]
    agent.percale("delete", "networkpolicy", "server", "-n", "shop")
    agent.until_caught_up(sqlite[0])
    assert arrives(node_lab, CLIENT) == arrives(node_lab, STRANGER) == [True, True]


def test_the_status_says_what_is_in_the_kernel(agent: AgentProcess) -> None:
    found = agent.status()
    assert (found.node, found.mode, found.endpoints, found.policies, found.unattached) == (NODE, "enforce", 3, 1, ())
    shown = agent.percale("status")
    assert "in sync:" in shown.stdout
    assert agent.stop() == 0
    assert agent.percale("status", check=False).returncode == 4


def test_rules_stay_when_the_agent_ends_and_go_on_request(node_lab: Lab, agent: AgentProcess) -> None:
    agent.stop()
    assert arrives(node_lab, STRANGER) == [False, False]
    agent.percale("agent", "--uninstall")
    assert our_families(node_lab.node.run) == frozenset()
    assert arrives(node_lab, STRANGER) == [True, True]


def test_nothing_leaks_or_is_lost_when_the_agent_is_killed_and_started_again(
    node_lab: Lab, agent: AgentProcess
) -> None:
    allowed, forbidden = streams(node_lab)
    with flowing(allowed, forbidden):
        allowed.until_sent(300)
        agent.kill()
        allowed.until_sent(300)
        agent.start()
        agent.until(lambda one: one.in_sync, "in sync again")
        allowed.until_sent(300)
    expect_true_to_policy(allowed, forbidden)


def until_repaired(agent: AgentProcess, times: int) -> None:
    agent.until(lambda one: one.repairs == times and one.in_sync, f"repaired {times} times")


def test_a_flush_by_another_program_is_repaired_within_a_second(node_lab: Lab, agent: AgentProcess) -> None:
    """In the best of a few, as other programs keep the machine busy; what is allowed is never lost."""
    allowed, forbidden = streams(node_lab)
    taken_s = []
    with flowing(allowed, forbidden):
        for number in range(1, 4):
            allowed.until_sent(200)
            before = len(forbidden.arrived)
            node_lab.node.run(("nft", "flush", "ruleset"))
            until_repaired(agent, number)
            forbidden.until_sent(200)
            leaked = [forbidden.sent_s[one] for one in sorted(forbidden.arrived)[before:]]
            taken_s.append(leaked[-1] - leaked[0] if leaked else 0.0)
    print("flush repaired in", ", ".join(f"{one * 1000:.0f} ms" for one in taken_s))  # noqa: T201  figures to be read
    assert allowed.lost == []
    assert min(taken_s) < 1
    said = agent.said("tables were changed by another program")
    assert [_BOTH_TABLES in one["found"] for one in said] == [True] * 3


_BOTH_TABLES = "ip table percale, ip6 table percale"


def test_what_another_program_edits_is_put_right_and_named(node_lab: Lab, agent: AgentProcess) -> None:
    node_lab.node.run(("nft", "insert", "rule", "ip", "percale", "forward", "accept"))
    until_repaired(agent, 1)
    assert arrives(node_lab, STRANGER) == [False, False]
    said = agent.said("tables were changed by another program")
    assert [one["found"] for one in said] == ["ip chain forward"]


def test_tables_of_others_come_and_go_without_a_word(node_lab: Lab, agent: AgentProcess) -> None:
    before = agent.status()
    node_lab.node.run(("nft", "add", "table", "inet", "theirs"))
    node_lab.node.run(("nft", "delete", "table", "inet", "theirs"))
    agent.apply(only_from("stranger"))
    after = agent.until(lambda one: one.loads > before.loads, "another load")
    assert after.repairs == 0


def holds_tables(agent: AgentProcess) -> bool:
    """Not before Linux 6.9, which the agent says."""
    return not agent.said("tables cannot be held")


def test_tables_that_are_held_are_changed_by_nobody_else(
    node_lab: Lab, sqlite: tuple[Datastore, dict[str, str]]
) -> None:
    with enforced(node_lab, *sqlite, "--tables", "held") as agent:
        if not holds_tables(agent):
            pytest.skip("NOT TESTED: this kernel cannot hold tables for a process")
        allowed, forbidden = streams(node_lab)
        with flowing(allowed, forbidden):
            allowed.until_sent(200)
            for _ in range(3):
                node_lab.node.run(("nft", "flush", "ruleset"))
                allowed.until_sent(100)
            with pytest.raises(CommandFailed, match="Operation not permitted"):
                node_lab.node.run(("nft", "insert", "rule", "ip", "percale", "forward", "accept"))
        expect_true_to_policy(allowed, forbidden)
        assert agent.status().repairs == 0
        assert agent.percale("agent", "--uninstall", check=False).returncode == 4
        assert arrives(node_lab, STRANGER) == [False, False]
