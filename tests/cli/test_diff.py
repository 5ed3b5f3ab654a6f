"""`percale diff`: its forms, its sides, and all the ways in which there is nothing to compare."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.calling import EXAMPLES, Calls, Ended
from percale.cli.exits import Exit
from percale.report.difference_markdown import MOST_CHARACTERS

OCTOBER = EXAMPLES / "october"
APP, POLICIES = str(OCTOBER / "app.yaml"), str(OCTOBER / "policies")


@pytest.fixture
def without_redis(tmp_path: Path) -> str:
    """The example without the file that lets anyone into Redis."""
    shutil.copytree(OCTOBER, tmp_path / "october")
    (tmp_path / "october/policies/redis-allow-from-api-worker.yaml").unlink()
    return str(tmp_path / "october")


def test_the_same_is_the_same(percale: Calls) -> None:
    assert percale("diff", "-q", str(OCTOBER), str(OCTOBER)) == Ended(
        Exit.YES, out="no difference: every packet has the same fate\n"
    )


def test_a_change_is_told_with_its_reasons_and_a_packet(percale: Calls, without_redis: str) -> None:
    ended = percale("diff", "-q", str(OCTOBER), without_redis)
    assert ended.status == Exit.NO
    assert "october/api may no longer reach october/redis with TCP to 6379\n  was allowed: egress: " in ended.out
    assert "now denied: ingress: no rule matches in KubernetesNetworkPolicy october/default-deny-all" in ended.out
    assert "for example: october/api at 10.0.0.1 port 32768 to october/redis at 10.0.0.2 TCP 6379" in ended.out
    assert ended.out.endswith("0 changes to open and 2 to close; 23 of 25 pairs of workloads as before\n")


def test_the_other_way_round_it_opens(percale: Calls, without_redis: str) -> None:
    ended = percale("diff", "-q", without_redis, str(OCTOBER))
    assert "october/api may now reach october/redis with TCP to 6379" in ended.out


def test_json_has_every_member_and_both_decisions(percale: Calls, without_redis: str) -> None:
    said = json.loads(percale("diff", "-q", str(OCTOBER), without_redis, "-o", "json").out)
    assert (said["schemaVersion"], said["same"], len(said["changes"])) == (1, False, 2)
    change = said["changes"][0]
    assert change["sources"] == {"name": "october/api", "kind": "workload", "members": ["october/api"]}
    assert change["traffic"] == [{"protocol": "TCP", "ports": "6379"}]
    assert (change["change"], change["everywhere"], change["ipVersions"]) == ("closed", True, [4])
    assert (change["example"]["old"]["verdict"], change["example"]["new"]["verdict"]) == ("allow", "deny")
    assert change["example"]["old"]["ingress"]["policy"] == "redis-allow-from-api-worker"
    assert said["pairs"] == [{"ipVersion": 4, "all": 25, "changed": 2, "kept": 23}]
    assert [one["edit"] for one in said["policies"]] == ["removed"]


def test_annotations_stand_at_the_policy_that_is_responsible(percale: Calls, without_redis: str) -> None:
    lines = percale("diff", "-q", str(OCTOBER), without_redis, "-o", "github").out.splitlines()
    place = f"file={POLICIES}/redis-allow-from-api-worker.yaml,line=2,col=1"
    assert [line.partition(",title")[0] for line in lines[:2]] == [f"::warning {place}"] * 2


def test_policies_that_change_nothing_are_said_to(percale: Calls, tmp_path: Path) -> None:
    shutil.copytree(OCTOBER, tmp_path / "october")
    again = Path(POLICIES, "api-allow-egress-redis.yaml").read_text(encoding="utf-8")
    renamed = again.replace("name: api-allow-egress-redis", "name: once-more")
    (tmp_path / "october/once-more.yaml").write_text(renamed, encoding="utf-8")
    ended = percale("diff", "-q", str(OCTOBER), str(tmp_path / "october"))
    assert ended.status == Exit.YES
    assert "added: KubernetesNetworkPolicy october/once-more" in ended.out
    assert ended.out.endswith("1 policy changed, and no packet's fate\n")


def test_only_what_begins_or_ends_in_a_namespace(percale: Calls, without_redis: str) -> None:
    everything = percale("diff", "-q", str(OCTOBER), without_redis)
    assert percale("diff", "-q", str(OCTOBER), without_redis, "-n", "october").out == everything.out
    assert percale("diff", "-q", str(OCTOBER), without_redis, "-n", "kube-system").status == Exit.YES


_STAGED = """apiVersion: projectcalico.org/v3
kind: StagedNetworkPolicy
metadata: {name: closed, namespace: october}
spec: {selector: app == 'redis', order: 1, types: [Ingress], ingress: [{action: Deny}]}
"""


def test_staged_policies_count_where_they_are_asked_about(percale: Calls, tmp_path: Path) -> None:
    (tmp_path / "staged.yaml").write_text(_STAGED, encoding="utf-8")
    (tmp_path / "none.yaml").write_text(_NAMESPACE, encoding="utf-8")
    none = str(tmp_path / "none.yaml")
    given = ("diff", "-q", "-f", str(OCTOBER), "-f", str(tmp_path / "staged.yaml"), none, none)
    assert percale(*given).status == Exit.YES
    ended = percale(*given, "--staged")
    assert ended.status == Exit.NO
    assert "now denied: ingress: StagedNetworkPolicy october/closed ingress[0] (Deny) in tier default" in ended.out


_NAMESPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: elsewhere}}\n"


def test_workloads_of_one_side_are_told_apart(percale: Calls, tmp_path: Path) -> None:
    shutil.copytree(OCTOBER, tmp_path / "october")
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: shell, namespace: october}, spec: {containers: [{name: a}]}}\n"
    (tmp_path / "october/pod.yaml").write_text(pod, encoding="utf-8")
    ended = percale("diff", "-q", str(OCTOBER), str(tmp_path / "october"))
    assert ended.status == Exit.NO
    assert "workload added: Pod/october/shell" in ended.out
    assert "october/shell may reach kube-system/kube-dns with TCP to 53, UDP to 53" in ended.out
    assert "1 workload added and 0 removed; 25 of 25 pairs of workloads as before" in ended.out


def test_a_deployment_is_its_pods(percale: Calls, tmp_path: Path) -> None:
    """Manifests on one side, a dump of the cluster on the other."""
    pods = [_pod("api", "1", "10.1.0.1"), _pod("api", "2", "10.1.0.2"), _pod("redis", "1", "10.1.0.3")]
    rest = [_pod("worker", "1", "10.1.0.4"), _pod("ingress", "1", "10.1.0.5", "ingress-nginx")]
    dump = {"apiVersion": "v1", "kind": "List", "items": [*pods, *rest]}
    app = Path(APP).read_text(encoding="utf-8")
    app = app.replace("ingress-nginx-controller", "ingress").partition(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: kube-dns"
    )[0]
    (tmp_path / "app.yaml").write_text(app, encoding="utf-8")
    (tmp_path / "dump.json").write_text(json.dumps(dump), encoding="utf-8")
    namespaces = "".join(f"{part}---\n" for part in app.split("---\n") if "kind: Namespace" in part)
    (tmp_path / "names.yaml").write_text(namespaces, encoding="utf-8")
    (tmp_path / "new").mkdir()
    for name in ("dump.json", "names.yaml"):
        (tmp_path / name).rename(tmp_path / "new" / name)
    ended = percale("diff", "-q", "-f", POLICIES, str(tmp_path / "app.yaml"), str(tmp_path / "new"))
    assert "workload added" not in ended.out
    assert "workload removed" not in ended.out


def _pod(app: str, number: str, address: str, namespace: str = "october") -> dict[str, object]:
    labels = {"app": app, "pod-template-hash": "7f9c"}
    if app == "ingress":
        labels = {
            "app.kubernetes.io/name": "ingress-nginx",
            "app.kubernetes.io/component": "controller",
            "pod-template-hash": "7f9c",
        }
    metadata = {
        "name": f"{app}-7f9c-{number}",
        "namespace": namespace,
        "labels": labels,
        "ownerReferences": [{"kind": "ReplicaSet", "name": f"{app}-7f9c"}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": [{"name": "main"}]},
        "status": {"podIPs": [{"ip": address}]},
    }


# Sides that are none.


@pytest.mark.parametrize(
    ("sides", "status", "says"),
    [
        (("-", "-"), Exit.USAGE, "standard input can be one of the sides only"),
        (("/nowhere", str(OCTOBER)), Exit.INVALID_INPUT, "/nowhere: no such file or directory"),
        (("store:prod", str(OCTOBER)), Exit.USAGE, "`store:prod` names no datastore"),
        (("git:", str(OCTOBER)), Exit.USAGE, "`git:` names no revision and path"),
        (("git:main", str(OCTOBER)), Exit.USAGE, "`git:main` names no revision and path"),
    ],
)
def test_what_is_no_side(percale: Calls, sides: tuple[str, str], status: Exit, says: str) -> None:
    ended = percale("diff", *sides)
    assert (ended.status, ended.out) == (status, "")
    assert says in ended.err


def test_problems_of_both_sides_come_together(percale: Calls, tmp_path: Path) -> None:
    for name in ("old.yaml", "new.yaml"):
        (tmp_path / name).write_text("{apiVersion: v1, kind: Pod, metadata: {name: 7}}\n", encoding="utf-8")
    ended = percale("diff", str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml"))
    assert ended.status == Exit.INVALID_INPUT
    assert "old.yaml" in ended.err
    assert "new.yaml" in ended.err


def test_a_document_as_written_is_refused_where_it_is_invalid(percale: Calls) -> None:
    ended = percale("diff", str(EXAMPLES / "as-written/001-picocluster"), str(EXAMPLES / "picocluster"))
    assert (ended.status, ended.out) == (Exit.INVALID_INPUT, "")
    assert "06-external-api-access.yaml:16:5: NetworkPolicy myapp/allow-external-api" in ended.err


def test_without_workloads_nothing_can_be_told(percale: Calls) -> None:
    ended = percale("diff", POLICIES, POLICIES)
    assert (ended.status, ended.out) == (Exit.CANNOT_TELL, "")
    assert "neither side holds a workload" in ended.err


# Names from strangers.

_HOSTILE = "</code></summary>@everyone`![x](y)\u202e\x1b[2J,::error::"


def test_no_form_lets_a_hostile_name_act(percale: Calls, without_redis: str, tmp_path: Path) -> None:
    """File names are the strangers' to choose, and places are shown."""
    hostile = tmp_path / _HOSTILE.replace("/", "")
    shutil.copytree(without_redis, hostile)
    for form in ("text", "markdown", "github", "json"):
        out = percale("diff", "-q", str(OCTOBER), str(hostile), "-o", form).out
        assert "\x1b" not in out
        assert "\u202e" not in out
    assert not re.search(
        r"<(?!/?(details|summary|code)>)",
        percale("diff", "-q", str(hostile), APP, "-o", "markdown").out.replace("`", ""),
    )


