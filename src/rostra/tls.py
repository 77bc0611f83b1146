"""TLS by CPython's own `ssl`: a server's context, what is wrong with its files, and pinning them.

Renewed files are taken while a server runs (`Renewable`). The context that it listens with stays
the same object for ever, because the keys of the session tickets are in it and nowhere else, and
other processes inherited it. A renewal makes a second context, whole, and hands every handshake
that begins from then on over to it: OpenSSL takes the certificate from that one and the keys of the
tickets from the first. So nothing is ever half loaded, a key of another kind leaves no old
certificate behind (one context keeps one for each kind), and an open connection keeps what it has.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rostra.errors import Misconfigured

HANDSHAKE = 0x16
"""The first byte of whoever speaks TLS (RFC 8446, section 5.1); no HTTP request begins so."""

STRICT_TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")
"""Said by origins whose address is https (RFC 6797)."""

_MOST_BYTES = 1024 * 1024
_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)  # X509_V_FLAG_NO_CHECK_TIME, which `ssl` has no name for
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s.*?-----END CERTIFICATE-----", re.DOTALL)
_KEY = re.compile(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----\s.*?-----END \1-----", re.DOTALL)


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


def in_one(certificate: Path, key: Path) -> bytes:
    """Both as one file that OpenSSL takes for either. Raises Misconfigured."""
    found = _KEY.search(_read(key, "key", "--tls-key"))
    if found is None:
        raise Misconfigured(f"The file {key} has no private key in PEM form: correct --tls-key.")
    chain = _PEM.findall(_text(certificate))
    return "\n".join(chain).encode() + b"\n" + found[0] + b"\n"


@dataclass(frozen=True)
class Proven:
    """A certificate that works with its key today: its serial number and its last day, as shown."""

    serial: str
    until: str

    @property
    def expires(self) -> int:
        """The end of its last day, in seconds since the epoch."""
        return ssl.cert_time_to_seconds(self.until)


def prove(certificate: Path, key: Path) -> Proven:
    """That these two can be served today, by shaking hands in memory. Raises Misconfigured.

    What `check` says of dates, without the weight of what it loads: for processes that stay small.
    """
    return _shake_hands(server_context(certificate, key), certificate)


class Renewable:
    """The context of a server, and the files that it was made of and can be renewed from."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises Misconfigured."""
        self._certificate, self._key = certificate, key
        self.context = server_context(certificate, key)
        # A part that begins anew while the certificate is out of date must not stay away for that.
        self.proven = _shake_hands(self.context, certificate, any_day=True)

    def renew(self) -> Proven:
        """Take the files as they are now, for whoever shakes hands from now on.

        Raises Misconfigured when they are not good; then everything is as it was.
        """
        fresh = server_context(self._certificate, self._key)
        proven = _shake_hands(fresh, self._certificate)

        def hand_over(side: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
            side.context = fresh

        self.context.sni_callback = hand_over  # OpenSSL asks it also where no name was sent
        self.proven = proven
        return proven


def _shake_hands(context: ssl.SSLContext, certificate: Path, *, any_day: bool = False) -> Proven:
    """A client that trusts exactly `certificate` meets a server with `context`."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    trust = pinned_context(certificate)
    if any_day:
        trust.verify_flags |= _NO_CHECK_TIME
    client = trust.wrap_bio(to_client, to_server)
    server = context.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError as reason:
            raise Misconfigured(
                f"The TLS certificate {certificate} cannot be used ({reason.verify_message}): "
                "renew it, with its key."
            ) from None
        except ssl.SSLError:
            raise Misconfigured(
                f"The TLS certificate {certificate} does not work with its key: renew both."
            ) from None
    said = client.getpeercert() or {}
    return Proven(str(said.get("serialNumber")), str(said.get("notAfter")))


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
    found = _PEM.search(_text(certificate))
    if found is None:
        raise Misconfigured(
            f"The file {certificate} has no TLS certificate in PEM form: correct --tls-cert."
        )
    return ssl.PEM_cert_to_DER_cert(found[0])


def _text(certificate: Path) -> str:
    return _read(certificate, "certificate", "--tls-cert").decode("ascii", "replace")


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
