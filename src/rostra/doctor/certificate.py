"""Looking at our certificate as a browser would: a handshake with ourselves, in memory.

The server's end has the operator's files, the client's end trusts what this machine trusts, so
expiry, chain and names are judged by the code that judges them everywhere, and nothing is sent.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence

from cryptography import x509

from rostra.doctor.facts import Certificate
from rostra.errors import Misconfigured
from rostra.settings import TlsFiles
from rostra.tls import leaf, server_context

_TURNS = 10  # a handshake takes three


def look(files: TlsFiles, hosts: Sequence[str]) -> Certificate:
    """The certificate in `files`, for people who come to `hosts`."""
    try:
        server = server_context(files.certificate, files.key)
        ends = x509.load_der_x509_certificate(leaf(files.certificate)).not_valid_after_utc
    except Misconfigured as reason:
        return Certificate(trouble=reason.sentence)
    browser = ssl.create_default_context()
    return Certificate(
        ends=ends, refusals={host: _refusal(server, browser, host) for host in hosts}
    )


def _refusal(server: ssl.SSLContext, browser: ssl.SSLContext, host: str) -> tuple[int, str] | None:
    """Why `browser` refuses it under `host`; None when it does not."""
    to_server, to_browser = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        browser.wrap_bio(to_browser, to_server, server_hostname=host),
        server.wrap_bio(to_server, to_browser, server_side=True),
    )
    for _ in range(_TURNS):
        waiting = 0
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                waiting += 1
            except ssl.SSLCertVerificationError as reason:
                return reason.verify_code, reason.verify_message
        if not waiting:
            return None
    raise AssertionError("a handshake in memory takes no more turns than that")