def test_a_comment_fits_github(percale: Calls, tmp_path: Path) -> None:
    """Each of many pods has a port of its own."""
    items: list[dict[str, object]] = []
    policies: list[dict[str, object]] = []
    for number in range(300):
        name = f"pod{number}-{'x' * 40}"
        items.append(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name, "namespace": "many", "labels": {"app": name}},
                "spec": {"containers": [{"name": "main"}]},
            }
        )
        spec = {
            "podSelector": {"matchLabels": {"app": name}},
            "ingress": [{"ports": [{"port": 1000 + number}]}],
        }
        policies.append(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": name, "namespace": "many"},
                "spec": spec,
            }
        )
    for name, held in (("old", items), ("new", [*items, *policies])):
        (tmp_path / f"{name}.json").write_text(
            json.dumps({"apiVersion": "v1", "kind": "List", "items": held}), encoding="utf-8"
        )
    out = percale("diff", "-q", str(tmp_path / "old.json"), str(tmp_path / "new.json"), "-o", "markdown").out
    assert len(out) <= MOST_CHARACTERS
    assert re.search(r"\n\d+ entries more: see `percale diff`\.\n$", out)
    assert out.count("<details>") == out.count("</details>") > 50


# Revisions of git and the datastore.


def _git(*words: str) -> None:
    given = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
    subprocess.run(("git", *given, *words), check=True, capture_output=True)  # noqa: S603, S607


