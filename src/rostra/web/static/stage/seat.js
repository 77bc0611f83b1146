// One's own seat: taken, held, and taken again by itself when the network or the stage went away.
//
// A line that went silent is kept while another is opened: a network that comes back within seconds
// revives it sooner than anything new could be made. Whichever first carries sound and the stage's
// word is used: a channel may need much longer than the sound to get over what was lost.
//
// The stage gives the seat to the last tab that asked for it by hand; one that only comes back by
// itself says so ("again"), and is told when another has the seat, so that two never steal for ever.

import { facts } from "./words.js";
import { iceServers } from "./door.js";
import { Line } from "./line.js";
import { Refusal, unreachable } from "./refusal.js";

const LOOK_MS = 250;
const SILENT_MS = 1500;
const UNTOLD_MS = 4000;
const BEGIN_MS = 4000;
const LEAVE_MS = 500;
const WAITS_MS = [250, 500, 1000];
const OFFLINE_MS = 2000;

/**
 * `state`: "idle", "connecting", "on", "lost", "taken" (by another tab) or "refused" (see
 * `refusal`). Events: "change", "told" with a `document`, "sound" with a new return.
 */
export class Seat extends EventTarget {
  state = "idle";
  refusal = null;
  sound = null;
  #line = null;
  #turn = 0;
  #reaching = 0;
  #tries = 0;
  #abort = null;
  #heardAt = 0;
  #toldAt = 0;
  #missedAt = 0; // what was heard or told before does not count
  #patience = BEGIN_MS;
  #wake = () => {};
  #tab = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
  #wish = null;
  #servers = [];

  constructor() {
    super();
    addEventListener("online", () => {
      this.#tries = 0;
      if (this.state === "lost") this.#abort?.abort(); // it waits for what the old network lost
      this.#wake();
    });
    setInterval(() => this.#watch(), LOOK_MS);
  }

  get joined() {
    return ["connecting", "on", "lost"].includes(this.state);
  }

  /** Whether moves can go over the seat's own channel. */
  get listens() {
    return this.state === "on" && Boolean(this.#line?.listens);
  }

  /**
   * Takes the seat. `wish`: `{token, track, name, green}`, where `green()` tells whether it is the
   * green room that a seat which the stage does not know (any more) begins in.
   */
  take(wish) {
    this.#wish = wish;
    this.#become("connecting");
    return this.#reach(false);
  }

  /** Gives the seat up; the stage is told by whatever way is open, over HTTP if the page closes. */
  leave({ closing = false } = {}) {
    const line = this.#line;
    if (this.listens && !closing) {
      line.say('{"n": 0, "move": "leave"}');
      line.fallSilent();
      this.#line = null;
      setTimeout(() => line.close(), LEAVE_MS);
    } else if (line?.session) {
      this.#hangUp(line.session);
    }
    this.#rest("idle");
  }

  /** There is no seat any more: the room is over. */
  rise() {
    this.#rest("idle");
  }

  /** Not taken or refused any more: whoever was told so wants to try again. */
  forget() {
    if (!this.joined) this.#become("idle");
  }

  say(text) {
    this.#line.say(text);
  }

  async speakInto(track) {
    this.#wish.track = track;
    await this.#line?.speakInto(track);
  }

  async #reach(again) {
    const turn = this.#reaching = ++this.#turn;
    let failed = null;
    let began = 0;
    this.#tries = 0;
    for (let wait = 0; turn === this.#turn; wait = this.#waitAfter(began)) {
      if (again && wait > 0) await this.#pause(wait);
      if (turn !== this.#turn) return;
      began = performance.now();
      failed = await this.#try(again);
      if (turn !== this.#turn) return;
      if (!failed) break;
      if (failed.final) {
        this.refusal = failed;
        this.#rest(failed.code === "taken_over" ? "taken" : "refused");
        return;
      }
      again = true;
      if (this.state !== "lost") this.#become("lost");
    }
    this.#reaching = 0;
  }

  /** Milliseconds until the next try; one that waited in vain itself is followed at once. */
  #waitAfter(began) {
    const tries = this.#tries++;
    if (!navigator.onLine) return OFFLINE_MS;
    return WAITS_MS[Math.min(tries, WAITS_MS.length - 1)] - (performance.now() - began);
  }

  /** Opens one new line; what refused it, or null. */
  async #try(again) {
    let line = null;
    const abort = this.#abort = new AbortController();
    try {
      // They outlast the event; whoever comes back has no second to lose for new ones.
      if (!again) this.#servers = await iceServers(this.#wish.token);
      line = new Line(this.#wish.track, this.#servers);
      const way = [this.#address(again), this.#wish.token, abort];
      await (again ? line.reopen(...way) : line.open(...way));
    } catch (error) {
      line?.close();
      if (error instanceof Refusal) return error;
      console.error(error);
      return unreachable();
    }
    if (this.joined) {
      this.#adopt(line); // even when the old one lives again: the stage has dropped it for this
    } else {
      this.#hangUp(line.session); // the seat was given up meanwhile
      line.close();
    }
    return null;
  }

  #address(again) {
    const asked = new URLSearchParams({ tab: this.#tab });
    if (again) asked.set("again", "1");
    if (this.#wish.green()) asked.set("green", "1");
    if (this.#wish.name) asked.set("name", this.#wish.name);
    return `/whip/${facts.slug}?${asked}`;
  }

  #adopt(line) {
    this.#line?.close();
    this.#line = line;
    this.#heardAt = this.#toldAt = this.#missedAt = performance.now();
    this.#patience = BEGIN_MS;
    line.addEventListener("told", ({ document }) => this.#hear(line, document));
    line.addEventListener("lost", () => line === this.#line && this.#miss());
  }

  async #watch() {
    const line = this.#line;
    if (!line) return;
    const flowed = await line.flowed();
    if (line !== this.#line) return;
    const now = performance.now();
    if (flowed) [this.#heardAt, this.#patience] = [now, SILENT_MS];
    if (flowed && this.#toldAt > this.#missedAt) this.#carries(line);
    const silent = now - this.#heardAt > this.#patience || now - this.#toldAt > UNTOLD_MS;
    if (silent) this.#miss();
  }

  #hear(line, document) {
    if (line !== this.#line) return;
    this.#toldAt = performance.now();
    this.#pass("told", { document });
  }

  #carries(line) {
    if (this.sound !== line.sound) {
      this.sound = line.sound;
      this.#pass("sound");
    }
    if (this.state === "on") return;
    this.#turn += 1;
    this.#abort.abort(); // what is being opened is not needed any more
    this.#become("on");
  }

  /** Nothing comes any more. */
  #miss() {
    if (this.#reaching && this.#reaching === this.#turn) return;
    this.#missedAt = performance.now();
    if (this.state !== "lost") this.#become("lost");
    this.#reach(true);
  }

  #pause(milliseconds) {
    return new Promise((done) => {
      this.#wake = done;
      setTimeout(done, milliseconds * (0.75 + Math.random() / 2));
    });
  }

  #rest(state) {
    this.#turn += 1;
    this.#abort?.abort();
    this.#line?.close();
    this.#line = this.sound = null;
    this.#wake();
    this.#become(state);
  }

  #hangUp(session) {
    const headers = { Authorization: `Bearer ${this.#wish.token}` };
    // The page may be closing: nobody is left to hear that it failed, and the stage sees it anyway.
    fetch(session, { method: "DELETE", headers, keepalive: true }).catch(() => null);
  }

  #become(state) {
    this.state = state;
    this.#pass("change");
  }

  #pass(name, more = {}) {
    this.dispatchEvent(Object.assign(new Event(name), more));
  }
}
