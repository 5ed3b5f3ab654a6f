"""How groups are called: exact for their members, the same every time, no two alike."""

from random import Random

import pytest

from agreement import world_from
from builders import Manifest, allow, namespace, pod, policy, world
from percale.analysis.connectivity import Connectivity, Group
from percale.analysis.symbolic.engine import Engine
from percale.policy.world import World
from percale.report.groups import GroupNames, together
from random_worlds import Generator

WEB, API, DB = {"app": "web"}, {"app": "api"}, {"app": "db"}
PODS = (
    pod("shop/web-1", WEB | {"pod-template-hash": "one"}),
    pod("shop/web-2", WEB | {"pod-template-hash": "one"}),
    pod("shop/api", API),
    pod("shop/db", DB | {"tier": "back"}),
    pod("dev/web", WEB),
    pod("dev/api", API | {"tier": "back"}),
    pod("test/web", WEB),
    pod("test/db", DB),
    pod("lab/web", WEB),
    pod("lab/job", at=[]),
)
NAMESPACES = (
    namespace("shop", env="prod"),
    namespace("dev", env="trial"),
    namespace("test", env="trial"),
    namespace("lab", env="trial"),
)


def names_of(here: World, version: int = 4) -> tuple[Connectivity, GroupNames]:
    connectivity = Connectivity(Engine.of(here, version))
    return connectivity, GroupNames(connectivity)


def of(here: World, *called: str) -> Group:
    return Group((0,), tuple(one for one in here.workloads if str(one) in called))


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (("shop/api",), "shop/api"),
        (("shop/web-1", "shop/web-2"), "shop/[app=web] (2: shop/web-1, shop/web-2)"),
        (("dev/api", "dev/web"), "dev/* (2: dev/web, dev/api)"),
        (("dev/api", "dev/web", "lab/web", "lab/job"), "dev/*, lab/* (4: dev/web, dev/api, lab/web, lab/job)"),
        (("shop/api", "shop/db"), "shop/[app=api|db] (2: shop/api, shop/db)"),
        (("shop/db", "test/db"), "[app=db] (2: shop/db, test/db)"),
        (("shop/db", "dev/api"), "[tier=back] (2: shop/db, dev/api)"),
        (("shop/db", "dev/web"), "shop/db, dev/web"),
        (("shop/db", "dev/web", "lab/job", "test/web"), "shop/db, dev/web, test/web, lab/job"),
        (("shop/db", "dev/web", "lab/job", "test/web", "shop/api"), "shop/api, shop/db, dev/web and 2 more"),
        (("shop/web-1", "shop/db", "shop/api"), "shop/* but shop/web-2 (3: shop/web-1, shop/api, shop/db)"),
        (
            tuple(str(one) for one in world(*PODS).workloads),
            "every workload (10: shop/web-1, shop/web-2, shop/api and 7 more)",
        ),
    ],
)
def test_workloads_have_a_name_that_holds_for_no_other(members: tuple[str, ...], words: str) -> None:
    here = world(*NAMESPACES, *PODS)
    _, names = names_of(here)
    assert names.words(of(here, *members)) == words


def test_many_namespaces_are_called_by_a_label_that_only_they_have() -> None:
    here = world(
        *(namespace(f"team{number}", env="dev") for number in range(5)),
        namespace("prod", env="prod"),
        *(pod(f"team{number}/web") for number in range(5)),
        pod("prod/web"),
    )
    _, names = names_of(here)
    held = of(here, *(f"team{number}/web" for number in range(5)))
    assert names.name(held) == "[env=dev]/*"


def test_pods_of_one_owner_are_called_by_it() -> None:
    owner = [{"kind": "StatefulSet", "name": "db"}]
    owned: list[Manifest] = [pod(f"shop/db-{number}") for number in range(2)]
    for one in owned:
        one["metadata"]["ownerReferences"] = owner
    here = world(*owned, pod("shop/other"))
    _, names = names_of(here)
    assert names.words(of(here, "shop/db-0", "shop/db-1")) == "StatefulSet/shop/db (2: shop/db-0, shop/db-1)"


