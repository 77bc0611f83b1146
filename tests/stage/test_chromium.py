"""Chromium as a speaker: a microphone that plays the coded programme, and the return in its ear."""

from __future__ import annotations

from pathlib import Path

import pytest

from rostra.testing.chromium import speaking_chromium
from rostra.testing.meter import read
from rostra.testing.microphone import coded_wav
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


async def test_what_chromium_says_is_in_the_log_and_it_hears_the_others(
    hall, a_tone, tmp_path: Path
) -> None:
    from playwright.async_api import async_playwright

    await hall.open()
    wav = coded_wav(tmp_path / "microphone.wav", 30)
    page_file = tmp_path / "page.html"
    page_file.write_text("<!doctype html><title>speaker</title>")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**speaking_chromium(wav))
        page = await browser.new_page()
        await page.goto(page_file.as_uri())
        answer = await hall.ask(
            "whip",
            op="offer",
            sdp=await page.evaluate(OFFER),
            who={"id": "host", "name": "Chromium", "role": "host"},
        )
        await page.evaluate(ANSWER, answer["answer"])
        await hall.move("start")
        await hall.join("ben", a_tone(440))
        await hall.pass_time(5)
        heard = await page.evaluate(RETURN)
        await hall.move("mute", by="ben")
        await hall.pass_time(4)
        await browser.close()
    await hall.move("end")
    await hall.running
    assert heard["packets"] > 150
    assert heard["energy"] > 0.001
    alone = read(hall.recorded()[-3 * RATE :])
    assert alone.heard_seconds > 1.5
