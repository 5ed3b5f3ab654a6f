"""`percale patch`, `label` and `datastore`: single fields, and everything at once."""

import json

import pytest

from cli.calling import SHOP, Calls, Ended
from percale.cli.exits import Exit

_POLICY = b"""apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: a, namespace: shop, labels: {team: red}}
spec: {order: 10, ingress: [{action: Allow}, {action: Log}]}
"""


@pytest.fixture(autouse=True)
def content(percale: Calls) -> None:
    percale("apply", "-f", "-", stdin=_POLICY)


def stored(percale: Calls) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(percale("get", "np", "a", "-n", "shop", "-o", "json").out)
    return found


@pytest.mark.parametrize(
    ("form", "patch", "field", "value"),
    [
        ("strategic", '{"spec": {"order": 20}}', "order", 20),
        ("strategic", '{"spec": {"ingress": [{"action": "Deny"}]}}', "ingress", [{"action": "Deny"}]),
        ("merge", '{"spec": {"selector": "has(x)"}}', "selector", "has(x)"),
        ("merge", '{"spec": {"order": null}}', "order", None),
        ("json", '[{"op": "remove", "path": "/spec/ingress/1"}]', "ingress", [{"action": "Allow"}]),
        ("json", '[{"op": "test", "path": "/spec/order", "value": 10}]', "order", 10),
    ],
)
def test_patches(percale: Calls, form: str, patch: str, field: str, value: object) -> None:
    ended = percale("patch", "networkpolicy", "a", "-n", "shop", "-t", form, "-p", patch)
    assert ended == Ended(Exit.YES, out="Successfully patched 1 'NetworkPolicy' resource\n")
    assert stored(percale)["spec"].get(field) == value


@pytest.mark.parametrize(
    ("argv", "status", "says"),
    [
        (("-p", '{"spec": {"order": "x"}}'), Exit.INVALID_INPUT, "spec.order: expected a number, found the string 'x'"),
        (("-p", '{"spec": null, "kind": "Frog"}'), Exit.INVALID_INPUT, "unknown resource type (Frog)"),
        (("-t", "merge", "-p", "[]"), Exit.INVALID_INPUT, "a resource must be a mapping"),
        (("-p", "[]"), Exit.INVALID_INPUT, "a strategic merge patch is a mapping"),
        (("-p", '{"spec": {"$patch": "explode"}}'), Exit.INVALID_INPUT, "`$patch` is `explode`"),
        (("-t", "json", "-p", "{}"), Exit.INVALID_INPUT, "a JSON patch is a list of operations"),
        (("-t", "json", "-p", '[{"op": "fly"}]'), Exit.INVALID_INPUT, "the JSON patch does not fit"),
        (("-t", "json", "-p", "[5]"), Exit.INVALID_INPUT, "the JSON patch does not fit"),
        (
            ("-t", "json", "-p", '[{"op": "test", "path": "/spec/order", "value": 11}]'),
            Exit.INVALID_INPUT,
            "the JSON patch does not fit",
        ),
        (("-p", "{order"), Exit.USAGE, "the patch is no JSON"),
        (("-p", '{"metadata": {"name": "b"}}'), Exit.NO, "kind, namespace and name stay as they are"),
    ],
    ids=str,
)
def test_a_patch_that_cannot_be_is_refused(percale: Calls, argv: tuple[str, ...], status: Exit, says: str) -> None:
    before = stored(percale)
    ended = percale("patch", "np", "a", "-n", "shop", *argv)
    assert (ended.status, ended.out) == (status, "")
    assert says in ended.err
    assert stored(percale) == before


def test_what_does_not_exist_is_not_patched(percale: Calls) -> None:
    ended = percale("patch", "np", "a", "-p", "{}")
    says = "hit error: resource does not exist: NetworkPolicy(default/a) with error: not found\n"
    assert ended == Ended(Exit.NO, err=says)


# Labels.


def test_labels_are_set_updated_and_removed(percale: Calls) -> None:
    def label(*argv: str) -> str:
        return percale("label", "np", "a", "-n", "shop", *argv).out

    assert label("env=dev") == "Successfully set label env on np a\n"
    assert label("env=dev") == "Successfully updated label env on np a\n"
    assert label("env=prod", "--overwrite") == "Successfully updated label env on np a\n"
    assert label("team", "--remove") == "Successfully removed label team from np a\n"
    assert stored(percale)["metadata"]["labels"] == {"env": "prod", "projectcalico.org/tier": "default"}


@pytest.mark.parametrize(
    ("argv", "status", "says"),
    [
        (
            ("team=blue",),
            Exit.NO,
            "failed to update label of np a, key team is already present. please use '--overwrite'",
        ),
        (("nope", "--remove"), Exit.NO, "cannot remove label of np a, key nope does not exist\n"),
        (("team",), Exit.USAGE, "error: invalid label team\n  hint: write KEY=VALUE, or KEY --remove\n"),
        (("team=red", "--remove"), Exit.USAGE, "error: invalid label team=red\n"),
        (("team=a b", "--overwrite"), Exit.INVALID_INPUT, "labelled NetworkPolicy(shop/a): "),
    ],
    ids=str,
)
def test_a_label_that_cannot_be_is_refused(percale: Calls, argv: tuple[str, ...], status: Exit, says: str) -> None:
    ended = percale("label", "np", "a", "-n", "shop", *argv)
    assert (ended.status, ended.out) == (status, "")
    assert ended.err.startswith(says)
    assert stored(percale)["metadata"]["labels"] == {"team": "red", "projectcalico.org/tier": "default"}


# Everything at once.


def test_an_export_fills_another_datastore_with_the_same(
    percale: Calls, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    percale("apply", "-f", SHOP)
    exported = percale("datastore", "export").out
    monkeypatch.setenv("PERCALE_SQLITE_PATH", str(tmp_path_factory.mktemp("other") / "percale.sqlite"))
    imported = percale("datastore", "import", "-q", "-f", "-", stdin=exported.encode())
    assert imported == Ended(Exit.YES, out="Successfully imported 15 resource(s)\n")
    assert percale("datastore", "export").out == exported
    assert percale("datastore", "import", "-q", "-f", "-", stdin=exported.encode()).status == Exit.YES


def test_an_import_does_not_overwrite(percale: Calls) -> None:
    ended = percale("datastore", "import", "-f", "-", stdin=_POLICY.replace(b"order: 10", b"order: 11"))
    assert (ended.status, ended.out) == (Exit.NO, "")
    assert "failed to import 'NetworkPolicy' resource: [resource already exists: NetworkPolicy(shop/a)" in ended.err
    assert stored(percale)["spec"]["order"] == 10


def test_tiers_and_policies_hold_together(percale: Calls) -> None:
    def tier(name: str) -> bytes:
        return f"apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {{name: {name}}}\n".encode()

    text = _POLICY.replace(b"spec: {", b"spec: {tier: far, ").replace(b"name: a", b"name: far.b")
    absent = percale("apply", "-f", "-", stdin=text)
    assert absent.status == Exit.NO
    assert "operation Create is not supported on NetworkPolicy(shop/far.b): tier `far` does not exist" in absent.err
    assert percale("apply", "-f", "-", stdin=text + b"---\n" + tier("far")).status == Exit.YES
    assert "Cannot delete a non-empty tier" in percale("delete", "tier", "far").err
    assert "Cannot delete kube-admin tier" in percale("delete", "tier", "kube-admin").err
    assert percale("delete", "-f", "-", stdin=text + b"---\n" + tier("far")).status == Exit.YES
