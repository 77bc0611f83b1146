// One WebRTC connection to the stage, opened by WHIP (RFC 9725): our sound, the return, a channel.

import { Refusal, refusalOf, unreachable } from "./refusal.js";
import { reachable } from "./way.js";

const GATHER_MS = 1500;
const PATH_MS = 10000;
const OFFER_MS = 10000;
const AGAIN_MS = 3000;
const OWN_MACHINE = /^(localhost|127\.|\[?::1)/;
const LARGEST = 256 * 1024;

/** Events: "told" with a `document` from the stage, "lost" when the connection has ended. */
export class Line extends EventTarget {
  #peer;
  #channel;
  #sender;
  #packets = 0;
  #closed = false;
  session = null;
  sound = null;

  constructor(track, iceServers) {
    super();
    this.#peer = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.#peer.ontrack = ({ track: heard }) => { this.sound = new MediaStream([heard]); };
    this.#peer.onconnectionstatechange = () => {
      if (["failed", "closed"].includes(this.#peer.connectionState)) this.#lose();
    };
    this.#channel = this.#peer.createDataChannel("rostra");
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#channel.onclose = () => this.#lose();
    this.#sender = this.#peer.addTransceiver(track, { direction: "sendrecv" }).sender;
  }

  /** Offers itself at `address`; done when the answer is taken. Throws Refusal. */
  async open(address, token, abort) {
    const complete = () => this.#peer.iceGatheringState === "complete";
    await this.#gathered(complete, GATHER_MS, abort.signal);
    await this.#offer(address, token, abort, OFFER_MS);
  }

  /**
   * The same for a seat that was lost, which has no time to lose: one address to speak from will
   * do, for the stage learns the others from our checks. While there is none, nobody is asked: it
   * takes browsers seconds to believe that they have a network again (docs/decisions/0015).
   */
  async reopen(address, token, abort) {
    const leads = () => leadsOut(this.#peer.localDescription.sdp);
    await this.#gathered(leads, PATH_MS, abort.signal);
    if (!leads()) throw new Refusal(0, "no_path");
    await reachable(abort.signal);
    await this.#offer(address, token, abort, AGAIN_MS);
  }

  async #offer(address, token, abort, patience) {
    const timer = setTimeout(() => abort.abort(), patience);
    const answer = await this.#post(address, token, abort.signal).finally(() => clearTimeout(timer));
    if (answer.status !== 201) throw await refusalOf(answer);
    this.session = new URL(answer.headers.get("Location"), location.href).href;
    const sdp = await answer.text().catch(() => { throw unreachable(); });
    if (this.#closed) throw unreachable();
    await this.#peer.setRemoteDescription({ type: "answer", sdp });
  }

  async #post(address, token, signal) {
    const headers = { "Content-Type": "application/sdp", Authorization: `Bearer ${token}` };
    try {
      const body = this.#peer.localDescription.sdp;
      return await fetch(address, { method: "POST", headers, body, credentials: "omit", signal });
    } catch {
      throw unreachable();
    }
  }

  /** Addresses to be reached at are gathered until there are `enough`, or no time is left. */
  async #gathered(enough, milliseconds, signal) {
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    await new Promise((done) => {
      const look = () => (signal.aborted || enough()) && done();
      signal.addEventListener("abort", done);
      this.#peer.onicegatheringstatechange = this.#peer.onicecandidate = look;
      setTimeout(done, milliseconds);
      look();
    });
  }

  /** Whether packets of the return have come since this was asked the last time. */
  async flowed() {
    let packets = this.#packets;
    for (const report of (await this.#peer.getStats()).values()) {
      if (report.type === "inbound-rtp") packets = report.packetsReceived;
    }
    const grown = packets > this.#packets;
    this.#packets = packets;
    return grown;
  }

  get listens() {
    return this.#channel.readyState === "open";
  }

  /** Sends a text to the stage. Throws Refusal when the channel is not open. */
  say(text) {
    if (!this.listens) throw new Refusal(0, "unreachable");
    this.#channel.send(text);
  }

  /** Speak into another microphone from now on. */
  speakInto(track) {
    return this.#sender.replaceTrack(track);
  }

  /** Nothing is sent, told or lost from now on; what was said still goes out. */
  fallSilent() {
    this.#closed = true;
    return this.#sender.replaceTrack(null);
  }

  close() {
    this.#closed = true;
    this.#peer.close();
  }

  #hear(data) {
    if (this.#closed || typeof data !== "string" || data.length > LARGEST) return;
    const event = new Event("told");
    event.document = JSON.parse(data);
    this.dispatchEvent(event);
  }

  #lose() {
    if (!this.#closed) this.dispatchEvent(new Event("lost"));
  }
}

/** Whether an offer names any address from which the server can be reached. */
function leadsOut(sdp) {
  const candidates = sdp.matchAll(/^a=candidate:\S+ \d \S+ \d+ (\S+)/gm);
  const addresses = Array.from(candidates, ([, address]) => address);
  return OWN_MACHINE.test(location.hostname) || addresses.some((one) => !OWN_MACHINE.test(one));
}
