"""The verbs on a cluster, whichever way it keeps Calico's resources, and what they say when it will not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from api_objects import ADMIN_KINDS, CORE, calico_kinds
from api_server import ApiServer
from cli.calling import EXAMPLES, Calls, started
from percale.cli.exits import Exit
from percale.resources.documents import documents_in
from percale.resources.files import read
from percale.resources.kinds import kind_of
from percale.resources.problems import InvalidInput

POLICY = """
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: deny, labels: {team: red}}
spec: {order: 10, selector: "app == 'web'"}
"""


@pytest.fixture(params=["projectcalico.org/v3", "crd.projectcalico.org/v1"])
def server(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    with ApiServer((*CORE, *ADMIN_KINDS, *calico_kinds(request.param))) as made:
        config = {
            "current-context": "nowhere",
            "clusters": [
                {"name": "here", "cluster": {"server": made.url}},
                {"name": "nowhere", "cluster": {"server": "http://127.0.0.1:1"}},
            ],
            "contexts": [{"name": name, "context": {"cluster": name}} for name in ("here", "nowhere")],
        }
        (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config), encoding="utf-8")
        monkeypatch.setenv("DATASTORE_TYPE", "kubernetes")
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
        monkeypatch.setenv("K8S_CURRENT_CONTEXT", "here")
        yield made


def apply(percale: Calls, *flags: str, text: str = POLICY) -> str:
    ended = percale("apply", *flags, "-f", "-", stdin=text.encode())
    assert (ended.status, ended.err) == (Exit.YES, "")
    return ended.out


@pytest.mark.usefixtures("server")
def test_a_policy_is_applied_seen_changed_and_deleted(percale: Calls) -> None:
    assert apply(percale) == "Successfully applied 1 'GlobalNetworkPolicy' resource(s)\n"
    assert percale("get", "gnp", "-o", "wide").out.split() == [
        "NAME", "TIER", "ORDER", "SELECTOR", "deny", "default", "10", "app", "==", "'web'",
    ]  # fmt: skip
    assert percale("patch", "gnp", "deny", "-p", '{"spec": {"order": 20}}').status == Exit.YES
    assert percale("label", "gnp", "deny", "team=blue", "--overwrite").status == Exit.YES
    found = json.loads(percale("get", "gnp", "deny", "-o", "json").out)
    assert (found["spec"]["order"], found["metadata"]["labels"]["team"]) == (20, "blue")
    assert "unchanged" not in apply(percale)
    assert percale("replace", "-f", "-", stdin=POLICY.encode()).status == Exit.YES
    assert percale("create", "-f", "-", stdin=POLICY.encode()).status == Exit.NO
    assert percale("delete", "gnp", "deny").status == Exit.YES
    assert percale("get", "gnp", "deny").status == Exit.NO


def test_kubectl_sees_what_calico_would_have_written(percale: Calls, server: ApiServer) -> None:
    apply(percale)
    (stored,) = server.objects.all(server.kind("globalnetworkpolicies"), "")
    assert stored["spec"] == {"order": 10, "selector": "app == 'web'", "tier": "default", "types": ["Ingress"]}
    assert stored["metadata"]["labels"]["projectcalico.org/tier"] == "default"


@pytest.mark.usefixtures("server")
def test_an_owner_prunes_its_own(percale: Calls) -> None:
    apply(percale, "--owner", "job")
    apply(percale, text=POLICY.replace("deny", "others"))
    apply(percale, "--owner", "job", "--prune", text=POLICY.replace("deny", "new"))
    assert percale("get", "gnp", "-o", "name").out.split() == [
        f"globalnetworkpolicy.projectcalico.org/{name}" for name in ("new", "others")
    ]
    assert "delete GlobalNetworkPolicy(new)" in percale("delete", "--owner", "job", "--dry-run").out


@pytest.mark.usefixtures("server")
def test_what_is_exported_can_be_imported(percale: Calls, tmp_path: Path) -> None:
    apply(percale)
    exported = percale("datastore", "export").out
    (tmp_path / "all.yaml").write_text(exported, encoding="utf-8")
    assert percale("delete", "gnp", "deny").status == Exit.YES
    assert percale("datastore", "import", "-f", str(tmp_path / "all.yaml")).status == Exit.YES
    assert percale("get", "gnp", "deny").status == Exit.YES
    assert len(documents_in(exported.encode(), "export")) == 4


def test_changes_are_followed(percale: Calls, server: ApiServer) -> None:
    apply(percale)
    with started("get", "gnp", "-w") as process:
        assert process.stdout
        read = process.stdout.readline
        assert [read().split()[0] for _ in range(2)] == ["EVENT", "ADDED"]
        percale("patch", "gnp", "deny", "-p", '{"spec": {"order": 7}}')
        assert read().split() == ["MODIFIED", "deny", "default"]
        server.cut()
        percale("delete", "gnp", "deny")
        assert read().split() == ["DELETED", "deny", "default"]
        process.kill()


@pytest.mark.usefixtures("server")
def test_another_context_is_another_cluster(percale: Calls) -> None:
    apply(percale)
    assert percale("get", "gnp", "--context", "here").status == Exit.YES
    ended = percale("get", "gnp", "--context", "none")
    assert (ended.status, ended.out) == (Exit.OUT_OF_REACH, "")
    assert "no context `none`" in ended.err
    assert "it has `here`, `nowhere`" in ended.err


def test_what_is_invalid_is_said_and_the_rest_is_shown(percale: Calls, server: ApiServer) -> None:
    apply(percale)
    server.put("globalnetworkpolicies", {"metadata": {"name": "bad"}, "spec": {"selector": "app = x"}})
    ended = percale("get", "gnp", "-o", "name")
    assert ended.out.split() == ["globalnetworkpolicy.projectcalico.org/deny"]
    assert "GlobalNetworkPolicy(bad)" in ended.err
    assert "is invalid and treated as absent: spec.selector" in ended.err
    assert "app = x" in percale("get", "gnp", "bad", "-o", "yaml").out
    assert percale("delete", "gnp", "bad").status == Exit.YES
    assert percale("get", "gnp", "-o", "name").err == ""


def test_a_right_that_is_missing_is_named(percale: Calls, server: ApiServer) -> None:
    server.forbidden = lambda request: request.verb in ("list", "create") and "policies" in request.resource
    ended = percale("get", "gnp")
    assert (ended.status, ended.out) == (Exit.OUT_OF_REACH, "")
    assert 'User "system:anonymous" cannot list resource "globalnetworkpolicies"' in ended.err
    assert 'resources: ["globalnetworkpolicies"], verbs: ["list"]' in ended.err


def test_a_cluster_that_is_away_is_not_taken_for_an_empty_one(percale: Calls, server: ApiServer) -> None:
    server.close()
    ended = percale("get", "gnp", "-o", "yaml")
    assert (ended.status, ended.out) == (Exit.OUT_OF_REACH, "")


@pytest.mark.parametrize("example", sorted(one.name for one in EXAMPLES.iterdir() if one.is_dir()))
@pytest.mark.usefixtures("server")
def test_an_example_applies(percale: Calls, example: str) -> None:
    """All that Percale reads of it; some are there to be invalid."""
    try:
        read_from = read([str(EXAMPLES / example)])
    except InvalidInput:
        pytest.skip("not all of its files are manifests")
    kept = [one.data for one in read_from if kind_of(one.data["apiVersion"], one.data["kind"])]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": kept}).encode()
    if percale("validate", "-q", "-f", "-", stdin=text).status != Exit.YES:
        pytest.skip("it is there to be invalid")
    ended = percale("apply", "-q", "-f", "-", stdin=text)
    assert (ended.status, ended.err) == (Exit.YES, ""), ended
    assert f"{len(kept)} " in ended.out
