"""Sets as a question names them: who is in them, and what is said where nobody is."""

import pytest

from builders import NODE, host_endpoint, namespace, pod, world
from percale.analysis.parties import NoSuchParty
from percale.analysis.party_sets import is_set, party_set

HERE = world(
    namespace("shop", env="prod"),
    namespace("dev", env="trial"),
    pod("shop/web-1", {"app": "web"}),
    pod("shop/web-2", {"app": "web"}),
    pod("shop/db", {"app": "db", "app.kubernetes.io/part-of": "shop"}),
    pod("dev/web", {"app": "web"}),
    host_endpoint("uplink"),
)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("namespace/shop", "shop/web-1 shop/web-2 shop/db"),
        ("ns/dev", "dev/web"),
        ("Namespaces/dev", "dev/web"),
        ("shop/*", "shop/web-1 shop/web-2 shop/db"),
        ("app == 'web'", "shop/web-1 shop/web-2 dev/web"),
        ("app=='db'", "shop/db"),
        ("has(app)", "shop/web-1 shop/web-2 shop/db dev/web"),
        ("app in {'db', 'none'}", "shop/db"),
        ("app == 'web' && projectcalico.org/namespace == 'dev'", "dev/web"),
        ("!has(app) || app == 'db'", "shop/db"),
        ("shop/[app=web]", "shop/web-1 shop/web-2"),
        ("[app=web|db]", "shop/web-1 shop/web-2 shop/db dev/web"),
        ("[env=trial]/*", "dev/web"),
        ("shop/[app.kubernetes.io/part-of=shop]", "shop/db"),
        ("any", "shop/web-1 shop/web-2 shop/db dev/web"),
    ],
)
def test_a_set_of_workloads(text: str, members: str) -> None:
    assert is_set(text)
    assert " ".join(str(one) for one in party_set(text, HERE).workloads) == members


@pytest.mark.parametrize(
    "text",
    ["shop/web", "web", "Pod/shop/web", "10.0.0.0/8", "fd00::/8", "host:node/eth0", "api.example.com", "a/b/c/d", ""],
)
def test_what_names_one_party_is_no_set(text: str) -> None:
    assert not is_set(text)


def test_one_party_is_taken_for_a_set_beside_one() -> None:
    assert [str(one) for one in party_set("shop/db", HERE).workloads] == ["shop/db"]
    assert [str(one) for one in party_set("db", HERE, namespace="shop").workloads] == ["shop/db"]
    assert [str(one) for one in party_set("10.0.0.0/8", HERE).networks] == ["10.0.0.0/8"]
    assert [one.name for one in party_set(f"host:{NODE}", HERE).hosts] == ["uplink"]
    assert party_set("api.example.com", HERE).domain == "api.example.com"


def test_all_pods_of_an_owner_are_meant() -> None:
    owned = [{"kind": "ReplicaSet", "name": "web-x"}]
    pods = [pod(f"shop/web-x-{n}") for n in range(3)]
    for one in pods:
        one["metadata"]["ownerReferences"] = owned
    assert len(party_set("ReplicaSet/shop/web-x", world(*pods)).workloads) == 3


def test_a_namespace_limits_a_selector() -> None:
    found = party_set("app == 'web'", HERE, within="dev")
    assert ([str(one) for one in found.workloads], found.name) == (["dev/web"], "app == 'web' in namespace dev")


def test_outside_is_every_address() -> None:
    assert [str(one) for one in party_set("outside", HERE).networks] == ["0.0.0.0/0", "::/0"]
    assert not party_set("outside", HERE).workloads


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("namespace/shopp", "no workload is in namespace `shopp`", "there is `shop`"),
        ("zzz/*", "no workload is in namespace `zzz`", "there is `dev`, `shop`"),
        ("ap == 'web'", "no workload is selected by `ap == 'web'`", "no workload has label `ap`; there is `app`"),
        ("app == 'wob'", "no workload is selected by `app == 'wob'`", "of label `app` there is `web`"),
        ("app == 'web' && app == 'db'", "no workload is selected by `app == 'web' && app == 'db'`", ""),
        ("[app=nobody]", "no workload is selected by `[app=nobody]`", ""),
        ("shop/wob", "no workload is called `shop/wob`", "there is `shop/db`, `shop/web-2`, `shop/web-1`"),
    ],
)
def test_nobody_is_an_error_that_names_what_was_meant(text: str, says: str, hint: str) -> None:
    with pytest.raises(NoSuchParty) as error:
        party_set(text, HERE)
    assert (error.value.says, error.value.hint) == (says, hint)


def test_what_is_no_selector_is_said_so() -> None:
    with pytest.raises(NoSuchParty, match="`app =` is neither a name nor a selector"):
        party_set("app =", HERE)


def test_an_empty_world_has_nobody() -> None:
    with pytest.raises(NoSuchParty) as error:
        party_set("has(app)", world())
    assert error.value.hint.endswith("the input holds no workload at all")
