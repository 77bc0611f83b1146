// Moves of the room: over the seat's own channel while there is one, else over HTTP.

import { Refusal, unreachable } from "./refusal.js";
import { post } from "./door.js";

const WAIT_MS = 4000;
const BY_HTTP = ["open", "start", "pause", "resume", "end"];

export class Moves {
  #seat;
  #token;
  #number = 0;
  #waiting = new Map();

  constructor(seat, token) {
    [this.#seat, this.#token] = [seat, token];
    seat.addEventListener("told", ({ document }) => this.#answered(document));
    seat.addEventListener("change", () => seat.listens || this.#giveUp());
  }

  /** Done when the stage has done it. Throws Refusal. */
  make(move, { target, value } = {}) {
    if (this.#seat.listens && move !== "open") return this.#say({ move, target, value });
    if (BY_HTTP.includes(move)) return post(move, {}, this.#token);
    return Promise.reject(unreachable());
  }

  #say(asked) {
    const number = ++this.#number;
    return new Promise((done, refused) => {
      const timer = setTimeout(() => this.#settle(number, unreachable()), WAIT_MS);
      this.#waiting.set(number, { done, refused, timer });
      this.#seat.say(JSON.stringify({ n: number, ...asked }));
    });
  }

  #answered({ n, error }) {
    if (!this.#waiting.has(n)) return;
    this.#settle(n, error ? new Refusal(error.status, error.code, error.sentence) : null);
  }

  #settle(number, refusal) {
    const { done, refused, timer } = this.#waiting.get(number);
    this.#waiting.delete(number);
    clearTimeout(timer);
    if (refusal) refused(refusal);
    else done();
  }

  #giveUp() {
    for (const number of [...this.#waiting.keys()]) this.#settle(number, unreachable());
  }
}
