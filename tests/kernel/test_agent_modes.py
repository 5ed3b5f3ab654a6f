"""What else an agent can be asked to do than to enforce and to stay."""

import signal
import urllib.request
from collections.abc import Iterator

import pytest

from agents import agent_on, put
from builders import CALICO, resource
from etcd_servers import free_port
from kernel_support import require_namespaces
from percale.dataplane.nftables.listing import our_families
from percale.datastore.interface import Datastore
from percale.lab.layout import NODE
from percale.lab.topology import Lab
from relays import relayed_from
from shop_lab import CLIENT, PODS, POOLS, STRANGER, arrives, build_shop, enforced, only_from

pytestmark = pytest.mark.kernel

Store = tuple[Datastore, dict[str, str]]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    require_namespaces()
    with build_shop() as built:
        yield built


def counted(lab: Lab) -> int:
    """Packets that staged rules have counted."""
    lines = lab.node.run(("nft", "list", "counters", "table", "ip", "percale")).splitlines()
    return sum(int(line.split()[1]) for line in lines if line.split()[:1] == ["packets"])


def test_staged_counts_and_drops_nothing(lab: Lab, sqlite: Store) -> None:
    with enforced(lab, *sqlite, "--mode", "staged") as agent:
        before = counted(lab)
        assert arrives(lab, CLIENT) == arrives(lab, STRANGER) == [True, True]
        assert counted(lab) > before
        assert agent.status().mode == "staged"


def test_off_takes_everything_away_and_follows_on(lab: Lab, sqlite: Store) -> None:
    with enforced(lab, *sqlite):
        assert our_families(lab.node.run)
        assert arrives(lab, STRANGER) == [False, False]
    with enforced(lab, *sqlite, "--mode", "off") as agent:
        assert our_families(lab.node.run) == frozenset()
        assert arrives(lab, STRANGER) == [True, True]
        put(sqlite[0], only_from("nobody"))
        agent.until_caught_up(sqlite[0])
        assert our_families(lab.node.run) == frozenset()


def test_once_enforces_and_ends(lab: Lab, sqlite: Store) -> None:
    store, environment = sqlite
    put(store, *PODS, *POOLS, only_from("client"))
    with agent_on(lab.node, environment, started=False) as agent:
        done = agent.percale("agent", "--node", NODE, "--once")
        assert done.stderr == f"enforced revision {len(PODS) + len(POOLS) + 1}: 3 endpoints, 1 policy\n"
        assert arrives(lab, CLIENT) == [True, True]
        assert arrives(lab, STRANGER) == [False, False]
        agent.percale("agent", "--uninstall")
        assert our_families(lab.node.run) == frozenset()


def test_once_tells_of_what_is_invalid_and_enforces_the_rest(lab: Lab, sqlite: Store) -> None:
    store, environment = sqlite
    bad = resource(CALICO, "NetworkPolicy", "shop/bad", spec={"selector": "((("})
    put(store, *PODS, *POOLS, only_from("client"), bad)
    with agent_on(lab.node, environment, started=False) as agent:
        done = agent.percale("agent", "--node", NODE, "--once", check=False)
        assert done.returncode == 3
        assert "NetworkPolicy(shop/bad): spec.selector: " in done.stderr
        assert arrives(lab, STRANGER) == [False, False]
        agent.percale("agent", "--uninstall")


def test_once_without_a_store_changes_nothing(lab: Lab, sqlite: Store) -> None:
    environment = {**sqlite[1], "PERCALE_SQLITE_PATH": "/nowhere/at/all"}
    with agent_on(lab.node, environment, started=False) as agent:
        assert agent.percale("agent", "--once", check=False).returncode == 4
        assert our_families(lab.node.run) == frozenset()


def test_a_second_agent_is_refused(lab: Lab, sqlite: Store) -> None:
    with enforced(lab, *sqlite) as agent:
        assert agent.percale("agent", "--node", NODE, check=False).returncode == 4
        assert arrives(lab, STRANGER) == [False, False]


def test_a_hangup_has_everything_looked_at_again(lab: Lab, sqlite: Store) -> None:
    with enforced(lab, *sqlite) as agent:
        before = agent.status()
        assert agent.process
        agent.process.send_signal(signal.SIGHUP)
        after = agent.until(lambda one: one.loads > before.loads and one.in_sync, "loaded again")
        assert (after.repairs, after.failures, after.store_losses) == (0, 0, 0)


def test_health_and_metrics_are_served(lab: Lab, sqlite: Store) -> None:
    port = free_port()
    with (
        enforced(lab, *sqlite, "--health", f"127.0.0.1:{port}"),
        relayed_from(lab.node, port) as here,
        urllib.request.urlopen(f"http://127.0.0.1:{here}/metrics", timeout=60) as answer,
    ):
        assert b"percale_in_sync 1.0" in answer.read()


def test_the_right_to_administer_the_network_is_enough(lab: Lab, sqlite: Store) -> None:
    """The only one that the unit and the DaemonSet of `deploy/` give it."""
    by = ("setpriv", "--bounding-set", "-all,+net_admin", "--inh-caps", "-all", "--no-new-privs")
    with enforced(lab, *sqlite, "--established", "cut", by=by) as agent:
        assert arrives(lab, CLIENT) == [True, True]
        assert arrives(lab, STRANGER) == [False, False]
        assert agent.status().unattached == ()
