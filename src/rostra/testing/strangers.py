"""What no honest client sends: every door must refuse it without harm to anybody."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import ssl
import time

MALFORMED = {  # HTTP requests
    "no method": b"\r\n\r\n \r\n\r\n",
    "binary": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "both lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "lengths twice": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
    b"Content-Length: 4\r\n\r\nabc",
    "signed length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
    "bad chunk": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "chunk without end": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc",
    "other coding": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
    "nul in header": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
    "nul in target": b"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
    "bare newlines": b"GET / HTTP/1.1\nHost: a\n\n",
    "folded header": b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
    "space before colon": b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "http 2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "http 9": b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    "not a path": b"GET foo HTTP/1.1\r\nHost: a\r\n\r\n",
}


def mutated(offer: str, chance: random.Random) -> str:
    """The offer with one to three things done to it."""
    lines = offer.split("\r\n")
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(lines))
        line = lines[at]
        what = chance.randrange(7)
        if what == 0:
            del lines[at]
        elif what == 1:
            lines.insert(at, lines[chance.randrange(len(lines))])
        elif what == 2:
            lines[at] = line[: chance.randrange(len(line) + 1)]
        elif what == 3:
            lines[at] = re.sub(r"\d+", str(chance.choice([-1, 0, 65_536, 10**30])), line, count=1)
        elif what == 4:
            cut = chance.randrange(len(line) + 1)
            lines[at] = line[:cut] + chance.choice("\0 :/é=\t") + line[cut:]
        elif what == 5:
            lines[at] = line.replace(" ", "  ", 1)
        else:
            other = chance.randrange(len(lines))
            lines[at], lines[other] = lines[other], line
        if not lines:
            return ""
    return "\r\n".join(lines)


def client_hello(context: ssl.SSLContext) -> bytes:
    """The first flight of a TLS client."""
    outgoing = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), outgoing).do_handshake()
    return outgoing.read()


class Trickling:
    """A client that sends `data` one byte at a time, `every` so many seconds, and then nothing.

    `sock` may speak TLS. `said` is what the server answered, `sent` how many bytes went out.
    """

    def __init__(self, sock: socket.socket, data: bytes, every: float) -> None:
        self.said, self.sent = b"", 0
        self._sock, self._data, self._every = sock, data, every
        self._begun = time.monotonic()
        sock.setblocking(False)

    def closed(self) -> bool:
        """Send what is due; whether the server has ended the connection."""
        try:
            if time.monotonic() - self._begun >= self.sent * self._every:
                self._sock.send(self._data[self.sent : self.sent + 1])
                self.sent += 1
            piece = self._sock.recv(500)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except (ConnectionError, ssl.SSLEOFError):  # the latter when it is closed while we send
            return True
        self.said += piece
        return not piece
