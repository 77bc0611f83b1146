"""ICE made to stand among strangers: aioice, told whom to believe and how much.

aioice hands every datagram that is not STUN, from anybody, to an endless queue; what lies behind
it falls over an empty one. Here only addresses that answered for themselves (an ICE check with the
right password, RFC 8445 section 7.3) are heard, within bounds, and nothing that a parser raises
leaves the datagram that caused it. Sockets are ours too: their ports may have to lie in a range,
and behind address translation the world knows them by another address. Private names are touched
for it; the version is pinned.
"""

from __future__ import annotations

import asyncio
import errno
import random
from typing import Any

import aioice.ice
import aiortc.rtcicetransport
import structlog
from aioice import stun
from aioice.candidate import Candidate, candidate_foundation, candidate_priority
from aioice.utils import random_string

from rostra.errors import Unavailable
from rostra.settings import StageSettings
from rostra.stage import udp

_log = structlog.get_logger("rostra.stage")

LARGEST_DATAGRAM = 2_048
MOST_WAITING = 256  # datagrams between the socket and SRTP: five seconds of one speaker
RATE = 500.0  # datagrams a second of one speaker, ten times what one needs
BURST = 250.0
_MOST_ADDRESSES = 32  # of one speaker: networks change, but not for ever
_LAST_STUN_BYTE = 3  # RFC 7983: what begins with a larger byte is DTLS or SRTP

CONSENT_SECONDS = 5.0  # between two questions whether we may send (RFC 7675, section 5.1)
EXPIRES_SECONDS = 30.0  # without an answer
LOOKOUT_SECONDS = 0.2  # while nothing comes; a question waits for its answer for half a second
SILENT_SECONDS = 1.0

_ANYWHERE = StageSettings()
_UFRAG, _PASSWORD = 8, 24  # characters of our credentials; RFC 8839 wants 4 and 22


