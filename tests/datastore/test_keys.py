"""What resources are known by."""

from random import Random

from percale.datastore.keys import Key, in_order, key_of
from percale.resources.kinds import CALICO, kind_of


def _key(api_version: str, kind: str, name: str, namespace: str = "") -> Key:
    found = kind_of(api_version, kind)
    assert found
    return Key(found, name, namespace)


IN_ORDER = (
    _key("apps/v1", "Deployment", "web", "shop"),
    _key("networking.k8s.io/v1", "NetworkPolicy", "zeta", "zoo"),
    _key(CALICO, "NetworkPolicy", "beta", "shop"),
    _key(CALICO, "NetworkPolicy", "alpha", "zoo"),
    _key("v1", "Pod", "web", "shop"),
)


def test_keys_sort_as_listings_do() -> None:
    shuffled = list(IN_ORDER)
    Random(1).shuffle(shuffled)
    assert tuple(sorted(shuffled)) == IN_ORDER
    manifests = {
        one: {
            "apiVersion": one.kind.api_version,
            "kind": one.kind.name,
            "metadata": {"name": one.name, "namespace": one.namespace},
        }
        for one in shuffled
    }
    assert tuple(map(key_of, in_order(manifests))) == IN_ORDER
