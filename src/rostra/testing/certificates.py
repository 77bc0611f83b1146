"""Certificates for tests and benchmarks: signed by themselves, or by an authority of their own."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rostra.settings import TlsFiles

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """Signs the certificates of others; `certificate` is its own."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def make_authority() -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    return Authority(
        _certificate("authority", key, None, begins=-DAY, ends=DAY, of_authority=True), key
    )


def make_certificate(
    folder: Path,
    name: str = "rostra.test",
    *,
    authority: Authority | None = None,
    begins: timedelta = -DAY,
    ends: timedelta = DAY,
) -> TlsFiles:
    """A certificate and key for `name`, a host or an address, in `folder`; P-256.

    It is good from `begins` to `ends` after now. Without an `authority` it is signed by itself.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    made = _certificate(name, key, authority, begins=begins, ends=ends)
    chain = [made] if authority is None else [made, authority.certificate]
    files = TlsFiles(folder / f"{name}.cert.pem", folder / f"{name}.key.pem")
    pem = serialization.Encoding.PEM
    files.certificate.write_bytes(b"".join(one.public_bytes(pem) for one in chain))
    files.key.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    authority: Authority | None,
    *,
    begins: timedelta,
    ends: timedelta,
    of_authority: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority.certificate.subject if authority else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=of_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_name(name)]), critical=False)
    )
    return builder.sign(authority.key if authority else key, hashes.SHA256())


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
