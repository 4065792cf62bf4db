"""Certificates as a hospital has them: an authority of its own, and servers' certificates that it signed."""

import ssl
import subprocess
from pathlib import Path

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
_DAYS = ["-days", "2"]


class Authority:
    """A hospital's authority; `pem` is its certificate."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.pem, self._key = folder, folder / "ca.pem", folder / "ca.key"
        _openssl("req", "-x509", *_KEY, *_DAYS, "-subj", "/CN=Hospital CA", "-keyout", self._key, "-out", self.pem)

    def sign(self, name: str, title: str = "") -> Path:
        """Make a certificate for `name` and 127.0.0.1; its key lies beside it. Return the certificate's file."""
        title = title or name
        key, asked, cert, names = (self.folder / f"{title}.{end}" for end in ("key", "csr", "pem", "ext"))
        names.write_text(f"subjectAltName=DNS:{name},IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
        _openssl("req", *_KEY, "-subj", f"/CN={name}", "-keyout", key, "-out", asked)
        signing = ["-CA", self.pem, "-CAkey", self._key, "-CAcreateserial", "-extfile", names]
        _openssl("x509", "-req", "-in", asked, *signing, *_DAYS, "-out", cert)
        return cert


def server_context(cert: Path) -> ssl.SSLContext:
    """Give what a server with a certificate of `Authority.sign` speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, cert.with_suffix(".key"))
    return context


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=30)
