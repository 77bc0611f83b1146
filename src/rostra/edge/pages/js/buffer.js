// One SourceBuffer on the one <audio>, with a queue, so that every change waits for the one before.

const Media = window.ManagedMediaSource || window.MediaSource;
const KEPT_BEHIND = 30;
const KEPT_WHEN_FULL = 2;
const MOST_WAITING = 400;
const SOUNDS = [
  ["opus", 'audio/mp4; codecs="opus"'],
  ["aac", 'audio/mp4; codecs="mp4a.40.2"'],
];

/** [rendition, type] that this browser's MediaSource takes, or null. */
const takenSound = () => (Media && SOUNDS.find(([, type]) => Media.isTypeSupported(type))) || null;

class SoundBuffer {
  #audio;
  #onBroken;
  #onChange;
  #queue = [];
  #source = null;
  #sink = null;
  #full = false;

  constructor(audio, onBroken, onChange) {
    [this.#audio, this.#onBroken, this.#onChange] = [audio, onBroken, onChange];
    audio.addEventListener("error", () => this.#source && onBroken(audio.error?.message));
  }

  /** A new MediaSource behind the same <audio>; everything before is forgotten. */
  open(type) {
    this.close();
    const source = new Media();
    this.#source = source;
    this.#audio.disableRemotePlayback = "ManagedMediaSource" in window;
    const address = URL.createObjectURL(source);
    source.addEventListener("sourceopen", () => {
      URL.revokeObjectURL(address);
      if (source !== this.#source) return;
      this.#sink = source.addSourceBuffer(type);
      this.#sink.mode = "segments";
      this.#sink.addEventListener("updateend", () => {
        this.#next();
        this.#onChange();
      });
      this.#sink.addEventListener("error", () => this.#onBroken("the sound could not be decoded"));
      this.#next();
    }, { once: true });
    this.#audio.src = address;
  }

  close() {
    [this.#queue, this.#sink, this.#source, this.#full] = [[], null, null, false];
  }

  /** Whether nothing more goes in until something was heard. */
  get full() {
    return this.#full || this.#queue.length > MOST_WAITING;
  }

  append(bytes) {
    this.#add({ bytes });
  }

  /** A new response begins: whatever is half parsed must not meet its bytes. */
  restart() {
    this.#add({ abort: true });
  }

  remove(from, to) {
    if (to > from) this.#add({ from, to });
  }

  /** Nothing more will come: what is there is played to its very end. */
  finish() {
    this.#add({ last: true });
  }

  /** Buffered [start, end] pairs. */
  get ranges() {
    const { buffered } = this.#audio;
    return Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)]);
  }

  /** The end of what can be heard without a break from `time` on, or null when nothing can. */
  endAt(time) {
    const found = this.ranges.find(([start, end]) => time >= start - 0.1 && time < end);
    return found ? found[1] : null;
  }

  /** Lets go of what is long heard. */
  trim(kept = KEPT_BEHIND) {
    const until = this.#audio.currentTime - kept;
    const [first] = this.ranges;
    if (first && until - first[0] > (kept === KEPT_BEHIND ? 5 : 0)) this.remove(0, until);
    else if (this.#full) this.#next();
  }

  #add(step) {
    this.#queue.push(step);
    this.#next();
  }

  #next() {
    while (this.#sink && !this.#sink.updating && this.#queue.length) {
      const step = this.#queue[0];
      try {
        this.#do(step);
      } catch (reason) {
        if (reason.name === "QuotaExceededError") return this.#makeRoom();
        return this.#onBroken(reason.message);
      }
      this.#queue.shift();
      this.#full = false;
    }
  }

  #do(step) {
    if (step.abort) this.#sink.abort();
    else if (step.bytes) this.#sink.appendBuffer(step.bytes);
    else if (step.last) this.#source.endOfStream();
    else this.#sink.remove(step.from, step.to);
  }

  #makeRoom() {
    const first = !this.#full;
    this.#full = true;
    const until = this.#audio.currentTime - KEPT_WHEN_FULL;
    const [range] = this.ranges;
    if (first && range && until > range[0]) this.#sink.remove(0, until);
  }
}