def test_a_name_that_two_kinds_share_gets_its_kind() -> None:
    template = {"template": {"metadata": {"labels": WEB}, "spec": {"containers": []}}}
    both = [
        {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web", "namespace": "shop"}, "spec": template}
        for kind in ("Deployment", "DaemonSet")
    ]
    here = world(*both, pod("shop/db"))
    _, names = names_of(here)
    assert sorted(names.workloads.reference(one) for one in here.workloads) == [
        "DaemonSet/shop/web",
        "Deployment/shop/web",
        "shop/db",
    ]


def _to(**destination: object) -> Manifest:
    return policy("shop/out", selector="app == 'web'", types=["Egress"], egress=[allow(destination=destination)])


OFFICES = [f"192.0.{number}.0/24" for number in range(0, 12, 2)]


@pytest.mark.parametrize(
    ("destination", "names"),
    [
        ({}, ["everything outside"]),
        ({"nets": ["192.0.2.0/24"]}, ["everything outside but 192.0.2.0/24", "192.0.2.0/24"]),
        ({"nets": ["192.0.2.7/32"]}, ["everything outside but 192.0.2.7", "192.0.2.7"]),
        (
            {"nets": ["10.0.0.0/8"]},  # where the pods are
            ["everything outside but 10.0.0.0/8", "10.0.0.0/8"],
        ),
        ({"nets": OFFICES}, ["everything else outside", "192.0.0.0/24, 192.0.2.0/24, 192.0.4.0/24 and 3 more"]),
    ],
    ids=str,
)
def test_addresses_outside_are_called_by_the_fewest_networks(destination: dict[str, object], names: list[str]) -> None:
    here = world(*PODS, _to(**destination))
    connectivity, called = names_of(here)
    assert [called.words(one) for one in connectivity.outside] == names


def test_what_is_everything_but_one_group_says_so() -> None:
    rules = [allow(destination={"nets": ["192.0.2.0/24"]}), allow(protocol="TCP", destination={"nets": OFFICES})]
    here = world(*PODS, policy("shop/out", selector="app == 'web'", types=["Egress"], egress=rules))
    connectivity, called = names_of(here)
    rest, offices, one = connectivity.outside
    assert called.name(one) == "192.0.2.0/24"
    assert called.name(together([rest, offices])) == "everything outside but 192.0.2.0/24"
    assert called.name(together([rest, offices, one])) == "everything outside"


def test_domains_are_called_by_the_pattern() -> None:
    here = world(*PODS, _to(domains=["*.example.com", "api.example.com"]))
    connectivity, called = names_of(here)
    assert [called.name(one) for one in connectivity.outside] == [
        "everything outside",
        "*.example.com",
        "api.example.com",
    ]


def test_json_is_complete() -> None:
    here = world(*PODS, _to(nets=OFFICES))
    connectivity, called = names_of(here)
    assert called.json(of(here, *(str(one) for one in here.workloads))) == {
        "name": "every workload",
        "kind": "workload",
        "members": [str(one) for one in here.workloads],
    }
    assert called.json(connectivity.outside[1]) == {
        "name": "192.0.0.0/24, 192.0.2.0/24, 192.0.4.0/24 and 3 more",
        "kind": "outside",
        "networks": OFFICES,
    }


def test_an_outside_of_ipv6_is_called_likewise() -> None:
    here = world(*PODS, _to(nets=["2001:db8::/32"]))
    connectivity, called = names_of(here, 6)
    assert [called.name(one) for one in connectivity.outside] == [
        "everything outside but 2001:db8::/32",
        "2001:db8::/32",
    ]


@pytest.mark.parametrize("seed", range(40))
def test_no_two_groups_of_a_random_world_share_a_name(seed: int) -> None:
    here = world_from(Generator(Random(seed)).world())
    for version in (4, 6):
        connectivity, called = names_of(here, version)
        groups = [*connectivity.workloads, *connectivity.outside]
        named = [called.name(one) for one in groups]
        assert len(set(named)) == len(groups), named
