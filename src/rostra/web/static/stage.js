// The stage page: one seat, one PeerConnection by WHIP, the return feed, and the host's buttons.
//
// The token comes from the address's fragment (an invitation) or, for the signed-in owner, from a
// POST to our own origin. It is kept for this tab and taken out of the address at once.
"use strict";

const root = document.getElementById("stage");
const $ = (id) => document.getElementById(id);
const slug = root.dataset.slug;
const texts = JSON.parse(root.dataset.texts);
const GATHER_MS = 1500, SILENT_MS = 1500, WAITS_MS = [300, 600, 1200, 2500, 5000];

let token = null, seatId = null, role = null;
let microphone = null, peer = null, session = null, joined = false, muted = false;
let phase = root.dataset.phase, attempt = 0, watching = 0, meter = null;

const say = (key) => { $("status").textContent = texts[key] ?? key; };
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function claims(signed) {
  try {
    const part = signed.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch { return {}; }
}

async function findToken() {
  const key = `rostra-seat-${slug}`;
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(key, given);
    history.replaceState(null, "", location.pathname);
  }
  const owned = root.dataset.owner && !given;
  const found = owned ? (await api("seat", {}, null)).token : sessionStorage.getItem(key);
  return found || null;
}

async function api(what, body = {}, bearer = token) {
  const headers = { "Content-Type": "application/json" };
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  const answer = await fetch(`/api/spaces/${slug}/${what}`,
    { method: "POST", headers, body: JSON.stringify(body) });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.sentence);
  return found;
}

// -- the seat --------------------------------------------------------------------------------

async function join() {
  $("join").disabled = true;
  say("s_asking");
  try {
    const wanted = $("microphone").value;
    microphone = await navigator.mediaDevices.getUserMedia({ audio: {
      deviceId: wanted ? { exact: wanted } : undefined,
      echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1,
    } });
  } catch {
    say("s_no_microphone");
    $("join").disabled = false;
    return;
  }
  await listMicrophones();
  showLevel();
  joined = true;
  attempt = 0;
  show();
  await connect();
}

async function connect() {
  const mine = ++watching;
  while (joined && mine === watching) {
    say(attempt ? "s_again" : "s_connecting");
    const failure = await offer();
    if (!failure) {
      if (muted) api("mute", { muted }).catch((error) => say(error.message));
      watch(mine, peer);
      return;
    }
    say(failure.sentence);
    if (failure.final) { await leave(false); return; }
    await wait(WAITS_MS[Math.min(attempt++, WAITS_MS.length - 1)] * (0.75 + Math.random() / 2));
  }
}

// One WHIP exchange. Null when it worked, else what to say and whether trying again is pointless.
async function offer() {
  dropPeer();
  let iceServers;
  try { iceServers = await findIceServers(); } catch (error) {
    return { sentence: texts.s_offline, final: false, error };
  }
  const made = peer = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
  made.ontrack = (event) => { $("return").srcObject = new MediaStream([event.track]); };
  made.addTransceiver(microphone.getAudioTracks()[0], { direction: "sendrecv" });
  try {
    await made.setLocalDescription(await made.createOffer());
    await gathered(made);
    const answer = await fetch(`/whip/${slug}`, {
      method: "POST", body: made.localDescription.sdp,
      headers: { "Content-Type": "application/sdp", Authorization: `Bearer ${token}` },
    });
    if (answer.status !== 201) {
      const found = await answer.json();
      return { sentence: found.sentence, final: answer.status < 500 && answer.status !== 429 };
    }
    session = new URL(answer.headers.get("Location"), location.href).href;
    await made.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    return null;
  } catch (error) {
    return { sentence: texts.s_offline, final: false, error };
  }
}

// The credentials among them expire: they are asked for before every connection.
async function findIceServers() {
  const answer = await fetch(`/api/spaces/${slug}/ice-servers`,
    { headers: { Authorization: `Bearer ${token}` } });
  return answer.ok ? (await answer.json()).ice_servers : [];
}

function gathered(made) {
  const whole = new Promise((done) => {
    made.onicegatheringstatechange = () => made.iceGatheringState === "complete" && done();
    if (made.iceGatheringState === "complete") done();
  });
  return Promise.race([whole, wait(GATHER_MS)]);
}

