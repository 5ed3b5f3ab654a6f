"""Which directions a policy governs.

Source: Calico's api/pkg/apis/projectcalico/v3/networkpolicy.go.
"""

from typing import Any

import pytest

from builders import OUTSIDE, allow, allowed, kubernetes_policy, pod, policy, tcp, world

ANY: list[Any] = [allow()]
IN, OUT, BOTH = {"ingress"}, {"egress"}, {"ingress", "egress"}

#: The spec, which directions it governs, and which of them it leaves open.
CALICO = [
    pytest.param({}, IN, set(), id="nothing"),
    pytest.param({"types": []}, IN, set(), id="empty types"),
    pytest.param({"ingress": [], "egress": []}, IN, set(), id="empty rules"),
    pytest.param({"ingress": ANY}, IN, IN, id="ingress rules"),
    pytest.param({"egress": ANY}, OUT, OUT, id="egress rules"),
    pytest.param({"ingress": ANY, "egress": ANY}, BOTH, BOTH, id="both rules"),
    pytest.param({"ingress": [], "egress": ANY}, OUT, OUT, id="empty ingress and egress rules"),
    pytest.param({"types": ["Ingress"], "ingress": ANY}, IN, IN, id="Ingress"),
    pytest.param({"types": ["Ingress"]}, IN, set(), id="Ingress without rules denies"),
    pytest.param({"types": ["Egress"]}, OUT, set(), id="Egress without rules denies"),
    pytest.param({"types": ["Ingress", "Egress"]}, BOTH, set(), id="both without rules deny"),
    pytest.param({"types": ["Egress", "Ingress"], "egress": ANY}, BOTH, OUT, id="in any order"),
    pytest.param({"types": ["Ingress"], "egress": ANY}, IN, set(), id="egress rules without Egress are inert"),
    pytest.param({"types": ["Egress"], "ingress": ANY}, OUT, set(), id="ingress rules without Ingress are inert"),
    pytest.param({"types": ["Ingress"], "ingress": ANY, "egress": ANY}, IN, IN, id="explicit types win over rules"),
]

KUBERNETES = [
    pytest.param({}, IN, set(), id="nothing"),
    pytest.param({"policyTypes": []}, IN, set(), id="empty types"),
    pytest.param({"ingress": [{}]}, IN, IN, id="ingress rules"),
    pytest.param({"egress": [{}]}, BOTH, OUT, id="egress rules add Egress to Ingress"),
    pytest.param({"egress": []}, IN, set(), id="empty egress adds nothing"),
    pytest.param({"ingress": [{}], "egress": [{}]}, BOTH, BOTH, id="both rules"),
    pytest.param({"policyTypes": ["Egress"], "egress": [{}]}, OUT, OUT, id="Egress"),
    pytest.param({"policyTypes": ["Egress"]}, OUT, set(), id="Egress without rules denies"),
    pytest.param({"policyTypes": ["Ingress"]}, IN, set(), id="Ingress without rules denies"),
    pytest.param({"policyTypes": ["Ingress", "Egress"]}, BOTH, set(), id="both without rules deny"),
    pytest.param({"policyTypes": ["Ingress"], "egress": [{}]}, IN, set(), id="egress rules without Egress are inert"),
    pytest.param(
        {"policyTypes": ["Egress"], "ingress": [{}]}, OUT, set(), id="ingress rules without Ingress are inert"
    ),
]


def check(manifest: Any, governed: set[str], opened: set[str]) -> None:
    here = world(pod("a/pod"), manifest)
    (found,) = here.policies.policies
    assert set(found.governs) == governed
    ends = {"ingress": (OUTSIDE, "a/pod"), "egress": ("a/pod", OUTSIDE)}
    passing = {direction for direction in BOTH if allowed(here, tcp(here, *ends[direction]))}
    assert passing == BOTH - governed | opened


@pytest.mark.parametrize("name", ["x", "a/x"])
@pytest.mark.parametrize(("spec", "governed", "opened"), CALICO)
def test_a_calico_policy_governs(name: str, spec: dict[str, Any], governed: set[str], opened: set[str]) -> None:
    check(policy(name, **spec), governed, opened)


@pytest.mark.parametrize(("spec", "governed", "opened"), KUBERNETES)
def test_a_kubernetes_policy_governs(spec: dict[str, Any], governed: set[str], opened: set[str]) -> None:
    check(kubernetes_policy("a/x", **spec), governed, opened)
