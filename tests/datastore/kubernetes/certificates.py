"""An authority, and the certificates that it signs, by openssl."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Pair:
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Authority:
    directory: Path
    own: Pair

    @classmethod
    def made(cls, directory: Path) -> "Authority":
        pair = Pair(directory / "ca.crt", directory / "ca.key")
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                 "-subj", "/CN=authority", "-keyout", pair.key, "-out", pair.certificate)  # fmt: skip
        return cls(directory, pair)

    def signed(self, name: str, alternative: str = "") -> Pair:
        pair = Pair(self.directory / f"{name}.crt", self.directory / f"{name}.key")
        request, extensions = self.directory / f"{name}.csr", self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternative}\n" if alternative else "\n", encoding="utf-8")
        _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                 "-keyout", pair.key, "-out", request)  # fmt: skip
        _openssl("x509", "-req", "-in", request, "-CA", self.own.certificate, "-CAkey", self.own.key,
                 "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", pair.certificate)  # fmt: skip
        return pair

    def server(self, *, asks: bool = False, alternative: str = "IP:127.0.0.1") -> ssl.SSLContext:
        """For an API server; `asks` refuses clients without a certificate of the authority."""
        pair = self.signed("server", alternative)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        if asks:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.own.certificate)
        return context


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)  # noqa: S603, S607