def test_a_branch_against_where_it_left(percale: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clone").mkdir()
    monkeypatch.chdir(tmp_path / "clone")
    _git("init")
    shutil.copytree(OCTOBER, "k8s")
    _git("add", ".")
    _git("commit", "-m", "one")
    Path("k8s/policies/redis-allow-from-api-worker.yaml").unlink()
    given = ("diff", "-q", "git:main...:k8s", "k8s")
    assert percale(*given).out.endswith("0 changes to open and 2 to close; 23 of 25 pairs of workloads as before\n")
    said = percale(*given, "-o", "github").out
    assert "::warning file=k8s/policies/redis-allow-from-api-worker.yaml,line=2,col=1," in said
    assert percale("diff", "-q", "git:main:k8s", "git:HEAD:k8s").status == Exit.YES
    assert "git:main:k8s/policies/default-deny-all.yaml" in percale("diff", "-q", "git:main:", APP).out


def test_the_datastore_is_a_side(
    percale: Calls, without_redis: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATASTORE_TYPE", "sqlite")
    monkeypatch.setenv("PERCALE_SQLITE_PATH", str(tmp_path / "store.db"))
    assert percale("apply", "-R", "-f", str(OCTOBER)).status == Exit.YES
    assert percale("diff", "-q", "store:", str(OCTOBER)).status == Exit.YES
    assert percale("diff", "-q", "store:", without_redis).status == Exit.NO


_HOST = """apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: node1, labels: {role: host}}
spec: {node: node1, interfaceName: eth0, expectedIPs: [192.0.2.1]}
"""
_FORWARDED = """apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: forwarded}
spec: {selector: role == 'host', applyOnForward: true, preDNAT: true, types: [Ingress], ingress: [{action: Deny}]}
"""
_FELIX = """apiVersion: projectcalico.org/v3
kind: FelixConfiguration
metadata: {name: default}
spec: {%s}
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            _NAMESPACE,
            _FELIX % "defaultEndpointToHostAction: Drop",
            "what becomes of pods' traffic to their own host changed: not compared",
        ),
    ],
)
def test_what_is_not_compared_is_never_the_same(percale: Calls, tmp_path: Path, old: str, new: str, says: str) -> None:
    ended = _of_texts(percale, tmp_path, old, new)
    assert ended.status == Exit.CANNOT_TELL
    assert says in ended.err
    assert says in ended.out


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            _HOST,
            f"{_HOST}---\n{_FORWARDED}",
            "no longer forward what comes in by eth0 from every workload to every workload with TCP to 0-21,23-178",
        ),
        (
            f"{_HOST}---\n{_FORWARDED}",
            f"{_HOST}---\n{_FORWARDED.replace('action: Deny', 'action: Deny, protocol: TCP')}",
            "now forward what comes in by eth0 from every workload to every workload with UDP to 0-67,69-65535",
        ),
    ],
)
def test_what_a_host_forwards_is_compared(percale: Calls, tmp_path: Path, old: str, new: str, says: str) -> None:
    ended = _of_texts(percale, tmp_path, old, new)
    assert ended.status == Exit.NO
    assert says in ended.out


_OF_HOSTS = """apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: hosts}
spec: {selector: role == 'host', ingress: [{action: Allow, protocol: TCP, destination: {ports: [80]}}]}
"""


def test_what_hosts_send_and_take_is_compared(percale: Calls, tmp_path: Path) -> None:
    old, new = (f"{_HOST}---\n{_OF_HOSTS.replace('80', port)}" for port in ("80", "8443"))
    ended = _of_texts(percale, tmp_path, old, new)
    assert ended.status == Exit.NO
    assert "host:node1 with TCP to 8443\n  was denied: host node1 ingress: no rule matches in" in ended.out
    assert "now allowed: host node1 ingress: GlobalNetworkPolicy hosts ingress[0] (Allow)" in ended.out
    assert " to host:node1 at 192.0.2.1 TCP 8443" in ended.out


def test_a_host_endpoint_that_one_side_lacks_closes_its_host(percale: Calls, tmp_path: Path) -> None:
    ended = _of_texts(percale, tmp_path, _NAMESPACE, _HOST)
    assert ended.status == Exit.NO
    assert "may no longer reach host:node1 with" in ended.out


def _of_texts(percale: Calls, where: Path, old: str, new: str) -> Ended:
    for name, text in (("old", old), ("new", new)):
        (where / f"{name}.yaml").write_text(text, encoding="utf-8")
    return percale("diff", "-f", str(OCTOBER), str(where / "old.yaml"), str(where / "new.yaml"))


def test_one_workload_alone_has_the_outside_to_talk_to(percale: Calls, tmp_path: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: a}\nspec: {containers: [{name: p, image: p}]}\n"
    metadata = "metadata: {name: p, namespace: a}"
    closed = f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n{metadata}\nspec: {{podSelector: {{}}}}\n"
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(pod)
    new.write_text(f"{pod}---\n{closed}")
    ended = percale("diff", "-q", str(old), str(new))
    assert ended.status == Exit.NO
    assert "everything outside may no longer reach a/p with anything" in ended.out
