"""calicoctl's file and variables: what counts, and what is said of mistakes."""

from pathlib import Path

import pytest

from percale.datastore import configuration
from percale.datastore.configuration import Settings, StoreType, default_sqlite_path, load_settings
from percale.resources.problems import InvalidInput

_FILE = "apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nmetadata:\nspec:\n{}"


@pytest.fixture(autouse=True)
def no_default_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "default.cfg"
    monkeypatch.setattr(configuration, "DEFAULT_FILE", path)
    return path


def from_file(path: Path, *lines: str, environment: dict[str, str] | None = None) -> Settings:
    (path / "calicoctl.cfg").write_text(_FILE.format("".join(f"  {line}\n" for line in lines)), encoding="utf-8")
    return load_settings(path / "calicoctl.cfg", environment or {})


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, StoreType.SQLITE),
        ({"DATASTORE_TYPE": "kubernetes"}, StoreType.KUBERNETES),
        ({"ETCD_ENDPOINTS": "http://a:2379"}, StoreType.ETCD),
        ({"ETCD_DISCOVERY_SRV": "a"}, StoreType.ETCD),
        ({"KUBECONFIG": "/x"}, StoreType.SQLITE),
        ({"PERCALE_DIRECTORY": "/x"}, StoreType.DIRECTORY),
        ({"DATASTORE_TYPE": "sqlite", "ETCD_ENDPOINTS": "http://a:2379"}, StoreType.SQLITE),
        ({"DATASTORE_TYPE": "sqlite", "CALICO_DATASTORE_TYPE": "etcdv3"}, StoreType.ETCD),
    ],
    ids=str,
)
def test_the_environment_says_which_store(environment: dict[str, str], expected: StoreType) -> None:
    assert load_settings(None, environment).store_type is expected


def test_variables_reach_their_fields() -> None:
    settings = load_settings(
        None, {"K8S_INSECURE_SKIP_TLS_VERIFY": "true", "CALICO_KUBECONFIG": "/a", "KUBECONFIG": "/b"}
    )
    assert settings == Settings(k8s_insecure_skip_tls_verify=True, kubeconfig="/a")


def test_every_variable_has_a_field() -> None:
    assert set(configuration.VARIABLES) <= set(Settings.__struct_fields__)


def test_a_file_is_read(tmp_path: Path) -> None:
    found = from_file(tmp_path, "datastoreType: etcdv3", "etcdEndpoints: http://a:2379", "etcdCACertFile: /ca")
    assert found == Settings(datastore_type="etcdv3", etcd_endpoints="http://a:2379", etcd_ca_cert_file="/ca")


def test_48_the_default_file_disables_the_environment(no_default_file: Path) -> None:
    environment = {"DATASTORE_TYPE": "etcdv3", "PERCALE_SQLITE_PATH": "/elsewhere"}
    assert load_settings(None, environment).store_type is StoreType.ETCD
    no_default_file.write_text(_FILE.format("  {}\n"), encoding="utf-8")
    assert load_settings(None, environment) == Settings()


@pytest.mark.parametrize(
    ("lines", "line", "path", "says"),
    [
        (("datastoreType: redis",), 5, "spec.datastoreType", "`redis` is no type of datastore"),
        (("sqlitepath: /a",), 5, "spec.sqlitepath", "unknown field `sqlitepath`"),
        (("k8sInsecureSkipTLSVerify: perhaps",), 5, "spec.k8sInsecureSkipTLSVerify", "expected true or false"),
    ],
)
def test_mistakes_in_the_file_have_their_place(
    tmp_path: Path, lines: tuple[str, ...], line: int, path: str, says: str
) -> None:
    with pytest.raises(InvalidInput) as invalid:
        from_file(tmp_path, *lines)
    (problem,) = invalid.value.problems
    assert (problem.place.line, problem.path) == (line, path)
    assert problem.says.startswith(says)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no resource"),
        ("kind: [", "found the end of the file"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "expected `projectcalico.org/v3`, found `v1`"),
        (_FILE.format("  {}\n") + "---\n" + _FILE.format("  {}\n"), "a second document"),
    ],
)
def test_what_is_no_configuration_says_so(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "x.cfg").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as invalid:
        load_settings(tmp_path / "x.cfg", {})
    assert any(says in problem.says for problem in invalid.value.problems), invalid.value.problems


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as invalid:
        load_settings(tmp_path / "nowhere.cfg", {})
    assert "no such file" in invalid.value.problems[0].says


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("DATASTORE_TYPE", "redis", "`redis` is no type of datastore"),
        ("K8S_INSECURE_SKIP_TLS_VERIFY", "perhaps", "expected true or false"),
    ],
)
def test_mistakes_in_the_environment_name_the_variable(variable: str, value: str, says: str) -> None:
    with pytest.raises(InvalidInput) as invalid:
        load_settings(None, {variable: value})
    (problem,) = invalid.value.problems
    assert (problem.place.source, problem.path) == ("environment", variable)
    assert problem.says.startswith(says)


def test_the_default_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert default_sqlite_path({}, is_root=True) == Path("/var/lib/percale/percale.sqlite")
    assert default_sqlite_path({}, is_root=False) == Path("/home/me/.local/state/percale/percale.sqlite")
    assert default_sqlite_path({"XDG_STATE_HOME": "/s"}, is_root=False) == Path("/s/percale/percale.sqlite")
    assert default_sqlite_path({"XDG_STATE_HOME": "s"}, is_root=False) == Path(
        "/home/me/.local/state/percale/percale.sqlite"
    )
