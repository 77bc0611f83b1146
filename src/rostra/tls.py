"""TLS by CPython's own `ssl`: a server's context, what is wrong with its files, and pinning them.

Renewed files are taken at the next start. Whatever will take them while it runs only has to call
`server_context` again and let new connections have the new context: one that is open keeps its own.
"""

from __future__ import annotations

import re
import ssl
from datetime import datetime
from pathlib import Path

from rostra.errors import Misconfigured

HANDSHAKE = 0x16
"""The first byte of whoever speaks TLS (RFC 8446, section 5.1); no HTTP request begins so."""

STRICT_TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")
"""Said by origins whose address is https (RFC 6797)."""

_MOST_BYTES = 1024 * 1024
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s.*?-----END CERTIFICATE-----", re.DOTALL)


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 and above with this certificate (PEM, with its chain) and key. Raises Misconfigured.

    Its session tickets are good wherever it is inherited by fork, and nowhere else.
    """
    if b"ENCRYPTED" in _read(key, "key", "--tls-key"):
        raise Misconfigured(
            f"The TLS key {key} has a password: give one without with --tls-key, "
            "readable by this user alone."
        )
    _read(certificate, "certificate", "--tls-cert")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.num_tickets = 1
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key)
    except ssl.SSLError as reason:
        if reason.reason == "KEY_VALUES_MISMATCH":
            raise Misconfigured(
                f"The TLS key {key} does not belong to the certificate {certificate}: "
                "give the one with which it was made."
            ) from None
        raise Misconfigured(
            f"The TLS certificate {certificate} or its key {key} is not in PEM form, or too weak: "
            "correct --tls-cert and --tls-key."
        ) from None
    return context


def check(certificate: Path, key: Path, now: datetime) -> None:
    """Whether a server may begin with these at `now`. Raises Misconfigured with what is wrong."""
    from cryptography import x509  # noqa: PLC0415 - large, and needed once

    server_context(certificate, key)
    own = x509.load_der_x509_certificate(leaf(certificate))
    if now > own.not_valid_after_utc:
        raise Misconfigured(
            f"The TLS certificate {certificate} expired on {own.not_valid_after_utc:%Y-%m-%d}: "
            "renew it, and give the new one with --tls-cert."
        )
    if now < own.not_valid_before_utc:
        raise Misconfigured(
            f"The TLS certificate {certificate} is not good before "
            f"{own.not_valid_before_utc:%Y-%m-%d %H:%M} UTC: correct this machine's clock, "
            "or give another with --tls-cert."
        )


def pinned_context(certificate: Path) -> ssl.SSLContext:
    """For whoever connects within this machine: exactly this certificate, whatever its name.

    Nothing else is trusted, neither what it signed nor what signed it. Raises Misconfigured.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=leaf(certificate))
    return context


def leaf(certificate: Path) -> bytes:
    """The server's own certificate, the first one in the file, as DER."""
    pem = _read(certificate, "certificate", "--tls-cert").decode("ascii", "replace")
    found = _PEM.search(pem)
    if found is None:
        raise Misconfigured(
            f"The file {certificate} has no TLS certificate in PEM form: correct --tls-cert."
        )
    return ssl.PEM_cert_to_DER_cert(found[0])


def _read(path: Path, what: str, flag: str) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise Misconfigured(f"The TLS {what} {path} is not a file: correct {flag}.")
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError as reason:
        raise Misconfigured(
            f"The TLS {what} {path} cannot be read ({reason.strerror}): correct {flag}, "
            "or give this user the right to read it."
        ) from None