// A return always carries packets: when none has come for a while, the stage or the way is gone.
async function watch(mine, made) {
  let packets = 0, last = performance.now() + 3000;
  while (joined && mine === watching && made === peer) {
    await wait(250);
    const now = performance.now();
    for (const report of (await made.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.packetsReceived > packets) {
        packets = report.packetsReceived;
        last = now;
        attempt = 0;
        say(muted ? "s_muted" : "s_on");
      }
    }
    const lost = ["failed", "closed"].includes(made.connectionState);
    if (joined && mine === watching && (lost || now - last > SILENT_MS)) {
      attempt = Math.max(attempt, 1);
      if (phase === "ended" || phase === "removed") await leave(false);
      else connect();
      return;
    }
  }
}

async function leave(tell = true) {
  joined = false;
  watching++;
  if (tell && session) {
    fetch(session, { method: "DELETE", headers: { Authorization: `Bearer ${token}` },
      keepalive: true }).catch(() => say("s_left"));
    say("s_left");
  }
  session = null;
  dropPeer();
  microphone?.getTracks().forEach((track) => track.stop());
  microphone = null;
  meter?.close();
  meter = null;
  $("join").disabled = false;
  show();
}

function dropPeer() {
  peer?.close();
  peer = null;
}

async function toggleMute() {
  muted = !muted;
  microphone.getAudioTracks()[0].enabled = !muted;
  show();
  say(muted ? "s_muted" : "s_on");
  try { await api("mute", { muted }); } catch (error) { say(error.message); }
}

async function listMicrophones() {
  const chosen = $("microphone").value;
  const all = (await navigator.mediaDevices.enumerateDevices())
    .filter((device) => device.kind === "audioinput" && device.deviceId);
  const options = all.map((device, n) =>
    new Option(device.label || `${texts.microphone} ${n + 1}`, device.deviceId));
  $("microphone").replaceChildren(new Option(texts.microphone_default, ""), ...options);
  $("microphone").value = all.some((device) => device.deviceId === chosen) ? chosen : "";
}

function showLevel() {
  meter = new AudioContext();
  const look = meter.createAnalyser();
  look.fftSize = 1024;
  meter.createMediaStreamSource(microphone).connect(look);
  const wave = new Float32Array(look.fftSize), mine = meter;
  const turn = () => {
    if (meter !== mine) return;
    look.getFloatTimeDomainData(wave);
    $("level").value = Math.min(1, Math.max(...wave.map(Math.abs)));
    setTimeout(turn, 100);
  };
  turn();
}

// -- the Space -------------------------------------------------------------------------------

const MOVES = {
  scheduled: ["open", "start"], lobby: ["start", "end"], live: ["pause", "end"],
  paused: ["resume", "end"], ended: [], removed: [],
};

function show() {
  $("seat").hidden = !token;
  $("before").hidden = joined;
  $("during").hidden = !joined;
  $("mute").textContent = muted ? texts.unmute : texts.mute;
  $("mute").setAttribute("aria-pressed", String(muted));
  $("phase").textContent = texts[`phase_${phase}`] ?? phase;
  $("host").hidden = role !== "host" || !(MOVES[phase] ?? []).length;
  for (const button of document.querySelectorAll("[data-move]")) {
    button.hidden = !(MOVES[phase] ?? []).includes(button.dataset.move);
  }
}

async function move(button) {
  const what = button.dataset.move;
  if (what === "end" && !confirm(texts.end_sure)) return;
  button.disabled = true;
  try { phase = (await api(what)).phase; } catch (error) { say(error.message); }
  button.disabled = false;
  show();
}

async function follow() {
  for (;;) {
    try {
      const answer = await fetch(`/api/spaces/${slug}`);
      phase = answer.ok ? (await answer.json()).phase : answer.status === 404 ? "removed" : phase;
      show();
    } catch { say("s_offline"); }
    await wait(2000);
  }
}

async function begin() {
  try {
    token = await findToken();
  } catch (error) {
    say(error.message);
  }
  if (token) {
    const mine = claims(token);
    [seatId, role] = [mine.id, mine.role];
    root.dataset.seat = seatId;
    say("s_ready");
    if (navigator.mediaDevices) await listMicrophones();
  } else if (!$("status").textContent) {
    say("s_no_token");
  }
  show();
  follow();
}

$("join").addEventListener("click", join);
$("leave").addEventListener("click", () => leave());
$("mute").addEventListener("click", toggleMute);
$("volume").addEventListener("input", (event) => { $("return").volume = event.target.value; });
for (const button of document.querySelectorAll("[data-move]")) {
  button.addEventListener("click", () => move(button));
}
addEventListener("pagehide", () => joined && leave());
begin();
