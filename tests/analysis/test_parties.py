"""Names of workloads, addresses and networks, and what is said where a name is none."""

import pytest

from builders import namespace, pod, resource, world
from percale.analysis.parties import NoSuchParty, party, private
from percale.policy.world import World
from percale.traffic.addresses import lenient_network

POD_NETWORK = (lenient_network("10.244.0.0/16"),)


def _template(kind: str, name: str) -> dict[str, object]:
    return resource("batch/v1" if kind == "Job" else "apps/v1", kind, name)


@pytest.fixture(scope="module")
def here() -> World:
    return world(
        namespace("shop"),
        _template("Deployment", "shop/web"),
        _template("Deployment", "dev/web"),
        _template("Deployment", "shop/twin"),
        _template("Job", "shop/twin"),
        pod("shop/db", at=("10.1.0.1", "fd00::1")),
        pod("shop/agent", hostNetwork=True),
        *(_owned(name) for name in ("shop/cache-1", "shop/cache-2")),
    )


def _owned(name: str) -> dict[str, object]:
    made = pod(name, at=())
    return made | {"metadata": made["metadata"] | {"ownerReferences": [{"kind": "ReplicaSet", "name": "cache"}]}}


@pytest.mark.parametrize(
    ("text", "name", "kind", "within"),
    [
        ("shop/web", "shop/web", "Deployment", ["10.244.0.0/16"]),
        ("dev/web", "dev/web", "Deployment", ["10.244.0.0/16"]),
        ("web", "shop/web", "Deployment", ["10.244.0.0/16"]),
        ("Deployment/shop/web", "shop/web", "Deployment", ["10.244.0.0/16"]),
        ("deployment/shop/twin", "shop/twin", "Deployment", ["10.244.0.0/16"]),
        ("JOB/shop/twin", "shop/twin", "Job", ["10.244.0.0/16"]),
        ("db", "shop/db", "Pod", ["10.1.0.1/32", "fd00::1/128"]),
        ("cache", "shop/cache-1", "Pod", ["10.244.0.0/16"]),
        ("replicaset/shop/cache", "shop/cache-1", "Pod", ["10.244.0.0/16"]),
        ("shop/cache-2", "shop/cache-2", "Pod", ["10.244.0.0/16"]),
        ("10.1.0.1", "shop/db", "Pod", ["10.1.0.1/32"]),
        ("fd00::1/128", "shop/db", "Pod", ["fd00::1/128"]),
        ("10.1.0.2", "10.1.0.2", None, ["10.1.0.2/32"]),
        ("10.1.0.0/24", "10.1.0.0/24", None, ["10.1.0.0/24"]),
        ("10.1.0.7/24", "10.1.0.7/24", None, ["10.1.0.0/24"]),
        ("2001:DB8::/32", "2001:DB8::/32", None, ["2001:db8::/32"]),
    ],
)
def test_a_party(here: World, text: str, name: str, kind: str | None, within: list[str]) -> None:
    found = party(text, here, namespace="shop", pod_networks=POD_NETWORK)
    resource_kind = found.endpoint.resource_kind if found.endpoint else None
    assert (found.name, resource_kind, [str(net) for net in found.within]) == (name, kind, within)


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        (
            "twin",
            "`twin` is more than one workload",
            "say which: `Deployment/shop/twin`, `Job/shop/twin`",
        ),
        (
            "agent",
            "`shop/agent` is on its host's network: no policy selects it, its traffic is the host's",
            "ask with the node's address instead",
        ),
        ("wep", "no workload is called `wep`", "there is `shop/web`"),
        ("prod/web", "no workload is called `prod/web`", "there is `dev/web`, `shop/web`"),
        ("pod/shop/web", "no workload is called `pod/shop/web`", "there is `dev/web`, `shop/web`"),
        ("shop/web-7", "no workload is called `shop/web-7`", "there is `shop/web`"),
    ],
)
def test_no_party(here: World, text: str, says: str, hint: str) -> None:
    with pytest.raises(NoSuchParty) as refused:
        party(text, here, namespace="shop", pod_networks=POD_NETWORK)
    assert refused.value.says == says
    assert refused.value.hint.startswith(hint)


def test_nothing_like_it_is_there() -> None:
    with pytest.raises(NoSuchParty) as refused:
        party("web", world(namespace("shop")), namespace="shop", pod_networks=POD_NETWORK)
    assert refused.value.hint == "the input holds no workload at all"


def test_addresses_by_version(here: World) -> None:
    found = party("db", here, namespace="shop", pod_networks=POD_NETWORK)
    assert [str(net) for version in (4, 6) for net in found.of_version(version)] == ["10.1.0.1/32", "fd00::1/128"]


def test_private_networks_are_not_announced_on_the_internet() -> None:
    assert all(not net.is_global for net in private())
    assert {net.version for net in private((6,))} == {6}
