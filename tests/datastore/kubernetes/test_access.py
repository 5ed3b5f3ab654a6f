"""Kubeconfigs, service accounts and variables: real files, a real server with TLS, real credential plugins."""

import base64
import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api_objects import CORE
from api_server import ApiServer
from datastore.kubernetes.certificates import Authority
from datastore.kubernetes.clusters import NAMESPACE, SHORT, namespace, only
from percale.datastore.configuration import Settings
from percale.datastore.errors import NotPermitted, StoreUnavailable
from percale.datastore.kubernetes.access import Access, access_of
from percale.datastore.kubernetes.store import Kubernetes

#: Of a kubeconfig.
_ONE = (
    "current-context: x, contexts: [{name: x, context: {cluster: x, user: x}}], "
    "clusters: [{name: x, cluster: {server: 'http://x'}}]"
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.made(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority: Authority) -> Iterator[ApiServer]:
    with ApiServer(CORE, tls=authority.server()) as made:
        made.put("namespaces", namespace("there"))
        yield made


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Without a kubeconfig."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def seen(access: Access) -> list[str]:
    store = Kubernetes(access, patience=SHORT)
    try:
        return [one["metadata"]["name"] for one in store.list(only(NAMESPACE)).resources]
    finally:
        store.close()


def data(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()


def kubeconfig(path: Path, server: ApiServer, user: dict[str, Any], **cluster: Any) -> Settings:
    path.write_text(json.dumps(config(server, user, **cluster)), encoding="utf-8")
    return Settings(kubeconfig=str(path))


def config(server: ApiServer, user: dict[str, Any], *, name: str = "one", **cluster: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": {"server": server.url, **cluster}}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
    }


def ca(authority: Authority) -> dict[str, str]:
    return {"certificate-authority-data": data(authority.own.certificate)}


def test_a_server_whose_authority_is_known_is_trusted(tmp_path: Path, server: ApiServer, authority: Authority) -> None:
    assert seen(access_of(kubeconfig(tmp_path / "c", server, {}, **ca(authority)))) == ["there"]
    (tmp_path / "relative.crt").write_bytes(authority.own.certificate.read_bytes())
    by_file = kubeconfig(tmp_path / "c", server, {}, **{"certificate-authority": "relative.crt"})
    assert seen(access_of(by_file)) == ["there"]
    careless = kubeconfig(tmp_path / "c", server, {}, **{"insecure-skip-tls-verify": True})
    assert seen(access_of(careless)) == ["there"]


def test_a_server_that_nobody_vouches_for_is_refused_at_once(tmp_path: Path, server: ApiServer) -> None:
    with pytest.raises(StoreUnavailable, match=r"(?i)certificate"):
        seen(access_of(kubeconfig(tmp_path / "c", server, {})))
    assert not server.requests


def test_the_certificate_may_be_another_hosts(tmp_path: Path, authority: Authority) -> None:
    with ApiServer(CORE, tls=authority.server(alternative="DNS:api.internal")) as server:
        with pytest.raises(StoreUnavailable, match=r"(?i)certificate"):
            seen(access_of(kubeconfig(tmp_path / "c", server, {}, **ca(authority))))
        named = kubeconfig(tmp_path / "c", server, {}, **ca(authority), **{"tls-server-name": "api.internal"})
        assert seen(access_of(named)) == []


def test_a_client_may_have_a_certificate(tmp_path: Path, authority: Authority) -> None:
    pair = authority.signed("client")
    by_file = {"client-certificate": str(pair.certificate), "client-key": str(pair.key)}
    by_text = {"client-certificate-data": data(pair.certificate), "client-key-data": data(pair.key)}
    with ApiServer(CORE, tls=authority.server(asks=True)) as server:
        for user in (by_file, by_text):
            assert seen(access_of(kubeconfig(tmp_path / "c", server, user, **ca(authority)))) == []
        with pytest.raises(StoreUnavailable):
            seen(access_of(kubeconfig(tmp_path / "c", server, {}, **ca(authority))))


@pytest.mark.parametrize(
    ("user", "header"),
    [
        ({"token": "t"}, "Bearer t"),
        ({"username": "u", "password": "p"}, f"Basic {base64.b64encode(b'u:p').decode()}"),
    ],
    ids=["token", "password"],
)
def test_a_user_says_who_it_is(
    tmp_path: Path, server: ApiServer, authority: Authority, user: dict[str, Any], header: str
) -> None:
    server.users = {header: "somebody"}
    assert seen(access_of(kubeconfig(tmp_path / "c", server, user, **ca(authority)))) == ["there"]
    with pytest.raises(NotPermitted, match=r"Unauthorized \(as user `one`\)"):
        seen(access_of(kubeconfig(tmp_path / "c", server, {"token": "other"}, **ca(authority))))


def test_a_token_file_is_read_again_when_its_token_is_refused(
    tmp_path: Path, server: ApiServer, authority: Authority
) -> None:
    token = tmp_path / "token"
    token.write_text("old", encoding="utf-8")
    server.users = {"Bearer old": "somebody"}
    store = Kubernetes(access_of(kubeconfig(tmp_path / "c", server, {"tokenFile": "token"}, **ca(authority))))
    assert store.list(only(NAMESPACE)).resources
    token.write_text("new", encoding="utf-8")
    server.users = {"Bearer new": "somebody"}
    assert store.list(only(NAMESPACE)).resources
    store.close()


# Contexts and files.


def test_several_files_are_merged_and_a_context_is_chosen(tmp_path: Path, server: ApiServer) -> None:
    with ApiServer(CORE) as other:
        first, second = config(other, {}), config(server, {"token": "t"}, name="two")
        (tmp_path / "a").write_text(json.dumps(first), encoding="utf-8")
        (tmp_path / "b").write_text(json.dumps(second), encoding="utf-8")
        files = f"{tmp_path / 'absent'}:{tmp_path / 'a'}:{tmp_path / 'b'}"
        assert access_of(Settings(kubeconfig=files)).url == other.url
        chosen = access_of(Settings(kubeconfig=files, k8s_current_context="two"))
        assert (chosen.url, chosen.user) == (server.url, "two")
        with pytest.raises(StoreUnavailable, match="no context `three`") as refused:
            access_of(Settings(kubeconfig=files, k8s_current_context="three"))
        assert refused.value.hint == "name one with --context; it has `one`, `two`"


def test_a_kubeconfig_may_be_text(server: ApiServer, authority: Authority) -> None:
    text = json.dumps(config(server, {}, **ca(authority)))
    assert seen(access_of(Settings(kubeconfig_inline=text))) == ["there"]


def test_the_file_of_the_home_is_taken_without_being_named(home: Path, server: ApiServer, authority: Authority) -> None:
    (home / ".kube").mkdir()
    kubeconfig(home / ".kube" / "config", server, {}, **ca(authority))
    assert seen(access_of(Settings(), {})) == ["there"]


def test_variables_count_more_than_the_kubeconfig(tmp_path: Path, server: ApiServer, authority: Authority) -> None:
    server.users = {"Bearer right": "somebody"}
    with ApiServer(CORE) as other:
        settings = kubeconfig(tmp_path / "c", other, {"token": "wrong"})
        changed = Settings(
            kubeconfig=settings.kubeconfig,
            k8s_api_endpoint=server.url,
            k8s_ca_file=str(authority.own.certificate),
            k8s_api_token="right",  # noqa: S106  none that anybody has
        )
        assert seen(access_of(changed)) == ["there"]
        assert not other.requests


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[", "is no kubeconfig"),
        ("clusters: 1", "is no kubeconfig"),
        ("{}", "no current context"),
        ("current-context: x", "no context `x`"),
        ("clusters: [{name: x}]", "`cluster` is missing"),
        ("{current-context: x, contexts: [{name: x, context: {cluster: y}}]}", "names cluster `y`, of which"),
        (f"{{{_ONE}, users: [{{name: y, user: {{}}}}]}}", "names user `x`, of which"),
        (f"{{{_ONE}, users: [{{name: x, user: {{auth-provider: {{name: gcp}}}}}}]}}", "auth-provider not supported"),
    ],
    ids=range(8),
)
def test_a_kubeconfig_that_is_wrong_says_what_is(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "c").write_text(text, encoding="utf-8")
    with pytest.raises(StoreUnavailable, match=says):
        access_of(Settings(kubeconfig=str(tmp_path / "c")))


def test_no_kubeconfig_at_all_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=f"there is no kubeconfig at `{tmp_path}/none`"):
        access_of(Settings(kubeconfig=str(tmp_path / "none")))


