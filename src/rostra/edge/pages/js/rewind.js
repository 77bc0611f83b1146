// Earlier sound while the Space is live: the programme's HLS segments, one after the other.

const SEGMENT = 1.28;
const AHEAD = 20;
const NEAR_LIVE = 4;

/** Owner's side: pieces(list), edge(), playhead(), caughtUp(), tooEarly(). */
class Rewind {
  #owner;
  #run = 0;
  running = false;
  failing = false;

  constructor(owner) {
    this.#owner = owner;
  }

  /** Brings in what was said from `time` on; names are made of programme and rendition. */
  start(time, name) {
    this.running = true;
    this.failing = false;
    this.#go(++this.#run, Math.floor(time / SEGMENT + 1e-6), name);
  }

  stop() {
    this.#run += 1;
    this.running = false;
  }

  async #go(run, first, name) {
    let tries = 0;
    for (let n = first; run === this.#run; ) {
      if (n * SEGMENT + NEAR_LIVE > this.#owner.edge()) return this.#done("caughtUp");
      if (n * SEGMENT - this.#owner.playhead() > AHEAD) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        continue;
      }
      const outcome = await this.#segment(n, name, run);
      if (run !== this.#run) return;
      if (outcome === "missing") return this.#done(n === first ? "tooEarly" : "caughtUp");
      this.failing = outcome === "failed";
      tries = this.failing ? tries + 1 : 0;
      if (this.failing) await new Promise((resolve) => setTimeout(resolve, Math.min(250 * 2 ** tries, 8000)));
      else n += 1;
    }
  }

  async #segment(n, name, run) {
    try {
      const signal = AbortSignal.timeout(8000);
      const response = await asked(liveAddress(`${name}-${n}.m4s`), { cache: "default", signal });
      const pieces = new Cutter().feed(new Uint8Array(await response.arrayBuffer()));
      if (run === this.#run) this.#owner.pieces(pieces);
      return "there";
    } catch (reason) {
      return reason.status === 404 || reason.status === 410 ? "missing" : "failed";
    }
  }

  #done(how) {
    this.stop();
    this.#owner[how]();
  }
}