class Connection(aioice.ice.Connection):
    """One ICE connection that knows its peer's addresses and counts what it drops.

    `settings` say where its sockets are; they are put in place before candidates are gathered.
    A restart (RFC 8445, section 9) begins the checks anew on the same sockets; until one of them
    succeeds, the pair that was agreed before carries on.
    """

    settings = _ANYWHERE

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.dropped = 0
        self._known: set[tuple[str, int]] = set()
        self._former: dict[int, Any] = {}  # pairs agreed before a restart
        self._allowance = BURST
        self._counted_at = 0.0
        self._heard_at = 0.0

    def check_incoming(self, message: Any, addr: tuple[str, int], protocol: Any) -> None:
        """aioice calls this for a check whose password was right."""
        super().check_incoming(message, addr, protocol)
        if len(self._known) < _MOST_ADDRESSES:
            self._known.add(addr)

    def restart(self, username: str, password: str) -> None:
        """New credentials on both sides; `connect()` then checks the candidates that come."""
        for pair in self._check_list:
            if pair.task is not None:
                pair.task.cancel()
        if self._query_consent_task is not None:
            self._query_consent_task.cancel()
        self._former = self._former | self._nominated
        self._nominated, self._nominating, self._known = {}, set(), set()
        self._check_list, self._check_list_done = [], False
        self._check_list_state = asyncio.Queue()
        self._remote_candidates, self._remote_candidates_end = [], False
        self._early_checks_done = False
        self._local_username = random_string(_UFRAG)
        self._local_password = random_string(_PASSWORD)
        self.remote_username, self.remote_password = username, password

    async def connect(self) -> None:
        """aioice's; what was agreed before a restart is over when it succeeds."""
        await super().connect()
        self._former = {}

    async def query_consent(self) -> None:
        """Ask the peer whether it may be sent to, and close when it has not said so for long.

        aioice asks every five seconds. A browser whose network is gone stops its own checks after
        15 s; its socket lives for 30, and the answer to a question of ours revives it. So one that
        is silent is asked all the time: it is back with its network.
        """
        loop = asyncio.get_running_loop()
        answered_at = loop.time()
        due = answered_at + _consent_wait()
        while loop.time() - answered_at < EXPIRES_SECONDS:
            await asyncio.sleep(LOOKOUT_SECONDS)
            asked_at = loop.time()
            if asked_at < due and asked_at - self._heard_at < SILENT_SECONDS:
                continue
            due = asked_at + _consent_wait()
            if await self._consents():
                answered_at = asked_at
        self._query_consent_task = None
        await self.close()

    async def _consents(self) -> bool:
        for pair in tuple(self._nominated.values()):
            request = self.build_request(pair, nominate=False)
            key = (self.remote_password or "").encode()
            try:
                await pair.protocol.request(
                    request, pair.remote_addr, integrity_key=key, retransmissions=0
                )
            except stun.TransactionError:
                return False
        return True

    async def close(self) -> None:
        """aioice's; nothing carries on after it."""
        self._former = {}
        await super().close()

    async def recvfrom(self) -> tuple[bytes, int]:
        """aioice's, which knows of no restart. Raises ConnectionError when not connected."""
        if not self._former:
            return await super().recvfrom()
        received = await self._queue.get()
        if received is None:
            raise ConnectionError("the connection was closed")
        return received

    async def sendto(self, data: bytes, component: int) -> None:
        """aioice's; during a restart by the pair that was agreed before."""
        pair = self._former.get(component)
        if pair is None or component in self._nominated:
            await super().sendto(data, component)
        else:
            await pair.protocol.send_data(data, pair.remote_addr)

    async def get_component_candidates(
        self,
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109 - aioice's
    ) -> list[Any]:
        """aioice calls this to open sockets. Raises Unavailable when no port is left."""
        hosts: list[Any] = []
        full = False
        for address in addresses:
            try:
                hosts.append(await self._open(component, address))
            except OSError as reason:
                full = full or reason.errno == errno.EADDRINUSE
                _log.warning("address_not_used", address=address, reason=str(reason))
        if not hosts and full:
            raise _no_port_left(self.settings.udp_ports)
        return [*hosts, *self._translated(hosts)]

    async def _open(self, component: int, address: str) -> Any:
        """A socket on `address`, as a candidate. Raises OSError."""
        plain = udp.bound(address, self.settings.udp_ports)
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_datagram_endpoint(lambda: Protocol(self), sock=plain)
        self._protocols.append(protocol)
        protocol.local_candidate = _candidate("host", component, address, plain.getsockname()[1])
        return protocol.local_candidate

    def _translated(self, hosts: list[Any]) -> list[Any]:
        """The candidates of `hosts` as they are known outside. The others stay, for those inside,
        who prefer them: a host's own address ranks above a reflected one."""
        public = self.settings.public_ip
        if public is None:
            return []
        forwarded = udp.behind(public, [host.host for host in hosts])
        return [
            _candidate("srflx", host.component, public, host.port, host.host)
            for host in hosts
            if host.host in forwarded
        ]

    def takes(self, size: int, addr: tuple[str, int]) -> bool:
        """Whether a datagram of `size` bytes from `addr`, no STUN, goes on to be decrypted."""
        fits = 0 < size <= LARGEST_DATAGRAM and self._queue.qsize() < MOST_WAITING
        if not (fits and self._is_known(addr) and self._spend()):
            return False
        self._heard_at = asyncio.get_running_loop().time()
        return True

    def _is_known(self, addr: tuple[str, int]) -> bool:
        return addr in self._known or any(
            pair.remote_addr == addr for pair in (*self._nominated.values(), *self._former.values())
        )

    def _spend(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._allowance = min(BURST, self._allowance + (now - self._counted_at) * RATE)
        self._counted_at = now
        if self._allowance < 1.0:
            return False
        self._allowance -= 1.0
        return True


def _consent_wait() -> float:
    return CONSENT_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311 - so that all do not ask at once


def _candidate(kind: str, component: int, address: str, port: int, base: str | None = None) -> Any:
    return Candidate(
        foundation=candidate_foundation(kind, "udp", base or address),
        component=component, transport="udp", priority=candidate_priority(component, kind),
        host=address, port=port, type=kind,
        related_address=base, related_port=port if base else None,
    )  # fmt: skip


def _no_port_left(ports: range | None) -> Unavailable:
    where = f"between {ports[0]} and {ports[-1]} " if ports else ""
    return Unavailable(
        f"No UDP port {where}is free for another microphone: try again later, or ask whoever runs "
        "this server to widen --udp-ports.",
        retry_after=5,
    )


class Protocol(aioice.ice.StunProtocol):
    """One UDP socket: sorts what comes, and survives it."""

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        """aioice's own handling, for what may be handled."""
        connection = self.receiver
        assert isinstance(data, bytes) and isinstance(connection, Connection)
        stun = 0 < len(data) <= LARGEST_DATAGRAM and data[0] <= _LAST_STUN_BYTE
        if not stun and not connection.takes(len(data), (addr[0], addr[1])):
            connection.dropped += 1
            return
        try:
            super().datagram_received(data, addr)
        except Exception as error:
            # A stranger's bytes made the parser fall: they cost themselves, and one count.
            connection.dropped += 1
            _log.debug("datagram_refused", reason=repr(error))


_host_addresses = aioice.ice.get_host_addresses


def _addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    """This machine's addresses; loopback when there is no other, or nobody could connect."""
    return _host_addresses(use_ipv4, use_ipv6) or ["127.0.0.1"]


def install() -> None:
    """Let every connection of this process be made of these."""
    gathering: Any = aioice.ice
    gathering.get_host_addresses = _addresses
    transport: Any = aiortc.rtcicetransport
    transport.Connection = Connection
