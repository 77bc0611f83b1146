"""One connection: whom it can speak with, and what it does when it cannot."""

from __future__ import annotations

from typing import Any

import aioice.ice
import pytest
from aiortc import RTCCertificate
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcdtlstransport import generate_certificate
from cryptography.hazmat.primitives.asymmetric import rsa

from rostra.stage import ice
from rostra.stage.peer import Peer, ReturnTrack
from rostra.wire.sdp import read_offer


class OnlyRsa(RTCCertificate):
    """What GStreamer's webrtcbin brings: an RSA certificate and its suites."""

    def _create_ssl_context(self, srtp_profiles: list[Any]) -> Any:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_cipher_list(b"ECDHE-RSA-AES128-GCM-SHA256")
        return context


async def test_a_peer_with_an_rsa_certificate_is_heard(speaker, a_tone, until_true) -> None:
    person = speaker(a_tone(400))
    key: Any = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    certificate = OnlyRsa(key, generate_certificate(key))
    person.transceiver.sender.transport._RTCDtlsTransport__local_certificate = certificate
    packets: list[int] = []
    peer = Peer(lambda number, payload: packets.append(number), lambda: None)
    answer = await peer.answer(read_offer((await person.offer()).encode()))
    await person.accept(answer)
    await until_true(lambda: len(packets) > 10)
    assert peer.connected
    await person.close()
    await peer.close()


async def test_a_peer_that_leaves_is_told_of_once(speaker, a_tone, until_true) -> None:
    person, left = speaker(a_tone(400)), []
    peer = Peer(lambda number, payload: None, lambda: left.append(peer))
    await person.accept(await peer.answer(read_offer((await person.offer()).encode())))
    await person.close()
    await until_true(lambda: left)
    await peer.close()
    assert left == [peer]


async def test_whoever_is_closed_by_us_is_not_told_of(speaker, a_tone) -> None:
    person, left = speaker(a_tone(400)), []
    peer = Peer(lambda number, payload: None, lambda: left.append(1))
    await person.accept(await peer.answer(read_offer((await person.offer()).encode())))
    await peer.close()
    await peer.close()
    assert (peer.closed, left) == (True, [])
    await person.close()


async def test_a_return_that_cannot_go_out_drops_its_oldest() -> None:
    track = ReturnTrack()
    for number in range(9):
        track.put(bytes([number]))
    packets = [await track.recv() for _ in range(5)]
    assert [bytes(packet)[0] for packet in packets] == [4, 5, 6, 7, 8]
    assert [packet.pts for packet in packets] == [0, 960, 1_920, 2_880, 3_840]
    track.stop()
    with pytest.raises(MediaStreamError):
        await track.recv()


def test_with_loopback_only_loopback_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ice, "_host_addresses", lambda use_ipv4, use_ipv6: [])
    assert aioice.ice.get_host_addresses(True, True) == ["127.0.0.1"]
