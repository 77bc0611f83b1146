// Keeps the playhead where sound is: over holes and marked silence, and at its distance from live.

const PIPELINE = 0.15;
const DRIFT = 0.0005;
const FASTEST = 0.02;
const FAR = 8;
// Chromium waits at a hole some frames before it.
const LEFT_UNPLAYED = 0.25;

class Keeper {
  #audio;
  #buffer;
  #timeline;
  #lows = [];
  #best = null;
  #bestAt = 0;
  #correcting = false;
  period = 0.64;
  burst = 1.28;

  constructor(audio, buffer, timeline) {
    [this.#audio, this.#buffer, this.#timeline] = [audio, buffer, timeline];
  }

  joined(kind) {
    [this.period, this.burst] = periodOf(kind);
    this.#lows = [];
  }

  /**
   * Sound up to `end` has arrived. The newest that ever arrives, compared with running time, tells
   * where live is, whatever the clocks say; a little is forgiven every second for skew.
   */
  arrived(end) {
    const best = this.#best === null ? -Infinity : this.#best - DRIFT * (now() - this.#bestAt);
    this.#best = Math.max(best, end - now());
    this.#bestAt = now();
  }

  /** The media time that is being spoken about now, but for the pipeline; null before any sound. */
  edge() {
    return this.#best === null ? null : this.#best + now();
  }

  /** Seconds from the stage to this ear, or null. */
  lag() {
    return this.#best === null ? null : Math.max(0, this.edge() - this.#audio.currentTime + PIPELINE);
  }

  /** Whether the listener is further behind than the class makes everybody. */
  behind() {
    return this.#best !== null && this.lag() > this.burst + this.period + 2.2;
  }

  /** Call ten times a second while sound is wanted. `steady` while the live response flows. */
  tick(steady) {
    this.#skipFill();
    this.#skipHole();
    this.#pace(steady);
  }

  /** So much of marked silence is left out that the usual distance from live is kept. */
  #skipFill() {
    const { currentTime } = this.#audio;
    const end = this.#timeline.fillEnd(currentTime);
    if (end === null) return;
    const target = Math.min(end, (this.#buffer.endAt(end - 0.02) ?? 0) - 0.9 * this.burst);
    if (target > currentTime + 0.1) this.#move(target);
  }

  #skipHole() {
    const { currentTime } = this.#audio;
    const left = (this.#buffer.endAt(currentTime) ?? currentTime) - currentTime;
    if (left > 0.02 && (left > LEFT_UNPLAYED || this.#audio.readyState > 2)) return;
    const next = this.#buffer.ranges.find(([start, end]) => start > currentTime && end - start > 0.1);
    if (next) this.#move(next[0]);
  }

  #move(time) {
    this.#lows = [];
    if (time > this.#audio.currentTime) this.#audio.currentTime = time + 0.001;
  }

  /** The least that lies ahead over a few sends is held near its target by playing a little faster or slower. */
  #pace(steady) {
    const until = this.#buffer.endAt(this.#audio.currentTime);
    if (!steady || this.#audio.paused || until === null) return this.#rate(1);
    this.#lows.push(until - this.#audio.currentTime);
    const window = Math.ceil((2 * this.period + 1) * 10);
    if (this.#lows.length < window) return undefined;
    this.#lows = this.#lows.slice(-window);
    const low = Math.min(...this.#lows);
    const error = low - (this.burst - this.period + 0.1);
    this.#correcting = low < FAR && Math.abs(error) > (this.#correcting ? 0.06 : 0.4);
    return this.#rate(this.#correcting ? 1 + between(-FASTEST, error / 20, FASTEST) : 1);
  }

  #rate(value) {
    if (Math.abs(this.#audio.playbackRate - value) > 0.002) this.#audio.playbackRate = value;
  }
}