# In a pod.


def test_a_pod_is_its_service_account(
    tmp_path: Path, server: ApiServer, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("first", encoding="utf-8")
    (tmp_path / "namespace").write_text("percale", encoding="utf-8")
    (tmp_path / "ca.crt").write_bytes(authority.own.certificate.read_bytes())
    environment = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(server.port)}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    server.users = {"Bearer first": "system:serviceaccount:percale:percale-agent"}
    store = Kubernetes(access_of(Settings(), environment, tmp_path))
    assert store.list(only(NAMESPACE)).resources
    (tmp_path / "token").write_text("second", encoding="utf-8")
    server.users = {"Bearer second": "system:serviceaccount:percale:percale-agent"}
    assert store.list(only(NAMESPACE)).resources
    store.close()


def test_a_pod_without_its_files_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="the pod's service account cannot be used"):
        access_of(Settings(), {"KUBERNETES_SERVICE_HOST": "127.0.0.1"}, tmp_path)


# Credential plugins.


def plugin(path: Path, body: str, version: str = "v1", **fields: Any) -> dict[str, Any]:
    """A user whose program prints what the lines of Python make of `status`, and counts how often it ran."""
    api = f"client.authentication.k8s.io/{version}"
    lines = (
        f"#!{sys.executable}",
        "import json, os, pathlib, sys",
        f"log = pathlib.Path({str(path.parent / 'runs')!r})",
        "runs = len(log.read_text()) if log.exists() else 0",
        "log.write_text('x' * (runs + 1))",
        "told = json.loads(os.environ['KUBERNETES_EXEC_INFO'])",
        body,
        f"print(json.dumps({{'apiVersion': {api!r}, 'kind': 'ExecCredential', 'status': status}}))",
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"exec": {"apiVersion": api, "command": f"./{path.name}", "interactiveMode": "Never", **fields}}


