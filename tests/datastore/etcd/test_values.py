"""Values as Calico's client writes and reads them."""

import json
from typing import Any

import pytest

from builders import CALICO, Manifest, resource
from percale.datastore.errors import StoreUnavailable
from percale.datastore.etcd.layout import Path
from percale.datastore.etcd.values import resource_in, value_of
from percale.datastore.keys import Key
from percale.resources.kinds import kind_of

_SELECTOR = "a == 'x' && b != '<y>'"
_NOTE = "projectcalico.org/metadata"


def path(kind: str, name: str, namespace: str = "") -> Path:
    found = kind_of(CALICO, kind)
    assert found
    return Path(found, namespace, name)


def stored(manifest: Manifest, **metadata: Any) -> Manifest:
    manifest["metadata"] |= metadata
    return manifest


def test_a_value_is_written_as_go_writes_it() -> None:
    manifest = stored(
        resource(CALICO, "GlobalNetworkPolicy", "deny", spec={"selector": _SELECTOR, "types": ["Ingress"]}),
        labels={"z": "1", "projectcalico.org/tier": "default"},
        creationTimestamp="2026-01-02T03:04:05Z",
        resourceVersion="17",
        uid="8a4f",
    )
    assert value_of(manifest, path("GlobalNetworkPolicy", "deny")).decode() == (
        '{"kind":"GlobalNetworkPolicy","apiVersion":"projectcalico.org/v3","metadata":{"name":"deny","uid":"8a4f",'
        '"creationTimestamp":"2026-01-02T03:04:05Z","labels":{"projectcalico.org/tier":"default","z":"1"},'
        '"annotations":{"projectcalico.org/metadata":"{\\"name\\":\\"deny\\"}"}},'
        '"spec":{"selector":"a == \'x\' \\u0026\\u0026 b != \'\\u003cy\\u003e\'","types":["Ingress"]}}'
    )


@pytest.mark.parametrize(
    ("name", "metadata", "spec", "shown"),
    [
        ("web", {}, {"tier": "default"}, "web"),
        ("default.web", {}, {"tier": "default"}, "web"),
        ("default.web", {}, {}, "web"),
        ("default.default.web", {}, {}, "default.web"),
        ("default.web", {}, {"tier": "platform"}, "default.web"),
        ("platform.web", {}, {"tier": "platform"}, "platform.web"),
        ("default.web", {"annotations": {_NOTE: '{"name":"default.web"}'}}, {"tier": "default"}, "default.web"),
        ("default.web", {"annotations": {_NOTE: '{"name":"web"}'}}, {"tier": "default"}, "web"),
        ("default.web", {"annotations": {_NOTE: "{}"}}, {"tier": "default"}, "web"),
        ("knp.default.web", {}, {"tier": "default"}, "knp.default.web"),
    ],
)
def test_what_a_policy_is_called(name: str, metadata: dict[str, Any], spec: dict[str, Any], shown: str) -> None:
    value = resource(CALICO, "NetworkPolicy", f"shop/{name}", spec=spec)
    value["metadata"] |= metadata
    key, manifest = resource_in(path("NetworkPolicy", name, "shop"), json.dumps(value).encode(), 7)
    assert (key.name, manifest["metadata"]["name"]) == (shown, shown)
    assert not manifest["metadata"].get("annotations")


def test_what_was_written_is_read_again() -> None:
    at = path("StagedNetworkPolicy", "web", "shop")
    manifest = stored(resource(CALICO, "StagedNetworkPolicy", "shop/web", spec={"order": 10.5}), annotations={"a": "&"})
    key, read = resource_in(at, value_of(manifest, at), 7)
    assert key == Key(at.kind, "web", "shop")
    del manifest["metadata"]["labels"]
    assert read == stored(manifest, resourceVersion="7")


def test_an_old_policy_stays_where_it_is() -> None:
    at = path("NetworkPolicy", "default.web", "shop")
    value = json.loads(value_of(resource(CALICO, "NetworkPolicy", "shop/web", spec={}), at))
    assert value["metadata"]["name"] == "default.web"
    assert resource_in(at, json.dumps(value).encode(), 1)[0].name == "web"


def test_what_go_leaves_empty_is_not_there() -> None:
    text = b'{"kind":"Tier","metadata":{"name":"t","creationTimestamp":null,"annotations":null},"spec":{}}'
    _, manifest = resource_in(path("Tier", "t"), text, 3)
    assert manifest["metadata"] == {"name": "t", "resourceVersion": "3"}


@pytest.mark.parametrize("value", [b"", b"null", b"[]", b"{", b'{"metadata":3}', b'{"kind":"Tier"}', b"\xff"], ids=repr)
def test_what_is_no_resource_is_not_passed_over(value: bytes) -> None:
    with pytest.raises(StoreUnavailable, match="tiers/t` is no resource"):
        resource_in(path("Tier", "t"), value, 3)
