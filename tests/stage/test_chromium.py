"""Chromium as a speaker: a microphone that plays the coded programme, and the return in its ear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rostra.testing.chromium import speaking_chromium
from rostra.testing.meter import read
from rostra.testing.microphone import coded_wav
from rostra.testing.patience import in_time
from rostra.wire.timing import RATE

pytestmark = pytest.mark.browser

OFFER = """async () => {
  const microphone = await navigator.mediaDevices.getUserMedia({audio: {
    echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  window.peer = new RTCPeerConnection();
  window.ear = new Audio();
  peer.ontrack = event => { ear.srcObject = new MediaStream([event.track]); ear.play(); };
  for (const track of microphone.getTracks()) peer.addTrack(track, microphone);
  await peer.setLocalDescription(await peer.createOffer());
  await new Promise(done => {
    if (peer.iceGatheringState === "complete") done();
    peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && done();
  });
  return peer.localDescription.sdp;
}"""

ANSWER = """async (sdp) => {
  await peer.setRemoteDescription({type: "answer", sdp});
  while (peer.connectionState !== "connected")
    await new Promise(done => { peer.onconnectionstatechange = done; });
}"""

RETURN = """async () => {
  const reports = [...(await peer.getStats()).values()];
  const inbound = reports.find(report => report.type === "inbound-rtp");
  return {packets: inbound.packetsReceived, energy: inbound.totalAudioEnergy,
          lost: inbound.packetsLost};
}"""


RESTART = """async () => {
  const whole = new Promise(done => {
    peer.onicecandidate = event => event.candidate === null && done();
  });
  await peer.setLocalDescription(await peer.createOffer({iceRestart: true}));
  await whole;
  return peer.localDescription.sdp.split("\\r\\n")
    .filter(line => /^(m=|a=(mid|ice-ufrag|ice-pwd|candidate))/.test(line)).join("\\r\\n");
}"""

RESTARTED = """async (fragment) => {
  const said = fragment.split("\\r\\n");
  const ours = name => said.find(line => line.startsWith(`a=${name}:`));
  const sdp = peer.remoteDescription.sdp.split("\\r\\n")
    .filter(line => !/^a=(candidate|end-of-candidates)/.test(line))
    .flatMap(line => /^a=ice-ufrag:/.test(line)
      ? [ours("ice-ufrag"), ...said.filter(each => each.startsWith("a=candidate:"))]
      : /^a=ice-pwd:/.test(line) ? [ours("ice-pwd")] : [line]).join("\\r\\n");
  await peer.setRemoteDescription({type: "answer", sdp});
}"""


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Any]:
    """A page that has a microphone."""
    from playwright.async_api import async_playwright

    wav = coded_wav(tmp_path / "microphone.wav", 30)
    page_file = tmp_path / "page.html"
    page_file.write_text("<!doctype html><title>speaker</title>")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**speaking_chromium(wav))
        made = await browser.new_page()
        await made.goto(page_file.as_uri())
        yield made
        await browser.close()


async def joined(hall, page) -> dict[str, Any]:
    """Chromium takes the host's seat. What the stage answered."""
    offer, who = await page.evaluate(OFFER), {"id": "host", "name": "Chromium", "role": "host"}
    answer: dict[str, Any] = await hall.ask("whip", op="offer", sdp=offer, who=who)
    await page.evaluate(ANSWER, answer["answer"])
    return answer


async def test_what_chromium_says_is_in_the_log_and_it_hears_the_others(hall, a_tone, page) -> None:
    await hall.open()
    await joined(hall, page)
    await hall.move("start")
    await hall.join("ben", a_tone(440))
    await hall.pass_time(5)
    heard = await page.evaluate(RETURN)
    await hall.move("mute", by="ben")
    await hall.pass_time(4)
    await page.close()
    await hall.move("end")
    await hall.running
    assert heard["packets"] > 150
    assert heard["energy"] > 0.001
    alone = read(hall.recorded()[-3 * RATE :])
    assert alone.heard_seconds > 1.5


async def test_chromium_restarts_ice_and_keeps_its_session(hall, page) -> None:
    await hall.open()
    answer = await joined(hall, page)
    chair = hall.stage._room.chairs["host"]
    before = chair.peer._ice._connection._nominated[1].remote_candidate
    told = await hall.ask(
        "whip", op="patch", session=answer["session"], owner="host", etag="*",
        fragment=await page.evaluate(RESTART),
    )  # fmt: skip
    await page.evaluate(RESTARTED, told["fragment"])
    await in_time(lambda: chair.peer._reconnecting is None, "the restart to be over")
    said, heard = chair.jitter.received, (await page.evaluate(RETURN))["packets"]
    await hall.pass_time(2)
    assert chair.jitter.received > said + 70
    assert (await page.evaluate(RETURN))["packets"] > heard + 70
    assert hall.stage._room.chairs["host"] is chair
    after = chair.peer._ice._connection
    assert not after._former
    assert after._nominated[1].remote_candidate is not before
    assert chair.peer.faults == 0
