"""A publisher that shares no code with aiortc or Chromium: FFmpeg's WHIP muxer, inside PyAV.

It speaks to a whole server, and what it says is heard on the live address.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import httpx
import pytest
from aiortc import RTCCertificate
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from rostra.testing.decode import decoded
from rostra.testing.meter import Reading, read
from rostra.testing.patience import until
from rostra.testing.served import Served, serving

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif("whip" not in av.formats_available, reason="this PyAV has no WHIP muxer"),
]

PUBLISH = """
import sys, time
from fractions import Fraction
import av, numpy as np
from rostra.testing.coded import programme

address, certificate, key, token = sys.argv[1:]
options = {"cert_file": certificate, "key_file": key, "authorization": token}
out = av.open(address, "w", format="whip", options=options)
stream = out.add_stream("libopus", rate=48000, layout="stereo")
stream.bit_rate = 64000
began = None
for number in range(3000):
    sound = (np.repeat(programme(number * 960, 960), 2) * 32767).astype("<i2")
    frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), "s16", "stereo")
    frame.sample_rate, frame.pts, frame.time_base = 48000, number * 960, Fraction(1, 48000)
    for packet in stream.encode(frame):
        out.mux(packet)
    began = began or time.monotonic() - number * 0.02
    time.sleep(max(0, began + number * 0.02 - time.monotonic()))
"""
PATIENCE = 30.0
BYTES = 20_000  # of the live response: six seconds


def credentials(folder: Path) -> tuple[Path, Path]:
    made = RTCCertificate.generateCertificate()  # FFmpeg takes keys on P-256 only, as this is
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made._cert.public_bytes(Encoding.PEM))
    plain = made._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key.write_bytes(plain)
    return certificate, key


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path / "data") as running:
        running.until_line("ready: ")
        yield running


def heard(served: Served, slug: str) -> Reading:
    """Some seconds of the live response, through the meter."""
    connection = http.client.HTTPConnection("127.0.0.1", served.live_port, timeout=15)
    connection.request("GET", f"/live/{slug}/opus.mp4")
    sound = connection.getresponse().read(BYTES)
    connection.close()
    return read(decoded(sound))


def test_what_ffmpeg_publishes_is_heard_on_the_live_address(served: Served, tmp_path: Path) -> None:
    with served.host() as api:
        api.post("/api/spaces", json={"title": "Hall", "slug": "hall"}).raise_for_status()
        api.post("/api/spaces/hall/start").raise_for_status()
        invited = api.post("/api/spaces/hall/invites", json={"role": "speaker", "name": "FFmpeg"})
        publisher = subprocess.Popen(
            [
                *(sys.executable, "-c", PUBLISH, f"{served.web}/whip/hall"),
                *map(str, credentials(tmp_path)),
                invited.json()["token"],
            ]
        )
        try:
            live = f"{served.live}/live/hall/opus.mp4"
            until(lambda: httpx.head(live).status_code == 200, "the stage is on the live address")
            deadline = time.monotonic() + PATIENCE
            while (reading := heard(served, "hall")).heard_seconds < 3:
                assert publisher.poll() is None, "FFmpeg gave up"
                assert time.monotonic() < deadline, reading
            state = httpx.get(f"{served.live}/live/hall/state.json").json()
        finally:
            publisher.kill()
            publisher.wait()
    assert [(seat["name"], seat.get("away")) for seat in state["stage"].values()] == [
        ("FFmpeg", None)
    ]
