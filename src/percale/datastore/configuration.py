"""Which datastore is meant: calicoctl's file, or its environment variables.

Source: Calico's libcalico-go/lib/apiconfig.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from percale.resources.documents import Document, documents_in
from percale.resources.faults import Fault, faults, written
from percale.resources.limits import MAX_BYTES
from percale.resources.problems import InvalidInput, Place, Problem
from percale.resources.wire import ObjectMeta, Wire

DEFAULT_FILE = Path("/etc/calico/calicoctl.cfg")


class StoreType(StrEnum):
    SQLITE = "sqlite"
    DIRECTORY = "directory"
    ETCD = "etcdv3"
    KUBERNETES = "kubernetes"


class Settings(Wire, frozen=True, kw_only=True):
    """The `spec` of the file; the comments name the environment variables that stand for its fields."""

    datastore_type: str = ""
    #: Ours.
    sqlite_path: str = ""
    #: Ours.
    directory: str = ""
    etcd_endpoints: str = ""
    etcd_discovery_srv: str = ""
    etcd_username: str = ""
    etcd_password: str = ""
    etcd_key_file: str = ""
    etcd_cert_file: str = ""
    etcd_ca_cert_file: str = msgspec.field(default="", name="etcdCACertFile")
    etcd_key: str = ""
    etcd_cert: str = ""
    etcd_ca_cert: str = msgspec.field(default="", name="etcdCACert")
    kubeconfig: str = ""
    kubeconfig_inline: str = ""
    k8s_api_endpoint: str = msgspec.field(default="", name="k8sAPIEndpoint")
    k8s_key_file: str = ""
    k8s_cert_file: str = ""
    k8s_ca_file: str = msgspec.field(default="", name="k8sCAFile")
    k8s_api_token: str = msgspec.field(default="", name="k8sAPIToken")
    k8s_insecure_skip_tls_verify: bool = msgspec.field(default=False, name="k8sInsecureSkipTLSVerify")
    k8s_disable_node_poll: bool = False
    use_pod_cidr: bool = msgspec.field(default=False, name="usePodCIDR")
    k8s_client_qps: float = msgspec.field(default=0, name="k8sClientQPS")
    k8s_client_burst: int = 0
    k8s_current_context: str = ""
    calico_api_group: str = msgspec.field(default="", name="calicoAPIGroup")

    @property
    def store_type(self) -> StoreType:
        """As written; else etcd where its endpoints are given, as by calicoctl, and else the embedded store."""
        if self.datastore_type:
            return StoreType(self.datastore_type)
        if self.etcd_endpoints or self.etcd_discovery_srv:
            return StoreType.ETCD
        return StoreType.DIRECTORY if self.directory else StoreType.SQLITE


class ConfigFile(Wire, frozen=True, kw_only=True):
    """`CalicoAPIConfig`, the one document of the file."""

    api_version: str
    kind: str
    metadata: ObjectMeta = ObjectMeta()
    spec: Settings = Settings()


#: Fields and the variables that stand for them.
VARIABLES = {
    "datastore_type": "DATASTORE_TYPE",
    "sqlite_path": "PERCALE_SQLITE_PATH",
    "directory": "PERCALE_DIRECTORY",
    "etcd_endpoints": "ETCD_ENDPOINTS",
    "etcd_discovery_srv": "ETCD_DISCOVERY_SRV",
    "etcd_username": "ETCD_USERNAME",
    "etcd_password": "ETCD_PASSWORD",
    "etcd_key_file": "ETCD_KEY_FILE",
    "etcd_cert_file": "ETCD_CERT_FILE",
    "etcd_ca_cert_file": "ETCD_CA_CERT_FILE",
    "kubeconfig": "KUBECONFIG",
    "k8s_api_endpoint": "K8S_API_ENDPOINT",
    "k8s_key_file": "K8S_KEY_FILE",
    "k8s_cert_file": "K8S_CERT_FILE",
    "k8s_ca_file": "K8S_CA_FILE",
    "k8s_api_token": "K8S_API_TOKEN",
    "k8s_insecure_skip_tls_verify": "K8S_INSECURE_SKIP_TLS_VERIFY",
    "k8s_current_context": "K8S_CURRENT_CONTEXT",
    "calico_api_group": "CALICO_API_GROUP",
}
_API_VERSION, _KIND = "projectcalico.org/v3", "CalicoAPIConfig"


def load_settings(file: Path | None, environment: Mapping[str, str], *, context: str = "") -> Settings:
    """By the file if there is one, and then by nothing else but `context`, which counts more than what is written.

    Raises InvalidInput. No `file` is the default one.
    """
    if file is not None or DEFAULT_FILE.exists():
        settings = _from_file(file or DEFAULT_FILE)
    else:
        settings = _from_environment(environment)
    return msgspec.structs.replace(settings, k8s_current_context=context) if context else settings


def _from_file(file: Path) -> Settings:
    (document, *others) = documents_in(_content(file), str(file))
    if others:
        says = "a second document, where one CalicoAPIConfig is expected"
        raise InvalidInput([Problem(others[0].place_of(()), says)])
    try:
        read = msgspec.convert(document.data, ConfigFile)
    except msgspec.ValidationError as refusal:
        raise _invalid(document, faults(ConfigFile, document.data) or [Fault((), str(refusal))]) from refusal
    if wrong := list(_wrong(read)):
        raise _invalid(document, wrong)
    return read.spec


def _wrong(read: ConfigFile) -> Iterator[Fault]:
    for path, found, right in (("apiVersion", read.api_version, _API_VERSION), ("kind", read.kind, _KIND)):
        if found != right:
            yield Fault((path,), f"expected `{right}`, found `{found}`")
    if says := _no_store_type(read.spec.datastore_type):
        yield Fault(("spec", "datastoreType"), says)


def _no_store_type(text: str) -> str:
    known = ", ".join(f"`{one}`" for one in StoreType)
    return "" if text in ("", *StoreType) else f"`{text}` is no type of datastore: these are {known}"


def _invalid(document: Document, wrong: Sequence[Fault]) -> InvalidInput:
    return InvalidInput(
        [Problem(document.place_of(fault.path), fault.says, written(fault.path), _KIND, fault.hint) for fault in wrong]
    )


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        says = f"the configuration cannot be read: {(error.strerror or str(error)).lower()}"
        raise InvalidInput([Problem(Place(str(file)), says)]) from error


def _from_environment(environment: Mapping[str, str]) -> Settings:
    """Calico's variables may have `CALICO_` before them, and then count more."""
    given = {
        field: value
        for field, name in VARIABLES.items()
        if (value := environment.get(f"CALICO_{name}") or environment.get(name))
    }
    problems = [
        Problem(Place("environment"), says, VARIABLES["datastore_type"])
        for says in [_no_store_type(given.get("datastore_type", ""))]
        if says
    ]
    skip = given.pop("k8s_insecure_skip_tls_verify", "false").lower()
    if skip not in _BOOLEANS:
        says = f"expected true or false, found `{skip}`"
        problems.append(Problem(Place("environment"), says, VARIABLES["k8s_insecure_skip_tls_verify"]))
    if problems:
        raise InvalidInput(problems)
    return msgspec.structs.replace(Settings(), **given, k8s_insecure_skip_tls_verify=_BOOLEANS[skip])


_BOOLEANS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}


def default_sqlite_path(environment: Mapping[str, str], *, is_root: bool) -> Path:
    if is_root:
        return Path("/var/lib/percale/percale.sqlite")
    state = environment.get("XDG_STATE_HOME", "")
    # The XDG specification has relative paths ignored.
    base = Path(state) if state.startswith("/") else Path.home() / ".local/state"
    return base / "percale/percale.sqlite"