def runs(tmp_path: Path) -> int:
    return len((tmp_path / "runs").read_text(encoding="utf-8"))


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_a_plugin_says_who_one_is_once(tmp_path: Path, server: ApiServer, authority: Authority, version: str) -> None:
    user = plugin(tmp_path / "who", "status = {'token': os.environ['NAME'] + sys.argv[1]}", version, args=["-b"])
    user["exec"]["env"] = [{"name": "NAME", "value": "a"}]
    server.users = {"Bearer a-b": "somebody"}
    access = access_of(kubeconfig(tmp_path / "c", server, user, **ca(authority)))
    assert seen(access) == seen(access) == ["there"]
    assert runs(tmp_path) == 1


def test_a_plugin_is_asked_again_when_its_token_is_refused_or_over(
    tmp_path: Path, server: ApiServer, authority: Authority
) -> None:
    over = "'2020-01-01T00:00:00Z' if runs == 1 else '2999-01-01T00:00:00Z'"
    body = f"status = {{'token': str(runs), 'expirationTimestamp': {over}}}"
    access = access_of(kubeconfig(tmp_path / "c", server, plugin(tmp_path / "who", body), **ca(authority)))
    server.users = {"Bearer 0": "somebody"}
    assert seen(access) == ["there"]
    server.users = {"Bearer 1": "somebody"}
    assert seen(access) == ["there"]
    server.users = {"Bearer 2": "somebody"}
    assert seen(access) == ["there"]
    assert runs(tmp_path) == 3


def test_a_plugin_may_give_a_certificate(tmp_path: Path, authority: Authority) -> None:
    pair = authority.signed("plugged")
    files = {"clientCertificateData": str(pair.certificate), "clientKeyData": str(pair.key)}
    body = f"status = {{name: open(file).read() for name, file in {files}.items()}}"
    with ApiServer(CORE, tls=authority.server(asks=True)) as server:
        user = plugin(tmp_path / "who", body)
        assert seen(access_of(kubeconfig(tmp_path / "c", server, user, **ca(authority)))) == []


def test_a_plugin_that_wants_to_know_is_told_about_the_cluster(
    tmp_path: Path, server: ApiServer, authority: Authority
) -> None:
    body = "status = {'token': told['spec']['cluster']['server'] + str(told['spec']['interactive'])}"
    user = plugin(tmp_path / "who", body, provideClusterInfo=True)
    server.users = {f"Bearer {server.url}False": "somebody"}
    assert seen(access_of(kubeconfig(tmp_path / "c", server, user, **ca(authority)))) == ["there"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("sys.exit('log in first')", "log in first"),
        ("status = {}", "prints neither a token nor a certificate"),
        ("print('x'); status = {}", "prints no ExecCredential"),
        ("status = {'clientCertificateData': 'x', 'clientKeyData': 'y'}", "certificate cannot be used"),
    ],
    ids=["fails", "empty", "noise", "certificate"],
)
def test_a_plugin_that_gives_nothing_says_why(
    tmp_path: Path, server: ApiServer, authority: Authority, body: str, says: str
) -> None:
    access = access_of(kubeconfig(tmp_path / "c", server, plugin(tmp_path / "who", body), **ca(authority)))
    with pytest.raises(StoreUnavailable, match=says):
        seen(access)


def test_a_plugin_that_is_not_there_comes_with_its_hint(
    tmp_path: Path, server: ApiServer, authority: Authority
) -> None:
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "none-such", "installHint": "get it"}}
    with pytest.raises(StoreUnavailable, match="`none-such` is not installed") as refused:
        seen(access_of(kubeconfig(tmp_path / "c", server, user, **ca(authority))))
    assert refused.value.hint == "get it"


def test_a_plugin_of_an_unknown_version_is_refused(tmp_path: Path, server: ApiServer, authority: Authority) -> None:
    user = plugin(tmp_path / "who", "status = {'token': 't'}", "v1alpha1")
    with pytest.raises(StoreUnavailable, match="v1alpha1` are not known"):
        seen(access_of(kubeconfig(tmp_path / "c", server, user, **ca(authority))))


def test_requests_may_be_made_as_somebody_else(tmp_path: Path, server: ApiServer, authority: Authority) -> None:
    user = {"token": "t", "as": "jane", "as-groups": ["a", "b"], "as-user-extra": {"scope": ["x"]}}
    access = access_of(kubeconfig(tmp_path / "c", server, user, **ca(authority)))
    assert access.headers == (
        ("Impersonate-User", "jane"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Extra-scope", "x"),
    )
    assert seen(access) == ["there"]


def test_a_proxy_of_the_cluster_is_used(tmp_path: Path, server: ApiServer, authority: Authority) -> None:
    settings = kubeconfig(tmp_path / "c", server, {}, **ca(authority), **{"proxy-url": "http://127.0.0.1:1"})
    with pytest.raises(StoreUnavailable):
        seen(access_of(settings))
    assert not server.requests
