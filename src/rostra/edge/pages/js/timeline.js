// What is to be shown when: the room's state by media time, so that eyes and ears agree.

const MOST_ENTRIES = 2000;
const SAME_FILL = 0.001;

class Timeline {
  #entries = [];
  #fills = [];
  latest = null;
  onAir = null;

  /** Takes an event {at, owner, value} in the order in which it came. */
  take({ at, owner, value }) {
    if (owner === "rostra.fill") return this.#fill(value);
    if (owner === "rostra.state") this.latest = value;
    else if (owner === "rostra.patch" && this.latest) this.latest = merged(this.latest, value);
    else return;
    if (typeof value.t === "number" && this.latest.phase !== "lobby") this.#began(at - value.t);
    while (this.#entries.length && this.#entries.at(-1).at > at) this.#entries.pop();
    this.#entries.push({ at, state: this.latest });
    if (this.#entries.length > MOST_ENTRIES) this.#entries.shift();
  }

  /** The state that holds at `time`, once for each change; null when there is nothing new. */
  due(time) {
    let found = null;
    while (this.#entries.length && this.#entries[0].at <= time) found = this.#entries.shift().state;
    return found;
  }

  /** The end of the marked silence in which `time` lies, or null. */
  fillEnd(time) {
    const found = this.#fills.find(({ from, to }) => time >= from - 0.05 && time < to - 0.02);
    return found ? found.to : null;
  }

  /** Another time is about to be heard. What was said of the room holds until it is said anew. */
  jump() {
    this.#entries = [];
  }

  /** An edge repeats the last `t` to whoever joins, a little late, so the earliest answer is right. */
  #began(time) {
    if (this.onAir === null || time < this.onAir || time > this.onAir + 12) this.onAir = time;
  }

  #fill({ from, to }) {
    if (!(to > from) || this.#fills.some((one) => Math.abs(one.from - from) < SAME_FILL)) return;
    this.#fills.push({ from, to });
    if (this.#fills.length > 64) this.#fills.shift();
  }
}
