// While no sound carries the state here, it is asked for now and then.

const NATIVE_EVERY = 3;
const IDLE_EVERY = 10;
const WAIT_EVERY = 20;
const LONG_EVERY = 120;

class Watch {
  #page;
  #timer = 0;

  constructor(page) {
    this.#page = page;
    on(document, "visibilitychange", () => document.hidden || this.soon(0.2));
    this.soon(this.#every());
  }

  /** Asks again in about `seconds`. */
  soon(seconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), seconds * 1000 * (0.8 + 0.4 * Math.random()));
  }

  #every() {
    const { phase, player, countdown } = this.#page;
    if (phase === "scheduled") {
      const left = countdown?.left ?? 0;
      return left > 900 ? LONG_EVERY : WAIT_EVERY;
    }
    return player instanceof NativePlayer && player.wanted ? NATIVE_EVERY : IDLE_EVERY;
  }

  async #ask() {
    const { phase, player, countdown } = this.#page;
    if (!["scheduled", "lobby", "live", "paused"].includes(phase)) return;
    const waiting = phase === "scheduled" && countdown?.armed;
    if (!player?.attached && (!document.hidden || waiting || player?.wanted)) await this.#fetch();
    this.soon(this.#every());
  }

  async #fetch() {
    try {
      const response = await asked(liveAddress("state.json"), { signal: AbortSignal.timeout(8000) });
      this.#page.told(await response.json());
    } catch (reason) {
      if (reason.status === 404) this.#page.over("removed");
      else if (reason.status === 410) this.#page.over("ended");
      else console.info("rostra: no state just now", reason.message);
    }
  }
}
