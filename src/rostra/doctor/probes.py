"""Looking: ports, addresses, servers, codecs, limits. Every question has a deadline."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aioice.ice
from aioice import stun, turn

from rostra import machine
from rostra.doctor import certificate, square
from rostra.doctor.facts import Asked, Certificate, Facts, Trouble
from rostra.edge import capacity
from rostra.errors import Misconfigured
from rostra.ice_servers import IceServer, lent
from rostra.programme import opus
from rostra.programme.aac import AacEncoder
from rostra.rated import Rating
from rostra.settings import NodeSettings, WebSettings
from rostra.stage import udp

ASK_SECONDS = 3.0
_LENT_SECONDS = 600
_END_SECONDS = 1.0
_CREDENTIALS = (401, 403, 431, 441)  # RFC 8489, section 14.8; RFC 8656, section 19
_ANY = "0.0.0.0"  # noqa: S104 - bound for a moment, to see whether it can be


async def look(settings: NodeSettings, now: datetime) -> Facts:
    """All facts, within a few seconds."""
    web = settings.web
    servers = lent(web.ice_servers, web.turn_secret, "doctor", int(now.timestamp()) + _LENT_SECONDS)
    asked = await asyncio.gather(*(ask(server) for server in servers))
    rating, trouble = _kept(settings.data)
    return Facts(
        free_ports=free_ports(settings.stage.udp_ports),
        addresses=tuple(aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True)),
        asked=tuple(asked),
        missing_codecs=tuple(missing_codecs(settings.stage.aac_bitrate)),
        files=resource.getrlimit(resource.RLIMIT_NOFILE)[1],  # edges raise theirs to the most
        machine=machine.look(),
        disk=machine.disk_free(settings.data),
        synchronised=machine.clock_is_synchronised(),
        certificate=_certificate(web),
        now=now,
        rating=rating,
        rating_trouble=trouble,
        square=await square.look(settings),
    )


def _kept(data: Path) -> tuple[Rating | None, str]:
    """What was measured before, or why that cannot be read."""
    try:
        return capacity.kept(data), ""
    except Misconfigured as reason:
        return None, reason.sentence


def _certificate(web: WebSettings) -> Certificate | None:
    if web.tls is None:
        return None
    urls = (urlsplit(url) for url in (web.public_url, web.live_url))
    hosts = {url.hostname or "" for url in urls if url.scheme == "https"}
    return certificate.look(web.tls, sorted(hosts))


def free_ports(ports: range | None) -> int:
    """How many of `ports` can be bound; without a range whether any can."""
    wanted: Iterable[range | None] = [None] if ports is None else (range(p, p + 1) for p in ports)
    return sum(map(_is_free, wanted))


def _is_free(port: range | None) -> bool:
    try:
        udp.bound(_ANY, port).close()
    except OSError:
        return False
    return True


def missing_codecs(aac_bitrate: int) -> list[str]:
    """A sentence for each codec that is not there."""
    sentences = []
    makers: tuple[Callable[[], object], ...] = (
        opus.check_available,
        lambda: AacEncoder(aac_bitrate),
    )
    for make in makers:
        try:
            make()
        except Misconfigured as error:
            sentences.append(error.sentence)
    return sentences


async def ask(server: IceServer) -> Asked:
    """How `server` does, within ASK_SECONDS and the time to let go of it."""
    if server.secure and not server.relays:
        return Asked(server, trouble=Trouble.UNTRIED)
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(ASK_SECONDS):
            mapped, relayed = await (_allocated(server) if server.relays else _mapped(server))
    except (TimeoutError, stun.TransactionTimeout):
        return Asked(server, trouble=Trouble.SILENT)
    except socket.gaierror:
        return Asked(server, trouble=Trouble.UNKNOWN)
    except stun.TransactionFailed as refusal:
        wrong = refusal.response.error_code in _CREDENTIALS
        return Asked(server, trouble=Trouble.CREDENTIALS if wrong else Trouble.REFUSED)
    except OSError:
        return Asked(server, trouble=Trouble.CLOSED)
    return Asked(server, mapped, relayed, loop.time() - began)


async def _mapped(server: IceServer) -> tuple[str, str]:
    """A STUN binding: the address under which the server sees us."""
    loop = asyncio.get_running_loop()
    asking: Any
    transport, asking = await loop.create_datagram_endpoint(_Binding, remote_addr=server.address)
    try:
        asking.transaction = stun.Transaction(asking.request, server.address, asking)
        response, _ = await asking.transaction.run()
    finally:
        transport.close()
    if "XOR-MAPPED-ADDRESS" not in response.attributes:
        raise ConnectionError("this is no STUN server: it names no address")
    return response.attributes["XOR-MAPPED-ADDRESS"][0], ""


class _Binding(asyncio.DatagramProtocol):
    """One question to one server; what is not its answer is passed over."""

    def __init__(self) -> None:
        self.request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        self.transaction: Any = None
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def send_stun(self, message: Any, addr: tuple[str, int]) -> None:
        """The transaction calls this, for every repetition."""
        self._transport.sendto(bytes(message))

    def datagram_received(self, data: bytes, addr: Any) -> None:
        try:
            message = stun.parse_message(data)
        except ValueError:
            return
        answers = message.message_class in (stun.Class.RESPONSE, stun.Class.ERROR)
        if answers and message.transaction_id == self.request.transaction_id:
            self.transaction.response_received(message, addr)


async def _allocated(server: IceServer) -> tuple[str, str]:
    """A TURN allocation: the address under which it sees us, and the one that it lends."""
    transport, lease = await turn.create_turn_endpoint(
        _Lease, server.address, server.username, server.credential,
        ssl=True if server.secure else None, transport=server.transport,
    )  # fmt: skip
    mapped = transport.get_extra_info("related_address")
    relayed = transport.get_extra_info("sockname")
    transport.close()
    await asyncio.wait([lease.over], timeout=_END_SECONDS)
    return mapped[0], relayed[0]


class _Lease(asyncio.DatagramProtocol):
    """Stands where a call would be."""

    def __init__(self) -> None:
        self.over = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(None)
