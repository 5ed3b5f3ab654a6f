"""Where the cluster is and how it lets one in, as calicoctl's settings say it (calico-semantics §7.5)."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from percale.datastore.configuration import VARIABLES, Settings
from percale.datastore.errors import StoreUnavailable

_PORT = 2379


@dataclass(frozen=True, slots=True)
class Endpoint:
    #: `host:port`.
    address: str
    is_secure: bool = False

    def __str__(self) -> str:
        return f"{'https' if self.is_secure else 'http'}://{self.address}"


@dataclass(frozen=True, slots=True)
class Certificates:
    """In PEM; an empty `authorities` means those that this host trusts."""

    authorities: bytes = b""
    certificate: bytes = b""
    key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    endpoints: tuple[Endpoint, ...]
    username: str = ""
    password: str = field(default="", repr=False)
    certificates: Certificates = Certificates()


def access_of(settings: Settings) -> Access:
    """Raises StoreUnavailable for settings by which no cluster can be reached."""
    if settings.etcd_discovery_srv:
        says = "discovery of etcd's endpoints by DNS (`etcdDiscoverySrv`) is not supported"
        raise StoreUnavailable(says, hint=f"name them in {VARIABLES['etcd_endpoints']}")
    endpoints = tuple(_endpoint(text.strip()) for text in settings.etcd_endpoints.split(",") if text.strip())
    if not endpoints:
        hint = f"set {VARIABLES['etcd_endpoints']}, or `etcdEndpoints` in the configuration file"
        raise StoreUnavailable("no endpoint of etcd is named", hint=hint)
    # As Calico's client: one without the other is nothing.
    has_login = bool(settings.etcd_username and settings.etcd_password)
    return Access(
        endpoints,
        username=settings.etcd_username if has_login else "",
        password=settings.etcd_password if has_login else "",
        certificates=_certificates(settings),
    )


def _endpoint(text: str) -> Endpoint:
    try:
        url = urlsplit(text)
        port = url.port or _PORT
    except ValueError as error:
        raise _no_endpoint(text) from error
    if url.scheme not in ("http", "https") or not url.hostname or _has_more(url):
        raise _no_endpoint(text)
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    return Endpoint(f"{host}:{port}", is_secure=url.scheme == "https")


def _has_more(url: SplitResult) -> bool:
    return url.path not in ("", "/") or bool(url.query or url.fragment or url.username)


def _no_endpoint(text: str) -> StoreUnavailable:
    return StoreUnavailable(f"`{text}` is no endpoint of etcd", hint="write it as `https://etcd.example.com:2379`")


def _certificates(settings: Settings) -> Certificates:
    inline = (settings.etcd_ca_cert, settings.etcd_cert, settings.etcd_key)
    files = (settings.etcd_ca_cert_file, settings.etcd_cert_file, settings.etcd_key_file)
    if any(inline) and any(files):
        says = "etcd's certificates are given both inline and as files"
        raise StoreUnavailable(says, hint="Calico's clients take one or the other")
    authorities, certificate, key = (
        [text.encode() for text in inline] if any(inline) else [_content(file) for file in files]
    )
    if bool(certificate) != bool(key):
        missing = "key" if certificate else "certificate"
        raise StoreUnavailable(f"etcd's client certificate is not complete: its {missing} is missing")
    return Certificates(authorities, certificate, key)


def _content(file: str) -> bytes:
    if not file:
        return b""
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise StoreUnavailable(f"`{file}` cannot be read: {(error.strerror or str(error)).lower()}") from error


def trusted_by_host() -> bytes | None:
    """What other programs of this host trust; None leaves it to the library."""
    file = ssl.get_default_verify_paths().cafile
    return Path(file).read_bytes() if file else None
