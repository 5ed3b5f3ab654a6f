"""Credential plugins: programs of a kubeconfig that say who one is (`exec`).

Source: Kubernetes' client-go plugin/pkg/client/auth/exec.
"""

import os
import ssl
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import httpx2
import msgspec

from percale.datastore.errors import StoreUnavailable
from percale.errors import PercaleError
from percale.host.commands import CommandMissing, run

_VERSIONS = tuple(f"client.authentication.k8s.io/{one}" for one in ("v1", "v1beta1"))
#: A token is not used up to its last moment: it has to arrive.
_EARLIER = timedelta(seconds=10)
_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Plugin:
    api_version: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    install_hint: str = ""
    #: What it is told about the cluster, if it wants to know.
    cluster: Mapping[str, Any] | None = None


class Status(msgspec.Struct, frozen=True, rename="camel"):
    token: str = ""
    client_certificate_data: str = ""
    client_key_data: str = ""
    expiration_timestamp: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.expiration_timestamp is not None and datetime.now(UTC) >= self.expiration_timestamp - _EARLIER


class Credential(msgspec.Struct, frozen=True, rename="camel"):
    api_version: str
    kind: str
    status: Status


class PluginAuth(httpx2.Auth):
    """Asks the program when there is no credential yet, when it is over, and when the server does not take it."""

    def __init__(self, plugin: Plugin, tls: ssl.SSLContext) -> None:
        self._plugin, self._tls = plugin, tls
        self._lock = Lock()
        self._status: Status | None = None

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Raises StoreUnavailable."""
        used = self._current(refused=None)
        response = yield self._signed(request, used)
        if response.status_code == httpx2.codes.UNAUTHORIZED:
            yield self._signed(request, self._current(refused=used))

    def _signed(self, request: httpx2.Request, status: Status) -> httpx2.Request:
        if status.token:
            request.headers["Authorization"] = f"Bearer {status.token}"
        return request

    def _current(self, *, refused: Status | None) -> Status:
        with self._lock:
            if self._status is None or self._status.is_over or self._status is refused:
                self._status = _asked(self._plugin)
                _load(self._status, self._tls)
            return self._status


def _asked(plugin: Plugin) -> Status:
    if plugin.api_version not in _VERSIONS:
        known = " and ".join(f"`{one}`" for one in _VERSIONS)
        raise StoreUnavailable(f"credential plugins of `{plugin.api_version}` are not known", hint=f"{known} are")
    spec = {"interactive": False} | ({} if plugin.cluster is None else {"cluster": plugin.cluster})
    info = {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec}
    environment = {**os.environ, **plugin.environment, "KUBERNETES_EXEC_INFO": msgspec.json.encode(info).decode()}
    try:
        found = msgspec.json.decode(run(plugin.argv, timeout_s=_TIMEOUT_S, environment=environment), type=Credential)
    except CommandMissing as error:
        raise _no_credential(plugin, error.says, hint=plugin.install_hint or error.hint) from error
    except PercaleError as error:
        raise _no_credential(plugin, error.says) from error
    except msgspec.MsgspecError as error:
        raise _no_credential(plugin, f"it prints no ExecCredential: {error}") from error
    if found.api_version != plugin.api_version:
        says = f"it prints version `{found.api_version}`, where the kubeconfig says `{plugin.api_version}`"
        raise _no_credential(plugin, says)
    if not (found.status.token or found.status.client_certificate_data):
        raise _no_credential(plugin, "it prints neither a token nor a certificate")
    return found.status


def _load(status: Status, tls: ssl.SSLContext) -> None:
    """For connections that are made from now on; the library reads keys from files only."""
    if not status.client_certificate_data:
        return
    with TemporaryDirectory(prefix="percale-") as directory:
        certificate, key = Path(directory) / "certificate", Path(directory) / "key"
        certificate.write_text(status.client_certificate_data, encoding="utf-8")
        key.touch(mode=0o600)
        key.write_text(status.client_key_data, encoding="utf-8")
        try:
            tls.load_cert_chain(certificate, key)
        except (ssl.SSLError, OSError) as error:
            raise StoreUnavailable(f"the credential plugin's certificate cannot be used: {error}") from error


def _no_credential(plugin: Plugin, why: str, hint: str = "") -> StoreUnavailable:
    return StoreUnavailable(f"the credential plugin `{plugin.argv[0]}` gives no credential: {why}", hint=hint)
