"""`percale ruleset`: rules that nft takes, for all pods or those of one node."""

import re
from pathlib import Path

import pytest

from cli.calling import EXAMPLES, SHOP, Calls, Ended
from kernel_support import require_namespaces
from percale.cli.exits import Exit
from percale.host.netns import NetNs

_EXAMPLES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir() and path.name not in ("as-written", "ci"))


def _local(rules: str) -> set[str]:
    """The IPv4 addresses that the rules guard."""
    (elements,) = re.findall(r"set local \{\s+type ipv4_addr; size \d+;(.*)", rules)
    return set(re.findall(r"[0-9.]{7,}", elements))


def test_workloads_without_an_address_are_given_one_and_that_is_said(percale: Calls) -> None:
    ended = percale("ruleset", "-f", SHOP)
    assert (ended.status, len(_local(ended.out))) == (Exit.YES, 7)
    assert ended.err == "4 workloads have no address yet: they get one of 10.65.0.0/16, fd00:65::/64\n"
    assert percale("ruleset", "-q", "-f", SHOP).err == ""


@pytest.mark.parametrize(("node", "guarded"), [("one", {"10.1.2.3"}), ("two", {"10.1.2.4"})])
def test_a_node_guards_its_own_pods_only(percale: Calls, node: str, guarded: set[str]) -> None:
    ended = percale("ruleset", "-q", "-f", SHOP, "--node", node)
    assert (ended.status, _local(ended.out)) == (Exit.YES, guarded)


def test_a_node_without_anything_is_no_node(percale: Calls) -> None:
    assert percale("ruleset", "-q", "-f", SHOP, "--node", "three") == Ended(
        Exit.USAGE, err="error: nothing of the input is on a node called `three`\n"
    )


def test_the_same_input_gives_the_same_rules(percale: Calls, tmp_path: Path) -> None:
    documents = Path(SHOP).read_text(encoding="utf-8").split("---\n")
    reversed_ = tmp_path / "shop.yaml"
    reversed_.write_text("---\n".join(reversed(documents)), encoding="utf-8")
    node = ("--node", "two", "-q")
    assert percale("ruleset", "-f", SHOP, *node).out == percale("ruleset", "-f", str(reversed_), *node).out


_STAGED = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
---
apiVersion: projectcalico.org/v3
kind: StagedGlobalNetworkPolicy
metadata: {name: trial}
spec: {selector: all()}
"""


@pytest.mark.parametrize(("log", "where"), [("91", "group 91"), ("0", "group 0"), ("kernel", "level info")])
def test_what_staged_policies_would_do_is_logged_where_it_is_wanted(
    percale: Calls, tmp_path: Path, log: str, where: str
) -> None:
    (tmp_path / "trial.yaml").write_text(_STAGED, encoding="utf-8")
    plain = percale("ruleset", "-q", "-f", str(tmp_path))
    assert "log prefix" not in plain.out
    logging = percale("ruleset", "-q", "-f", str(tmp_path), "--log-staged", log)
    lines = [line.strip() for line in logging.out.splitlines() if "log prefix" in line]
    assert lines
    told = rf'limit rate 100/second burst 200 packets log prefix "staged-Deny\|s-[0-9a-f]{{16}}: " {where}'
    assert all(re.fullmatch(told, line) for line in lines)


@pytest.mark.parametrize("log", ["65536", "-1", "syslog", ""])
def test_no_other_place_takes_logs(percale: Calls, log: str) -> None:
    ended = percale("ruleset", "-f", SHOP, f"--log-staged={log}")
    assert ended.status == Exit.USAGE
    assert "write a number from 0 to 65535" in ended.err


@pytest.mark.kernel
@pytest.mark.parametrize("example", _EXAMPLES)
def test_nft_takes_the_rules_of_every_example(percale: Calls, example: str) -> None:
    require_namespaces()
    # Of a set of policies alone there is no pod to guard, and the rules are still rules.
    ended = percale("ruleset", "-q", "-f", str(EXAMPLES / example))
    assert ended.status == Exit.YES
    with NetNs.create() as empty:
        empty.run(("nft", "-c", "-f", "-"), stdin=ended.out)
        empty.run(("nft", "-f", "-"), stdin=ended.out)
        assert empty.run(("nft", "list", "tables")) == "table ip percale\ntable ip6 percale\n"
