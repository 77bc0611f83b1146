// The recording of a Space that is over: a file with ranges, remembered where one left it.

const SPEEDS = [1, 1.25, 1.5, 2];

/** What this browser keeps for us, where it does. */
const kept = {
  get(key) {
    try {
      return localStorage.getItem(`rostra ${key}`);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(`rostra ${key}`, value);
    } catch {
      // Private windows and foreign frames may not keep anything, and need not.
    }
  },
};

class ReplayPlayer {
  #audio;
  #owner;
  #tries = 0;
  #retry = 0;
  #timer = 0;
  #opened = false;
  #place = Number(kept.get(`at ${facts.slug}`)) || 0;
  wanted = false;
  refused = false;
  behind = false;
  attached = true;
  lag = null;

  constructor(audio, owner) {
    [this.#audio, this.#owner] = [audio, owner];
    this.onError = () => this.#again();
    this.onEnded = () => this.#finished();
    audio.addEventListener("error", this.onError);
    audio.addEventListener("ended", this.onEnded);
    this.#timer = setInterval(() => this.#remember(), 1000);
  }

  play() {
    if (!this.#opened) this.#open();
    this.wanted = true;
    this.#begin();
  }

  pause() {
    this.wanted = this.refused = false;
    this.#audio.pause();
  }

  stop() {
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    this.#audio.removeEventListener("error", this.onError);
    this.#audio.removeEventListener("ended", this.onEnded);
  }

  goLive() {}

  seek(time) {
    this.#place = Math.max(0, time);
    if (this.#opened) this.#audio.currentTime = this.#place;
  }

  faster() {
    const next = SPEEDS[(SPEEDS.indexOf(this.#audio.playbackRate) + 1) % SPEEDS.length];
    this.#audio.defaultPlaybackRate = this.#audio.playbackRate = next;
    return next;
  }

  get position() {
    const { duration } = this.#audio;
    const end = this.#opened && Number.isFinite(duration) ? duration : facts.duration;
    return end ? { at: Math.min(this.#at, end), end, live: false } : null;
  }

  get sounding() {
    return this.wanted && !this.refused && this.#audio.readyState >= 3;
  }

  line() {
    if (this.refused) return "tap";
    if (this.#opened && this.#audio.ended) return "replay_done";
    if (!this.wanted) return this.#opened ? "held" : "ready_replay";
    if (this.sounding) return "replay";
    return !navigator.onLine ? "offline" : this.#tries ? "lost" : "buffering";
  }

  kick() {
    if (this.wanted && !this.sounding && this.#tries) this.#again(0);
  }

  get #at() {
    return this.#opened && this.#audio.readyState > 0 ? this.#audio.currentTime : this.#place;
  }

  #open() {
    this.#opened = true;
    const opus = this.#audio.canPlayType('audio/mp4; codecs="opus"');
    this.#audio.src = `/replay/${facts.slug}/${opus ? "opus" : "aac"}.mp4`;
    this.#audio.addEventListener("loadedmetadata", () => {
      this.#tries = 0;
      if (this.#place < this.#audio.duration - 3) this.#audio.currentTime = this.#place;
    }, { once: true });
  }

  async #begin() {
    this.refused = !(await begin(this.#audio)) && this.wanted;
    this.#owner.changed();
  }

  #again(wait = Math.min(0.5 * 2 ** this.#tries, 8) * (0.75 + 0.5 * Math.random())) {
    if (!this.wanted) return;
    this.#tries += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#open();
      this.play();
    }, wait * 1000);
  }

  #remember() {
    if (!this.sounding || this.#audio.seeking) return;
    this.#place = this.#audio.currentTime;
    kept.set(`at ${facts.slug}`, this.#place.toFixed(0));
  }

  #finished() {
    this.wanted = false;
    this.#place = 0;
    kept.set(`at ${facts.slug}`, "0");
    this.#owner.changed();
  }
}
