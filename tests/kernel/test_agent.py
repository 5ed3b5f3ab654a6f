"""The agent as a user starts it: policies that are applied to the store decide about packets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents import AgentProcess, agent_on, sqlite_at
from builders import CALICO, pod, resource
from kernel_support import require_namespaces
from percale.dataplane.nftables.listing import our_families
from percale.datastore.interface import Datastore
from percale.lab.layout import NODE, Attachment, LabPod
from percale.lab.packets import send_all
from percale.lab.topology import Lab
from percale.traffic.addresses import address
from percale.traffic.packet import Packet
from percale.traffic.protocols import UDP
from streams import Stream, flowing

pytestmark = pytest.mark.kernel

CLIENT, SERVER, STRANGER = "shop/client", "shop/server", "shop/stranger"
ADDRESSES = {
    name: (address(f"10.65.0.{n}"), address(f"fd00:65::{n}")) for n, name in enumerate((CLIENT, SERVER, STRANGER), 10)
}
PORT = 7000


def manifest_of(name: str) -> dict[str, object]:
    labels = {"app": name.partition("/")[2]}
    return pod(name, labels, at=map(str, ADDRESSES[name]), nodeName=NODE)


PODS = [manifest_of(name) for name in ADDRESSES]
POOLS = [
    resource(CALICO, "IPPool", name, spec={"cidr": cidr})
    for name, cidr in (("four", "10.65.0.0/16"), ("six", "fd00:65::/64"))
]


def only_from(label: str) -> dict[str, object]:
    allow = {"action": "Allow", "source": {"selector": f"app == '{label}'"}}
    spec = {"selector": "app == 'server'", "types": ["Ingress"], "ingress": [allow]}
    return resource(CALICO, "NetworkPolicy", "shop/server", spec=spec)


@pytest.fixture(scope="module", params=tuple(Attachment))
def node_lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    require_namespaces()
    with Lab.build([LabPod(name, ADDRESSES[name]) for name in ADDRESSES], attachment=request.param) as built:
        yield built


@pytest.fixture
def store(tmp_path: Path) -> Iterator[tuple[Datastore, dict[str, str]]]:
    opened, environment = sqlite_at(tmp_path / "percale.sqlite")
    yield opened, environment
    opened.close()


@pytest.fixture
def agent(node_lab: Lab, store: tuple[Datastore, dict[str, str]]) -> Iterator[AgentProcess]:
    """One that enforces: only the client may send to the server."""
    opened, environment = store
    with agent_on(node_lab.node, environment, "--node", NODE) as one:
        one.apply(*PODS, *POOLS, only_from("client"))
        one.until_caught_up(opened)
        yield one
        one.percale("agent", "--uninstall")


def arrives(lab: Lab, source: str, destination: str = SERVER) -> list[bool]:
    """By each IP version."""
    packets = [
        (source, Packet(one, other, UDP, 40000, PORT))
        for one, other in zip(ADDRESSES[source], ADDRESSES[destination], strict=True)
    ]
    arrived = send_all(lab, packets)
    return [index in arrived for index in range(len(packets))]


def test_what_is_applied_is_enforced(
    node_lab: Lab, agent: AgentProcess, store: tuple[Datastore, dict[str, str]]
) -> None:
    assert arrives(node_lab, CLIENT) == [True, True]
    assert arrives(node_lab, STRANGER) == [False, False]
    agent.apply(only_from("stranger"))
    agent.until_caught_up(store[0])
    assert arrives(node_lab, CLIENT) == [False, False]
    assert arrives(node_lab, STRANGER) == [True, True]
    agent.percale("delete", "networkpolicy", "server", "-n", "shop")
    agent.until_caught_up(store[0])
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


def streams(lab: Lab) -> tuple[Stream, Stream]:
    """Allowed, and forbidden."""
    to = ADDRESSES[SERVER][0]
    server = lab.pods[SERVER]
    return Stream(lab.pods[CLIENT], server, to, PORT), Stream(lab.pods[STRANGER], server, to, PORT + 1)


def expect_true_to_policy(allowed: Stream, forbidden: Stream) -> None:
    assert len(allowed.sent_s) > 100
    assert len(forbidden.sent_s) > 100
    assert (allowed.lost, sorted(forbidden.arrived)) == ([], [])


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
    assert [one["found"].removeprefix("bridge table percale, ") for one in said] == [_BOTH_TABLES] * 3


_BOTH_TABLES = "ip table percale, ip6 table percale"


def test_what_another_program_edits_is_put_right_and_named(node_lab: Lab, agent: AgentProcess) -> None:
    node_lab.node.run(("nft", "insert", "rule", "ip", "percale", "forward", "accept"))
    until_repaired(agent, 1)
    assert arrives(node_lab, STRANGER) == [False, False]
    assert [one["found"] for one in agent.said("tables were changed by another program")] == ["ip chain forward"]


def test_tables_of_others_come_and_go_without_a_word(node_lab: Lab, agent: AgentProcess) -> None:
    before = agent.status()
    node_lab.node.run(("nft", "add", "table", "inet", "theirs"))
    node_lab.node.run(("nft", "delete", "table", "inet", "theirs"))
    agent.apply(only_from("stranger"))
    after = agent.until(lambda one: one.loads > before.loads, "another load")
    assert after.repairs == 0
