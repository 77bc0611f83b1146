// Live sound by the browser's own HLS, where there is no MediaSource. It tells the page no state.

const STUCK_AFTER = 10;
const NATIVE_LAG = 14;

class NativePlayer {
  #audio;
  #owner;
  #timer = 0;
  #retry = 0;
  #tries = 0;
  #last = { time: -1, at: 0 };
  #held = false;
  wanted = false;
  refused = false;
  attached = false;
  lag = null;
  position = null;

  constructor(audio, owner) {
    [this.#audio, this.#owner] = [audio, owner];
    this.onError = () => this.#again();
    audio.addEventListener("error", this.onError);
    this.#timer = setInterval(() => this.#watch(), 1000);
  }

  play() {
    if (!this.#audio.src || (this.#held && this.behind)) this.#load();
    this.wanted = true;
    this.#begin();
  }

  pause() {
    [this.wanted, this.refused, this.#held] = [false, false, true];
    this.#audio.pause();
  }

  stop() {
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    this.#audio.removeEventListener("error", this.onError);
  }

  goLive() {
    this.#load();
    this.play();
  }

  seek() {
    this.skip(-15);
  }

  skip(seconds) {
    const { seekable } = this.#audio;
    if (!seekable.length) return;
    const last = seekable.length - 1;
    this.#audio.currentTime = between(seekable.start(0), this.#audio.currentTime + seconds, seekable.end(last) - 6);
  }

  get behind() {
    const { seekable } = this.#audio;
    return seekable.length > 0 && seekable.end(seekable.length - 1) - this.#audio.currentTime > NATIVE_LAG;
  }

  get sounding() {
    return this.wanted && !this.refused && this.#audio.readyState >= 3;
  }

  line(phase) {
    if (!this.wanted) return this.#held ? "held" : phase === "lobby" ? "ready_lobby" : "ready";
    if (this.refused) return "tap";
    if (!this.sounding) return !navigator.onLine ? "offline" : this.#tries ? "lost" : "connecting";
    if (phase === "lobby") return "lobby";
    if (this.behind) return "behind";
    return phase === "paused" ? "host_paused" : "live";
  }

  kick() {
    if (this.wanted && !this.sounding) this.#again(0);
  }

  #load() {
    this.#held = false;
    this.#last = { time: -1, at: now() };
    this.#audio.src = liveAddress("master.m3u8");
  }

  async #begin() {
    this.refused = !(await begin(this.#audio)) && this.wanted;
    this.#owner.changed();
  }

  #again(wait = Math.min(0.5 * 2 ** this.#tries, 8) * (0.75 + 0.5 * Math.random())) {
    if (!this.wanted) return;
    this.#tries += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.goLive(), wait * 1000);
  }

  #watch() {
    const time = this.#audio.currentTime;
    if (time !== this.#last.time || !this.wanted || this.refused) {
      if (time > this.#last.time && this.sounding) this.#tries = 0;
      this.#last = { time, at: now() };
    } else if (now() - this.#last.at > STUCK_AFTER) {
      this.#last.at = now();
      this.#again(0);
    }
  }
}
