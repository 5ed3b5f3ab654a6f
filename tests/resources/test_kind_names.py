"""Names of kinds on the command line."""

import pytest

from percale.resources.kind_names import kind_called, names_of, qualified_name
from percale.resources.kinds import CALICO, KINDS, Kind


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.api_version} {kind.name}")
def test_every_kind_is_found_by_its_qualified_name(kind: Kind) -> None:
    assert names_of(kind)[0] == kind.name.lower()
    assert kind_called(qualified_name(kind) if "/" in kind.api_version else f"{names_of(kind)[1]}.v1") == kind


@pytest.mark.parametrize(
    ("name", "api_version", "kind"),
    [
        ("gnp", CALICO, "GlobalNetworkPolicy"),
        ("GNPS", CALICO, "GlobalNetworkPolicy"),
        ("networkpolicy", CALICO, "NetworkPolicy"),
        ("np", CALICO, "NetworkPolicy"),
        ("netpol", "networking.k8s.io/v1", "NetworkPolicy"),
        ("networkpolicies.networking.k8s.io", "networking.k8s.io/v1", "NetworkPolicy"),
        ("nodes", CALICO, "Node"),
        ("nodes.v1", "v1", "Node"),
        ("po", "v1", "Pod"),
        ("skpol", CALICO, "StagedKubernetesNetworkPolicy"),
    ],
)
def test_names_that_users_type(name: str, api_version: str, kind: str) -> None:
    found = kind_called(name)
    assert found
    assert (found.api_version, found.name) == (api_version, kind)


def test_what_is_no_kind_is_none() -> None:
    assert kind_called("frogs") is None


def test_no_name_means_two_kinds_of_one_group() -> None:
    for group in {kind.api_version for kind in KINDS}:
        names = [name for kind in KINDS if kind.api_version == group for name in set(names_of(kind))]
        assert len(names) == len(set(names))
