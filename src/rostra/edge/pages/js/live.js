// The live sound, for as long as it is wanted: joins, and comes back by the ?after= rule.

const TOO_FAR = 30;
const QUIET_HEAD = 8;

/**
 * Owner's side: joined(head), pieces(list), have() → media seconds or null, edge() → media seconds
 * or null, over(kind, body) when there is nothing to come back to.
 */
class LiveLink {
  #rendition;
  #owner;
  #control = null;
  #wake = null;
  #run = 0;
  #mark = "";
  #silent = 0;
  #since = 0;
  #state = "idle";
  connected = false;
  heard = 0;

  constructor(rendition, owner) {
    this.#rendition = rendition;
    this.#owner = owner;
  }

  /** "idle", "connecting", "waiting" (joined, no sound yet), "live", "lost" or "full". */
  get state() {
    return this.#state;
  }

  set state(value) {
    if (value !== this.#state) [this.#state, this.#since] = [value, now()];
  }

  /** How long it has been so, in seconds. */
  get lasting() {
    return now() - this.#since;
  }

  /** Whether those who answer have no sound either: it is not the line, it is the stage. */
  get quiet() {
    return this.#silent > 1;
  }

  get running() {
    return this.#state !== "idle";
  }

  /** Begins, at live (anew) or exactly behind what is there. Returns at once. */
  start(anew) {
    this.stop();
    this.state = "connecting";
    this.#silent = 0;
    this.#go(++this.#run, anew);
  }

  stop() {
    this.#run += 1;
    this.state = "idle";
    this.#control?.abort();
    this.#wake?.();
  }

  /** The network may be back, or time has passed unseen: do not wait, and do not trust the line. */
  kick() {
    if (this.#wake) this.#wake();
    else this.#control?.abort();
  }

  async #go(run, anew) {
    for (let tries = 0; run === this.#run; ) {
      const [before, began] = [this.heard, now()];
      const wait = await this.#once(run, anew);
      if (run !== this.#run || wait === null) return;
      if (this.heard !== before) anew = false;
      tries = this.heard !== before && now() - began > 1 ? 0 : tries + 1;
      const backoff = tries ? Math.min(0.25 * 2 ** tries, 8) * (0.75 + 0.5 * Math.random()) : 0;
      await this.#pause(Math.max(wait, backoff));
    }
  }

  /** One response until its end. The seconds to wait at least, or null when all is over. */
  async #once(run, anew) {
    const control = new AbortController();
    const dog = new Watchdog(control);
    this.#control = control;
    this.connected = false;
    try {
      dog.feed(QUIET_HEAD);
      const response = await asked(this.#address(anew), { signal: control.signal, priority: "high" });
      if (run !== this.#run) return null;
      await this.#read(response, run, dog);
      return this.#owner.finished() ? this.#end(run, "ended", {}) : 0;
    } catch (reason) {
      return run === this.#run ? this.#afterwards(reason, run) : null;
    } finally {
      dog.stop();
      this.connected = false;
      control.abort();
    }
  }

  async #read(response, run, dog) {
    const head = (name) => response.headers.get(`Rostra-${name}`) || "";
    this.#mark = head("Mark");
    const [period] = periodOf(head("Class"));
    this.#owner.joined({ kind: head("Class"), programme: head("Programme") });
    this.connected = true;
    this.state = "waiting";
    const cutter = new Cutter();
    const reader = response.body.getReader();
    const limit = Math.max(quietLimit(period), Math.min(LONGEST_QUIET, 3 * this.#silent));
    this.#silent += 1;
    for (;;) {
      dog.feed(limit);
      const { done, value } = await reader.read();
      if (done || run !== this.#run) return;
      const pieces = cutter.feed(value);
      if (pieces.some((piece) => piece.sound)) {
        [this.#silent, this.state] = [0, "live"];
        this.heard += 1;
      }
      if (pieces.length) this.#owner.pieces(pieces);
    }
  }

  #afterwards(reason, run) {
    this.state = "lost";
    if (!(reason instanceof Refused)) return 0;
    if (reason.status === 410) return this.#end(run, "ended", reason.body);
    if (reason.status === 404) return this.#end(run, "removed", reason.body);
    if (reason.status === 503 || reason.status === 429) this.state = "full";
    return (reason.wait || 1) * (1 + 0.5 * Math.random());
  }

  #end(run, kind, body) {
    if (run !== this.#run) return null;
    this.state = "idle";
    this.#owner.over(kind, body);
    return null;
  }

  #address(anew) {
    const have = anew ? null : this.#owner.have();
    const edge = this.#owner.edge();
    const asking = new URLSearchParams();
    if (have !== null && (edge === null || edge - have < TOO_FAR)) asking.set("after", have.toFixed(3));
    if (this.#mark) asking.set("mark", this.#mark);
    const query = asking.toString();
    return liveAddress(`${this.#rendition}.mp4`) + (query && `?${query}`);
  }

  #pause(seconds) {
    if (!seconds) return undefined;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), seconds * 1000);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
    });
  }
}
