"""The verbs as calicoctl's users know them: messages, exit codes, and what is in the datastore afterwards."""

import json
from pathlib import Path

import pytest

from cli.calling import SHOP, Calls, Ended
from percale.cli.exits import Exit


def policy(name: str, *, kind: str = "GlobalNetworkPolicy", order: str = "10", extra: str = "") -> str:
    return (
        f"apiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {{name: {name}{extra}}}\nspec: {{order: {order}}}\n"
    )


def documents(*texts: str) -> bytes:
    return "---\n".join(texts).encode()


A, B = policy("a"), policy("b")
NOT_THERE = "resource does not exist: GlobalNetworkPolicy({}) with error: not found"
THERE = "resource already exists: GlobalNetworkPolicy({}) with error: it is in the datastore"


def names(percale: Calls) -> list[str]:
    return percale("get", "gnp", "-o", "name").out.split()


def stored(percale: Calls, name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(percale("get", "gnp", name, "-o", "json").out)
    return found


# Success.


@pytest.mark.parametrize(
    ("argv", "text", "says"),
    [
        (("apply",), documents(A), "Successfully applied 1 'GlobalNetworkPolicy' resource(s)\n"),
        (("apply",), documents(A, B), "Successfully applied 2 'GlobalNetworkPolicy' resource(s)\n"),
        (("create",), documents(A, policy("a", kind="Tier")), "Successfully created 2 resource(s)\n"),
    ],
)
def test_what_was_done_is_said_in_calicoctls_words(
    percale: Calls, argv: tuple[str, ...], text: bytes, says: str
) -> None:
    assert percale(*argv, "-f", "-", stdin=text) == Ended(Exit.YES, out=says)


def test_replace_and_delete_say_so(percale: Calls) -> None:
    percale("apply", "-f", "-", stdin=documents(A, B))
    replaced = percale("replace", "-f", "-", stdin=documents(policy("a", order="20")))
    assert replaced == Ended(Exit.YES, out="Successfully replaced 1 'GlobalNetworkPolicy' resource(s)\n")
    assert stored(percale, "a")["spec"] == {"order": 20, "tier": "default", "types": ["Ingress"]}
    assert percale("delete", "gnp", "a", "b").out == "Successfully deleted 2 'GlobalNetworkPolicy' resource(s)\n"
    assert names(percale) == []


def test_all_that_a_file_names_is_deleted_though_it_is_invalid_by_now(percale: Calls) -> None:
    percale("apply", "-f", "-", stdin=documents(A))
    ended = percale("delete", "-f", "-", stdin=documents(policy("a", order="high")))
    assert ended == Ended(Exit.YES, out="Successfully deleted 1 'GlobalNetworkPolicy' resource(s)\n")


# Failure.


def test_nothing_is_created_when_one_exists(percale: Calls) -> None:
    percale("create", "-f", "-", stdin=documents(A))
    one = percale("create", "-f", "-", stdin=documents(A))
    assert one == Ended(Exit.NO, err=f"failed to create 'GlobalNetworkPolicy' resource: [{THERE.format('a')}]\n")
    several = percale("create", "-f", "-", stdin=documents(A, B))
    assert several == Ended(
        Exit.NO, err=f"failed to create any 'GlobalNetworkPolicy' resources: [{THERE.format('a')}]\n"
    )
    mixed = percale("create", "-f", "-", stdin=documents(policy("b", kind="Tier"), A))
    assert mixed == Ended(Exit.NO, err=f"failed to create any resources: [{THERE.format('a')}]\n")
    assert names(percale) == ["globalnetworkpolicy.projectcalico.org/a"]


def test_what_exists_can_be_skipped(percale: Calls) -> None:
    percale("create", "-f", "-", stdin=documents(A))
    ended = percale("create", "--skip-exists", "-f", "-", stdin=documents(policy("a", order="99"), B))
    assert ended.out == "Successfully created 2 'GlobalNetworkPolicy' resource(s)\n"
    assert stored(percale, "a")["spec"] == {"order": 10, "tier": "default", "types": ["Ingress"]}


def test_47_replace_says_partial_success_though_nothing_was_replaced(percale: Calls) -> None:
    percale("apply", "-f", "-", stdin=documents(A))
    one = percale("replace", "-f", "-", stdin=documents(B))
    assert one == Ended(
        Exit.NO,
        out="Partial success: replaced the first 1 out of 1 'GlobalNetworkPolicy' resources:\n",
        err=f"hit error: {NOT_THERE.format('b')}\nnothing was replaced\n",
    )
    two = percale("replace", "-f", "-", stdin=documents(policy("a", order="99"), B))
    assert two.out == "Partial success: replaced the first 2 out of 2 'GlobalNetworkPolicy' resources:\n"
    assert stored(percale, "a")["spec"] == {"order": 10, "tier": "default", "types": ["Ingress"]}


def test_what_does_not_exist_keeps_nothing_else_from_being_deleted(percale: Calls) -> None:
    percale("apply", "-f", "-", stdin=documents(A))
    assert percale("delete", "gnp", "a", "b") == Ended(
        Exit.NO,
        out="Successfully deleted 1 'GlobalNetworkPolicy' resource(s)\n",
        err=f"Failed to delete 'GlobalNetworkPolicy' resource: {NOT_THERE.format('b')}\n",
    )
    skipped = percale("delete", "gnp", "b", "-s")
    assert skipped == Ended(Exit.YES, out="Successfully deleted 1 'GlobalNetworkPolicy' resource(s)\n")


def test_an_old_version_is_a_conflict_and_nothing_is_overwritten(percale: Calls) -> None:
    percale("apply", "-f", "-", stdin=documents(A))
    exported = percale("get", "gnp", "a", "-o", "yaml").out
    percale("apply", "-f", "-", stdin=documents(policy("a", order="20")))
    for verb in ("apply", "replace"):
        ended = percale(verb, "-f", "-", stdin=exported.encode())
        assert ended.status == Exit.NO
        assert "update conflict: GlobalNetworkPolicy(a): Resource version '4' is out of date (latest: 5)" in ended.err
    assert stored(percale, "a")["spec"] == {"order": 20, "tier": "default", "types": ["Ingress"]}


def test_every_problem_is_reported_and_nothing_is_written(percale: Calls, own_datastore: Path) -> None:
    text = documents(
        A, policy("b", order="high"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n", policy("''")
    )
    ended = percale("apply", "-f", "-", stdin=text)
    assert (ended.status, ended.out) == (Exit.INVALID_INPUT, "")
    assert [line.partition(": ")[2] for line in ended.err.splitlines() if line.startswith("<stdin>")] == [
        "GlobalNetworkPolicy b: spec.order: expected a number, found the string 'high'",
        "unknown resource type (ConfigMap) and/or version (v1)",
        "GlobalNetworkPolicy: metadata.name: resource name may not be empty",
    ]
    assert not own_datastore.exists()


@pytest.mark.parametrize("verb", ["apply", "create", "replace"])
def test_input_without_resources_is_an_error_unless_it_may_be(percale: Calls, verb: str, tmp_path: Path) -> None:
    assert percale(verb, "-f", "-", stdin=b"# nothing\n").status == Exit.INVALID_INPUT
    assert percale(verb, "-f", str(tmp_path)).status == Exit.INVALID_INPUT
    assert percale(verb, "--skip-empty", "-f", "-", stdin=b"") == Ended(Exit.YES, out="No resources specified\n")
    assert percale(verb, "--skip-empty", "-f", str(tmp_path)) == Ended(Exit.YES, out="No resources specified\n")


def test_directories_are_read_with_what_is_below_on_request(percale: Calls, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "a.yaml").write_text(A, encoding="utf-8")
    (tmp_path / "below/b.json").write_text(
        '{"apiVersion": "projectcalico.org/v3", "kind": "Tier", "metadata": {"name": "b"}}', encoding="utf-8"
    )
    assert percale("apply", "-f", str(tmp_path)).out == "Successfully applied 1 'GlobalNetworkPolicy' resource(s)\n"
    assert percale("apply", "-R", "-f", str(tmp_path)).out == "Successfully applied 2 resource(s)\n"


# Namespaces.


def test_a_namespace_is_filled_in_and_must_not_clash(percale: Calls) -> None:
    text = policy("x", kind="NetworkPolicy").encode()
    percale("apply", "-f", "-", stdin=text)
    percale("apply", "-n", "shop", "-f", "-", stdin=text)
    assert percale("get", "np", "-A", "-o", "custom-columns=NAME").out == (
        "NAMESPACE   NAME   \ndefault     x      \nshop        x      \n\n"
    )
    clash = policy("x", kind="NetworkPolicy", extra=", namespace: web").encode()
    ended = percale("apply", "-n", "shop", "-f", "-", stdin=clash)
    assert ended.status == Exit.INVALID_INPUT
    assert "resource namespace does not match client namespace. web != shop" in ended.err


def test_a_kind_without_namespaces_has_none(percale: Calls) -> None:
    text = policy("x", extra=", namespace: shop").encode()
    ended = percale("apply", "-f", "-", stdin=text)
    assert "namespace should not be specified for a non-namespaced resource. GlobalNetworkPolicy is not" in ended.err
    percale("apply", "-f", SHOP)
    for argv in (("get", "gnp", "-n", "a"), ("get", "gnp", "-A"), ("delete", "gnp", "x", "-n", "a")):
        assert "GlobalNetworkPolicy is not namespaced" in percale(*argv).err


# Trying first.


def test_a_dry_run_says_what_would_be_done_and_does_nothing(percale: Calls, own_datastore: Path) -> None:
    assert percale("apply", "--dry-run", "-f", "-", stdin=documents(A)).out.startswith(
        "create GlobalNetworkPolicy(a)\n"
    )
    assert percale("replace", "--dry-run", "-f", "-", stdin=documents(A)).status == Exit.OUT_OF_REACH
    assert not own_datastore.exists()
    percale("apply", "-f", "-", stdin=documents(A, B))
    ended = percale("apply", "--dry-run", "-f", "-", stdin=documents(A, policy("b", order="20"), policy("c")))
    assert ended.out == (
        "keep GlobalNetworkPolicy(a)\nupdate GlobalNetworkPolicy(b)\ncreate GlobalNetworkPolicy(c)\n"
        "Successfully applied 3 'GlobalNetworkPolicy' resource(s) (dry run)\n"
    )
    assert percale("delete", "gnp", "a", "--dry-run").out.startswith("delete GlobalNetworkPolicy(a)\n")
    assert len(names(percale)) == 2


# Words that other programs have.


def test_flags_of_other_commands_are_refused_with_what_was_meant(percale: Calls) -> None:
    ended = percale("apply", "--overwrite", "-f", SHOP)
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert "`percale label … --overwrite` has this flag" in ended.err


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("apply",), "required: -f/--filename"),
        (("apply", "-f", SHOP, "--prune"), "--prune needs to know whose resources to prune"),
        (("delete",), "no resources specified"),
        (("delete", "gnp"), "resource name may not be empty"),
        (("delete", "gnp", ""), "resource name may not be empty"),
        (("delete", "gnp", "a", "--owner", "b"), "no resources specified"),
        (("get",), "no resources specified"),
        (("get", "frogs"), "failed to get resources: resource type 'frogs' is not supported"),
        (("get", "gnp", "-o", "xml"), "unrecognized output format 'xml'"),
        (("get", "gnp", "-o", "custom-columns"), "need to specify at least one column"),
        (("get", "gnp", "-o", "go-template={{.}}"), "needs Go"),
        (("get", "gnp", "a", "-w"), "-w is about a kind"),
        (("get", "np", "-A", "-n", "a"), "cannot use both --namespace and --all-namespaces flags at the same time"),
    ],
    ids=str,
)
def test_what_cannot_mean_anything_is_a_usage_error(percale: Calls, argv: tuple[str, ...], says: str) -> None:
    percale("apply", "-f", SHOP)
    ended = percale(*argv)
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert says in ended.err
