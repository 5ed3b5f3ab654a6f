"""What a policy is called, by what it is stored as.

Source: Calico's libcalico-go/lib/backend/model/policy.go.
"""

import json
from typing import Any

import pytest

from builders import CALICO, Manifest, policy, resource, tier, world

STORAGE = "crd.projectcalico.org/v1"


def stored(name: str, *, kept: Any = None, kind: str = "", **spec: Any) -> Manifest:
    """As it stands in the datastore; `kept` is the metadata that its annotation keeps."""
    kind = kind or ("NetworkPolicy" if "/" in name else "GlobalNetworkPolicy")
    manifest = resource(STORAGE, kind, name, spec=spec)
    if kept is not None:
        text = kept if isinstance(kept, str) else json.dumps(kept)
        manifest["metadata"]["annotations"] = {"projectcalico.org/metadata": text}
    return manifest


STORED: list[tuple[str, Manifest, str]] = [
    ("without the prefix", stored("foo"), "foo"),
    ("with the prefix", stored("default.foo"), "foo"),
    ("namespaced, with the prefix", stored("a/default.foo"), "foo"),
    ("with the prefix, tier named", stored("default.foo", tier="default"), "foo"),
    ("with the prefix, tier left empty", stored("default.foo", tier=""), "foo"),
    ("with the prefix twice", stored("default.default.foo"), "default.foo"),
    ("with the prefix of another tier", stored("t.foo", tier="t"), "t.foo"),
    ("with default's prefix in another tier", stored("default.foo", tier="t"), "default.foo"),
    ("with the prefix at the end", stored("foo.default"), "foo.default"),
    ("the annotation's name", stored("default.foo", kept={"name": "default.foo"}), "default.foo"),
    ("the annotation's other name", stored("default.foo", kept={"name": "bar"}), "bar"),
    ("the annotation's name in another tier", stored("t.foo", tier="t", kept={"name": "foo"}), "foo"),
    ("an annotation without a name", stored("default.foo", kept={"uid": "1"}), "foo"),
    ("an annotation with an empty name", stored("default.foo", kept={"name": ""}), "foo"),
    ("an annotation that is no JSON", stored("default.foo", kept="{"), "foo"),
    ("an annotation that is no object", stored("default.foo", kept=[1]), "foo"),
    ("a staged policy", stored("default.foo", kind="StagedGlobalNetworkPolicy"), "foo"),
    ("a namespaced staged policy", stored("a/default.foo", kind="StagedNetworkPolicy"), "foo"),
]


@pytest.mark.parametrize(("manifest", "expected"), [pytest.param(*row[1:], id=row[0]) for row in STORED])
def test_a_stored_policys_name_is_read_back(manifest: Manifest, expected: str) -> None:
    (found,) = world(tier("t"), manifest).policies.policies
    assert found.id.name == expected


@pytest.mark.parametrize("name", ["foo", "default.foo", "t.foo", "a/foo", "a/default.foo"])
@pytest.mark.parametrize("of_tier", ["default", "t"])
def test_a_name_as_it_is_written_now_is_the_name(name: str, of_tier: str) -> None:
    (found,) = world(tier("t"), policy(name, tier=of_tier)).policies.policies
    assert (found.id.name, found.tier) == (name.rpartition("/")[2], of_tier)


def test_the_annotation_counts_only_in_what_is_stored() -> None:
    written = stored("default.foo", kept={"name": "bar"}) | {"apiVersion": CALICO}
    (found,) = world(written).policies.policies
    assert found.id.name == "default.foo"


@pytest.mark.parametrize("namespace", ["", "a/"])
def test_a_name_with_the_prefix_and_one_without_are_two_policies(namespace: str) -> None:
    here = world(policy(f"{namespace}foo", ingress=[{"action": "Allow"}]), policy(f"{namespace}default.foo"))
    assert [one.id.name for one in here.policies.policies] == ["default.foo", "foo"]
    assert len({one.id for one in here.policies.policies}) == 2


def test_kind_and_namespace_belong_to_the_name() -> None:
    here = world(policy("foo"), policy("a/foo"), policy("b/foo"), stored("foo", kind="StagedGlobalNetworkPolicy"))
    assert len({one.id for one in here.policies.policies}) == 4


def test_other_kinds_keep_their_stored_names() -> None:
    here = world(resource(STORAGE, "GlobalNetworkSet", "default.foo"), resource(STORAGE, "Tier", "t"))
    assert [one.name for one in here.network_sets] == ["default.foo"]
