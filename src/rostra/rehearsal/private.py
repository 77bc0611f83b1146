"""A client's TLS socket that says "not now" as plain ones do, and shakes hands by itself.

OpenSSL shakes hands within the first write or read, so a request is offered again until it is
taken, and nothing else is to be done.
"""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_RECORD = 16 * 1024  # RFC 8446, section 5.1
_NOT_NOW = (ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Private(ssl.SSLSocket):
    """One connection's TLS. Errors are OSError, as those of plain sockets are."""

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        """Bytes taken. Raises BlockingIOError while none are, also before the handshake is done."""
        try:
            return super().send(data, flags)
        except _NOT_NOW:
            raise BlockingIOError from None

    def recv(self, buflen: int = _RECORD, flags: int = 0) -> bytes:
        """Bytes of one record at most. Raises BlockingIOError while none is whole."""
        try:
            return super().recv(buflen, flags)
        except _NOT_NOW:
            raise BlockingIOError from None

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        """As that of any socket. With MSG_TRUNC it takes all that is there, up to `nbytes`.

        Then each record overwrites the one before: what is in `buffer` means nothing.
        """
        if not flags & socket.MSG_TRUNC:
            return super().recv_into(buffer, nbytes, flags)
        wanted = nbytes or _RECORD
        total = 0
        try:
            while total < wanted:
                got = super().recv_into(buffer, min(_RECORD, wanted - total))
                if not got:
                    break
                total += got
        except _NOT_NOW:
            if not total:
                raise BlockingIOError from None
        return total


def wrapped(plain: socket.socket, context: ssl.SSLContext, name: str) -> Private:
    """`plain`, not connected yet, for the host `name`. Connect it with `connect_ex`.

    Only so does CPython let a socket that never waits begin.
    """
    secured = context.wrap_socket(plain, do_handshake_on_connect=False, server_hostname=name)
    assert isinstance(secured, Private)
    return secured
