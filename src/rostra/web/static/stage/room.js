// The room as this page knows it: what the stage says, or the API while there is no line to it.

import { look } from "./door.js";
import { isAsking } from "./way.js";
import { facts } from "./words.js";

const FRESH_MS = 3000;
const POLL_MS = 2000;
const LATE_MS = 2500;
const OPEN = ["lobby", "live", "paused"];

/** Events: "change" after anything but levels, "levels", "countdown". */
export class Room extends EventTarget {
  phase = facts.phase;
  you = null;
  seats = {};
  health = {};
  levels = {};
  /** By the census: who hears; apart from them unverified, rehearsed; connected in all. */
  audience = { hearing: 0, unverified: 0, rehearsed: 0, connected: 0 };
  diskMinutes = null;
  #counting = null;
  #t = 0;
  #heardAt = -Infinity;
  #asking = false;

  get open() {
    return OPEN.includes(this.phase);
  }

  get over() {
    return this.phase === "ended" || this.phase === "removed";
  }

  /** One's own seat as the stage said it a moment ago; null when it says nothing (any more). */
  get me() {
    return this.#fresh ? this.seats[this.you] ?? null : null;
  }

  /** `{until, by}` while a host counts down; null when nothing came of it. */
  get countdown() {
    const counts = this.#counting && performance.now() < this.#counting.until + LATE_MS;
    return counts && this.phase === "lobby" ? this.#counting : null;
  }

  get secondsLeft() {
    return this.countdown ? Math.max(0, Math.ceil((this.countdown.until - performance.now()) / 1000)) : 0;
  }

  /** Whether the stage itself has told us of the room. */
  get heard() {
    return this.#heardAt > 0;
  }

  /** Seconds since on air. */
  get elapsed() {
    const since = this.phase === "live" && this.#fresh ? (performance.now() - this.#heardAt) / 1000 : 0;
    return this.#t + since;
  }

  get #fresh() {
    return performance.now() - this.#heardAt < FRESH_MS;
  }

  /** The line to the stage is gone: what it said does not count any more. */
  doubt() {
    this.#heardAt = -Infinity;
  }

  /** A document of the stage's channel. */
  hear(told) {
    if (told.state) this.#report(told);
    if (told.levels) {
      this.levels = told.levels;
      this.dispatchEvent(new Event("levels"));
    }
    if (typeof told.countdown === "number") this.#count(told);
  }

  #report({ you, state, seats, health, audience, disk_minutes: diskMinutes }) {
    Object.assign(this, { you, seats, health, audience, diskMinutes, phase: state.phase });
    this.#t = state.t;
    this.#heardAt = performance.now();
    if (this.phase !== "lobby") this.#counting = null;
    this.dispatchEvent(new Event("change"));
  }

  #count({ countdown, by }) {
    this.#counting = countdown ? { until: performance.now() + countdown * 1000, by } : null;
    this.dispatchEvent(new Event("countdown"));
  }

  /** This page counts by itself, because it has no channel to hear it on. */
  countAlone(seconds) {
    this.#count({ countdown: seconds, by: "" });
  }

  /** Asks the API what phase it is while the stage says nothing. */
  follow() {
    setInterval(() => this.#fresh || this.#asking || isAsking() || this.ask(), POLL_MS);
    return this.ask();
  }

  async ask() {
    this.#asking = true; // browsers open six connections to a server: they are for the seat
    try {
      this.#phaseIs((await look()).phase);
    } catch (refusal) {
      if (refusal.status === 404) this.#phaseIs("removed");
      else if (refusal.final) throw refusal; // else: asked again in two seconds
    } finally {
      this.#asking = false;
    }
  }

  #phaseIs(phase) {
    if (this.#fresh) return;
    this.phase = phase;
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * What the on-air light shows. "on" only when listeners hear this microphone as far as can be known:
 * live, on the stage, our sound arrives there, and the stage said so within the last seconds; not
 * when the device itself has `silenced` the microphone (a phone call, a switch).
 */
export function lightOf(link, room, silenced = false) {
  if (room.over) return "over";
  if (room.countdown && link !== "lost") return "counting";
  if (link === "idle" || link === "taken" || link === "refused") return "off";
  const { me } = room;
  if (link === "lost" || me?.away || (!me && room.heard)) return "lost";
  if (link === "connecting" || !me) return "connecting";
  if (me.green) return "green";
  if (room.phase === "live") return me.muted || silenced ? "muted" : "on";
  return room.phase;
}
