"""A publisher that shares no code with aiortc or Chromium: FFmpeg's WHIP muxer, inside PyAV."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import av
import pytest
from aiortc import RTCCertificate
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from rostra.testing.meter import read

pytestmark = pytest.mark.process

PUBLISH = """
import sys, time
from fractions import Fraction
import av, numpy as np
from rostra.testing.coded import programme

address, certificate, key = sys.argv[1:]
options = {"cert_file": certificate, "key_file": key}
out = av.open(address, "w", format="whip", options=options)
stream = out.add_stream("libopus", rate=48000, layout="stereo")
stream.bit_rate = 64000
began = None
for number in range(400):
    sound = (np.repeat(programme(number * 960, 960), 2) * 32767).astype("<i2")
    frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), "s16", "stereo")
    frame.sample_rate, frame.pts, frame.time_base = 48000, number * 960, Fraction(1, 48000)
    for packet in stream.encode(frame):
        out.mux(packet)
    began = began or time.monotonic() - number * 0.02
    time.sleep(max(0, began + number * 0.02 - time.monotonic()))
"""


class Door:
    """As much of WHIP's HTTP as one publisher needs; web has the real one."""

    def __init__(self, hall) -> None:
        self._hall = hall
        self.offers: list[str] = []

    async def open(self) -> str:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/whip/hall"

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split()[0]) if "length:" in head else 0
        body = (await reader.readexactly(length)).decode()
        if head.startswith("post"):
            self.offers.append(body)
            seat = {"id": "host", "name": "FFmpeg", "role": "host"}
            made = await self._hall.ask("whip", op="offer", sdp=body, who=seat)
            status = f"201 Created\r\nLocation: /whip/hall/{made['session']}"
            answer = made["answer"]
        else:
            status, answer = "200 OK", ""
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: application/sdp\r\n"
            f"Content-Length: {len(answer)}\r\n\r\n{answer}".encode()
        )
        await writer.drain()
        writer.close()

    def close(self) -> None:
        self._server.close()


def credentials(folder: Path) -> tuple[Path, Path]:
    made = RTCCertificate.generateCertificate()  # FFmpeg takes keys on P-256 only, as this is
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made._cert.public_bytes(Encoding.PEM))
    plain = made._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key.write_bytes(plain)
    return certificate, key


@pytest.mark.skipif("whip" not in av.formats_available, reason="this PyAV has no WHIP muxer")
async def test_what_ffmpeg_publishes_is_in_the_log(hall, tmp_path: Path, until_true) -> None:
    await hall.open()
    door = Door(hall)
    address = await door.open()
    certificate, key = credentials(tmp_path)
    publisher = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PUBLISH, address, str(certificate), str(key)
    )
    try:
        chairs = hall.stage._room.chairs
        await until_true(lambda: "host" in chairs and chairs["host"].jitter.received > 20)
        await hall.move("start")
        await hall.pass_time(4)
        await hall.move("end")
        await hall.running
    finally:
        publisher.kill()
        await publisher.wait()
        door.close()
    assert "FFmpeg" in door.offers[0]
    heard = read(hall.recorded())
    assert heard.heard_seconds > 3
    assert not heard.repeated
