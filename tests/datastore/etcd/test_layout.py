"""Where resources are in etcd."""

from itertools import pairwise

import pytest

from builders import CALICO
from percale.datastore.etcd.layout import ALL, Path, path_in, paths_of, ranges_of
from percale.datastore.keys import EVERYTHING, Key, Selection
from percale.resources.kinds import KINDS, Kind, kind_of


def kind(api_version: str, name: str) -> Kind:
    found = kind_of(api_version, name)
    assert found
    return found


POLICY, TIER = kind(CALICO, "NetworkPolicy"), kind(CALICO, "Tier")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (Path(POLICY, "shop", "web"), "/calico/resources/v3/projectcalico.org/networkpolicies/shop/web"),
        (Path(TIER, "", "default"), "/calico/resources/v3/projectcalico.org/tiers/default"),
        (
            Path(kind(CALICO, "FelixConfiguration"), "", "default"),
            "/calico/resources/v3/projectcalico.org/felixconfigurations/default",
        ),
        (Path(kind("v1", "Pod"), "shop", "web"), "/calico/resources/v3/percale.dev/core/v1/pods/shop/web"),
        (Path(kind("v1", "Node"), "", "n1"), "/calico/resources/v3/percale.dev/core/v1/nodes/n1"),
        (
            Path(kind("networking.k8s.io/v1", "NetworkPolicy"), "shop", "web"),
            "/calico/resources/v3/percale.dev/networking.k8s.io/v1/networkpolicies/shop/web",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_resource_has_its_key(path: Path, text: str) -> None:
    assert bytes(path).decode() == text
    assert path_in(text.encode()) == path


def test_every_kind_has_keys_of_its_own_that_are_within_reach() -> None:
    keys = {one: bytes(Path(one, "ns" if one.namespaced else "", "name")) for one in KINDS}
    assert len(set(keys.values())) == len(KINDS)
    assert all(path_in(key) == Path(one, "ns" if one.namespaced else "", "name") for one, key in keys.items())
    assert all(ALL.first <= key < ALL.end for key in keys.values())


@pytest.mark.parametrize(
    "key",
    [
        b"/calico/resources/v3/projectcalico.org/bgppeers/x",
        b"/calico/resources/v3/projectcalico.org/networkpolicies",
        b"/calico/resources/v3/projectcalico.org/networkpolicies/",
        b"/calico/resources/v3/projectcalico.org/networkpolicies/x",
        b"/calico/resources/v3/projectcalico.org/networkpolicies/a/",
        b"/calico/resources/v3/projectcalico.org/networkpolicies/a/b/c",
        b"/calico/resources/v3/projectcalico.org/tiers/a/b",
        b"/calico/resources/v3/percale.dev/core/v1/secrets/a/b",
        b"/calico/ipam/v2/host/n/ipv4/block/10.0.0.0-26",
        b"/registry/pods/a/b",
        b"/calico/resources/v3/projectcalico.org/tiers/\xff",
        b"",
    ],
    ids=repr,
)
def test_other_keys_are_none_of_ours(key: bytes) -> None:
    assert path_in(key) is None


def test_a_policy_may_be_there_under_an_old_name() -> None:
    assert [str(one.name) for one in paths_of(Key(POLICY, "web", "shop"))] == ["web", "default.web"]
    assert [str(one.name) for one in paths_of(Key(TIER, "web"))] == ["web"]


@pytest.mark.parametrize(
    "selection",
    [
        EVERYTHING,
        Selection(frozenset({POLICY})),
        Selection(frozenset({POLICY, TIER, kind("v1", "Pod")})),
        Selection(frozenset({POLICY, TIER}), "shop"),
        Selection(None, "shop"),
        Selection(frozenset()),
    ],
    ids=["everything", "a kind", "kinds", "kinds of a namespace", "a namespace", "nothing"],
)
def test_ranges_hold_their_selection_and_no_other_kind(selection: Selection) -> None:
    ranges = ranges_of(selection)
    assert all(before.end <= after.first for before, after in pairwise(ranges))
    for one in KINDS:
        for namespace in ("shop", "shop2", "sho") if one.namespaced else ("",):
            path = Path(one, namespace, "x")
            is_inside = any(among.first <= bytes(path) < among.end for among in ranges)
            assert is_inside == (Key(one, "x", namespace) in selection), path
