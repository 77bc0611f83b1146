"""ICE made to stand among strangers: aioice, told whom to believe and how much.

aioice hands every datagram that is not STUN, from anybody, to an endless queue; what lies behind
it falls over an empty one. Here `guard.py` says who is heard and how much, the kernel is told so
that it need not ask (`sieve.py`), and nothing that a parser raises leaves the datagram that caused
it. Sockets are ours too: their ports may have to lie in a range,
and behind address translation the world knows them by another address. Private names are touched
for it; the version is pinned.
"""

from __future__ import annotations

import asyncio
import errno
import random
from collections.abc import Container
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
from rostra.stage.guard import LARGEST_DATAGRAM, Address, Guard
from rostra.stage.sieve import LAST_STUN_BYTE, attach, program

_log = structlog.get_logger("rostra.stage")

MOST_WAITING = 256  # datagrams between the socket and SRTP: five seconds of one speaker
_TRANSACTION = slice(8, 20)  # of a STUN message (RFC 8489, section 5)
CONSENT_SECONDS = 5.0  # between two questions whether we may send (RFC 7675, section 5.1)
EXPIRES_SECONDS = 30.0  # without an answer
LOOKOUT_SECONDS = 0.2  # while nothing comes; a question waits for its answer for half a second
SILENT_SECONDS = 1.0

_ANYWHERE = StageSettings()
_UFRAG, _PASSWORD = 8, 24  # characters of our credentials; RFC 8839 wants 4 and 22


class Connection(aioice.ice.Connection):
    """One ICE connection that hears whom its guard lets in, and counts what it drops.

    `settings` say where its sockets are; they are put in place before candidates are gathered.
    A restart (RFC 8445, section 9) begins the checks anew on the same sockets; until one of them
    succeeds, the pair that was agreed before carries on.
    """

    settings = _ANYWHERE

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.dropped = 0
        self._guard = Guard()
        self._former: dict[int, Any] = {}  # pairs agreed before a restart
        self._pause: asyncio.TimerHandle | None = None
        self._heard_at = 0.0

    def check_incoming(self, message: Any, addr: tuple[str, int], protocol: Any) -> None:
        """aioice calls this for a check whose password was right."""
        super().check_incoming(message, addr, protocol)
        if self._guard.admit(addr):
            self._sift()

    def check_complete(self, pair: Any) -> None:
        """aioice calls this when a check of ours has its answer."""
        super().check_complete(pair)
        if pair.nominated:
            self._sift()

    def restart(self, username: str, password: str) -> None:
        """New credentials on both sides; `connect()` then checks the candidates that come."""
        for pair in self._check_list:
            if pair.task is not None:
                pair.task.cancel()
        if self._query_consent_task is not None:
            self._query_consent_task.cancel()
        self._former = self._former | self._nominated
        self._nominated, self._nominating = {}, set()
        self._guard.forget()
        self._check_list, self._check_list_done = [], False
        self._check_list_state = asyncio.Queue()
        self._remote_candidates, self._remote_candidates_end = [], False
        self._early_checks_done = False
        self._local_username = random_string(_UFRAG)
        self._local_password = random_string(_PASSWORD)
        self.remote_username, self.remote_password = username, password
        self._sift()

    async def connect(self) -> None:
        """aioice's; what was agreed before a restart is over when it succeeds."""
        await super().connect()
        self._former = {}
        self._sift()

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
        if self._pause is not None:
            self._pause.cancel()
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
        protocol.sift(frozenset())
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

    def takes(self, size: int, addr: Address) -> bool:
        """Whether a datagram of `size` bytes from `addr`, no STUN, goes on to be decrypted."""
        now = asyncio.get_running_loop().time()
        if self._queue.qsize() >= MOST_WAITING:
            return False
        taken = self._guard.takes(size, addr in self._heard(), now)
        if taken:
            self._heard_at = now
        elif self._pause is None and self._guard.pause_left(now):
            self._begin_pause(self._guard.pause_left(now))
        return taken

    def takes_check(self, data: bytes, transactions: Container[bytes]) -> bool:
        """Whether STUN is looked into: a request that names us, an answer that somebody awaits."""
        ours = self.local_username.encode() + b":" in data or data[_TRANSACTION] in transactions
        return ours and self._guard.takes_check(len(data), asyncio.get_running_loop().time())

    def _heard(self) -> frozenset[Address]:
        """Who may send more than STUN."""
        agreed = (*self._nominated.values(), *self._former.values())
        return self._guard.checked | {pair.remote_addr for pair in agreed}

    def _sift(self) -> None:
        """Tell the kernel who is heard; nobody is during a pause."""
        heard: frozenset[Address] = frozenset() if self._pause else self._heard()
        for protocol in self._protocols:
            assert isinstance(protocol, Protocol)  # all are made by `_open`
            protocol.sift(heard)

    def _begin_pause(self, seconds: float) -> None:
        _log.warning("speaker_sends_too_much", deaf_for_seconds=seconds)
        self._pause = asyncio.get_running_loop().call_later(seconds, self._end_pause)
        self._sift()

    def _end_pause(self) -> None:
        self._pause = None
        self._sift()


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
        if not self._is_wanted(connection, data, (addr[0], addr[1])):
            connection.dropped += 1
            return
        try:
            super().datagram_received(data, addr)
        except Exception as error:
            # A stranger's bytes made the parser fall: they cost themselves, and one count.
            connection.dropped += 1
            _log.debug("datagram_refused", reason=repr(error))

    def _is_wanted(self, connection: Connection, data: bytes, addr: Address) -> bool:
        if data and data[0] <= LAST_STUN_BYTE:
            return connection.takes_check(data, self.transactions)
        return connection.takes(len(data), addr)

    def sift(self, heard: frozenset[Address]) -> None:
        """Let the kernel drop what is neither STUN nor from `heard`."""
        family = udp.family_of(self.local_candidate.host)
        alike = [address for address in heard if udp.family_of(address[0]) == family]
        try:
            attach(self.transport.get_extra_info("socket"), program(alike, LARGEST_DATAGRAM))
        except OSError as reason:
            # Without it the same is dropped, only here: it costs more.
            _log.info("no_socket_filter", reason=str(reason))


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
