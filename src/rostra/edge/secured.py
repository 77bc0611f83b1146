"""A TLS socket that says "not now" as plain ones do: BlockingIOError, or fewer bytes taken.

CPython does not switch on OpenSSL's partial writes: when a long piece meets "not now", an unknown
part of it is under way, and the same bytes must be offered again, at least as many (it does switch
on moving buffers, so they may lie elsewhere). So every write here is one record at most, which goes
whole or waits whole; callers offer again from where they were, and never less.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from rostra.edge.notes import note
from rostra.errors import Misconfigured
from rostra.settings import TlsFiles
from rostra.tls import Renewable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

COPIED = 64 * 1024  # of a file, to be sent at once
_RECORD = 16 * 1024  # RFC 8446, section 5.1


class Secured(ssl.SSLSocket):
    """One connection's TLS. Errors are OSError, as those of plain sockets are."""

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        """Bytes taken, in records; 0 only of nothing. Raises BlockingIOError when none are."""
        left = memoryview(data)
        if not left.nbytes:
            return 0
        taken = 0
        try:
            while taken < left.nbytes:
                taken += super().send(left[taken : taken + _RECORD], flags)
        except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
            if not taken:
                raise BlockingIOError from None
        return taken

    def recv(self, buflen: int = _RECORD, flags: int = 0) -> bytes:
        """Bytes of one record at most. Raises BlockingIOError while none is whole."""
        try:
            return super().recv(buflen, flags)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise BlockingIOError from None

    def close_notify(self) -> None:
        """Say that nothing follows (RFC 8446, section 6.1). Raises BlockingIOError for no room."""
        try:
            self.unwrap()
        except ssl.SSLWantReadError:
            return  # it is said; whether the other side says so too is not waited for
        except ssl.SSLWantWriteError:
            raise BlockingIOError from None


def edge_certificate(files: TlsFiles) -> Renewable:
    """The server's context, whose sockets are Secured, and its files. Raises Misconfigured."""
    certificate = Renewable(files.certificate, files.key)
    certificate.context.sslsocket_class = Secured
    return certificate


def renew(certificate: Renewable | None) -> bool:
    """Take renewed files, if there are any to take; whether that was done. Tells the operator."""
    if certificate is None:
        return False
    try:
        proven = certificate.renew()
    except Misconfigured as reason:
        note("certificate not renewed: the one before stays in use", reason=reason.sentence)
        return False
    note("certificate renewed", "info", serial=proven.serial, until=proven.until)
    return True
