"""How the settings say where the cluster is."""

from pathlib import Path
from typing import Any

import pytest

from percale.datastore.configuration import Settings
from percale.datastore.errors import StoreUnavailable
from percale.datastore.etcd.access import Access, Certificates, Endpoint, access_of


def access(**given: Any) -> Access:
    return access_of(Settings(**({"etcd_endpoints": "http://10.0.0.1:2379"} | given)))


@pytest.mark.parametrize(
    ("text", "endpoints"),
    [
        ("http://127.0.0.1:2379", (Endpoint("127.0.0.1:2379"),)),
        ("https://a, https://b:1234/", (Endpoint("a:2379", is_secure=True), Endpoint("b:1234", is_secure=True))),
        ("http://[::1]:2379", (Endpoint("[::1]:2379"),)),
    ],
)
def test_endpoints(text: str, endpoints: tuple[Endpoint, ...]) -> None:
    assert access(etcd_endpoints=text).endpoints == endpoints


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"etcd_endpoints": ""}, "no endpoint of etcd is named"),
        ({"etcd_endpoints": "127.0.0.1:2379"}, "`127.0.0.1:2379` is no endpoint of etcd"),
        ({"etcd_endpoints": "http://a:port"}, "`http://a:port` is no endpoint"),
        ({"etcd_endpoints": "http://user@a:1"}, "is no endpoint"),
        ({"etcd_endpoints": "unix://socket"}, "is no endpoint"),
        ({"etcd_discovery_srv": "example.com"}, "is not supported"),
        ({"etcd_cert": "x", "etcd_key_file": "/y"}, "both inline and as files"),
        ({"etcd_cert": "x"}, "its key is missing"),
        ({"etcd_key": "x"}, "its certificate is missing"),
        ({"etcd_ca_cert_file": "/does/not/exist"}, "cannot be read: no such file"),
    ],
    ids=str,
)
def test_settings_by_which_nothing_can_be_reached(given: dict[str, str], says: str) -> None:
    with pytest.raises(StoreUnavailable, match=says):
        access(**given)


def test_certificates_are_files_or_text(tmp_path: Path) -> None:
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text(name)
    inline = {"etcd_ca_cert": "ca", "etcd_cert": "cert", "etcd_key": "key"}
    files = {f"{field}_file": str(tmp_path / name) for field, name in inline.items()}
    assert access(**files).certificates == access(**inline).certificates == Certificates(b"ca", b"cert", b"key")


def test_a_user_needs_a_password() -> None:
    assert access(etcd_username="u").username == ""
    assert access(etcd_username="u", etcd_password="p").username == "u"  # noqa: S106


def test_secrets_are_not_shown() -> None:
    shown = repr(access(etcd_username="u", etcd_password="hush", etcd_cert="c", etcd_key="hush"))  # noqa: S106
    assert "hush" not in shown
