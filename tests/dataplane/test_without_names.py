"""Rules that ask for domain names, left out where that lets less through and nowhere else."""

from typing import Any

import pytest

from builders import CALICO, Manifest, pod, resource, world
from percale.dataplane.enforceable import NotEnforceable
from percale.dataplane.from_policy import compile_ruleset
from percale.dataplane.without_names import without_names

WEB = pod("shop/web", {"app": "web"})
NAMES = resource(CALICO, "GlobalNetworkSet", "names", {"is": "name"}, spec={"allowedEgressDomains": ["a.example"]})


def policy(*egress: dict[str, Any]) -> Manifest:
    return resource(CALICO, "NetworkPolicy", "shop/out", spec={"types": ["Egress"], "egress": list(egress)})


BY_NAME = {"action": "Allow", "destination": {"domains": ["b.example"]}}
BY_ADDRESS = {"action": "Allow", "destination": {"nets": ["192.0.2.0/24"]}}
BY_SET = {"action": "Allow", "destination": {"selector": "is == 'name'", "namespaceSelector": "global()"}}


@pytest.mark.parametrize(
    ("rules", "paths", "left"),
    [
        ([BY_ADDRESS], [], ["egress[0]"]),
        ([BY_NAME, BY_ADDRESS], ["egress[0]"], ["egress[1]"]),
        ([BY_ADDRESS, BY_SET], ["egress[1]"], ["egress[0]", "egress[1]"]),
    ],
)
def test_what_allows_by_name_is_left_out(rules: list[dict[str, Any]], paths: list[str], left: list[str]) -> None:
    found, left_out = without_names(world(WEB, NAMES, policy(*rules)))
    assert list(left_out) == [f"NetworkPolicy shop/out {path}" for path in paths]
    (only,) = found.policies.policies
    assert [rule.path for rule in only.egress] == left
    compile_ruleset(found, found.workloads)


def test_a_policy_whose_every_rule_is_left_out_still_isolates() -> None:
    found, _ = without_names(world(WEB, policy(BY_NAME)))
    (only,) = found.policies.policies
    assert (only.egress, len(only.governs)) == ((), 1)


@pytest.mark.parametrize(
    "rule",
    [
        {**BY_SET, "action": "Deny"},
        {"action": "Allow", "destination": {"notSelector": "is == 'name'", "namespaceSelector": "global()"}},
    ],
)
def test_what_would_let_more_through_stays_and_is_refused(rule: dict[str, Any]) -> None:
    given = world(WEB, NAMES, policy(BY_NAME, rule))
    found, left_out = without_names(given)
    assert (found, left_out) == (given, ())
    with pytest.raises(NotEnforceable):
        compile_ruleset(found, found.workloads)
