// Live sound by MediaSource: link, rewind, buffer and keeper joined behind play and pause.

const HELD_FOR = 30;
const TICK = 100;
const SWALLOWED_FOR = 3;

/** Plays, and says whether the browser refused to without a tap. */
async function begin(audio) {
  try {
    await audio.play();
    return true;
  } catch (reason) {
    return reason.name !== "NotAllowedError";
  }
}

/** Owner's side: show(state), over(kind, body), changed(). */
class LivePlayer {
  #audio;
  #owner;
  #sound = takenSound();
  #goal = null;
  #joining = true;
  #end = null;
  #programme = "";
  #over = null;
  #breaks = 0;
  #heldAt = 0;
  #fedAt = now();
  #ticked = Date.now();
  #timer = 0;
  wanted = false;
  refused = false;
  failed = false;

  constructor(audio, owner) {
    this.#audio = audio;
    this.#owner = owner;
    this.timeline = new Timeline();
    this.buffer = new SoundBuffer(audio, (reason) => this.#broke(reason), () => this.#place());
    this.keeper = new Keeper(audio, this.buffer, this.timeline);
    this.link = new LiveLink(this.#sound[0], this);
    this.rewind = new Rewind(this);
    this.buffer.open(this.#sound[1]);
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  // what the page asks for

  play() {
    this.wanted = true;
    const away = this.#heldAt ? now() - this.#heldAt : 0;
    this.#heldAt = 0;
    if (!this.link.running && !this.rewind.running) this.#join(this.#end === null || away > HELD_FOR);
    this.#begin();
  }

  pause() {
    this.wanted = this.refused = false;
    this.#heldAt = now();
    this.#audio.pause();
  }

  stop() {
    clearInterval(this.#timer);
    this.link.stop();
    this.rewind.stop();
    this.buffer.close();
    this.#audio.playbackRate = 1;
  }

  goLive() {
    this.rewind.stop();
    this.#join(true);
    this.play();
  }

  /** To `time` seconds since on air. */
  seek(time) {
    const edge = this.edge();
    if (this.timeline.onAir === null || edge === null) return;
    const target = this.timeline.onAir + Math.max(0, time);
    if (target > edge - this.keeper.burst - 0.5) this.goLive();
    else this.#to(this.#reachable(target));
  }

  /** {at, end}: seconds since on air of what is heard, and of live; null before on air. */
  get position() {
    const { onAir } = this.timeline;
    if (onAir === null || this.edge() === null) return null;
    return { at: Math.max(0, this.#audio.currentTime - onAir), end: this.edge() - onAir, live: true };
  }

  get lag() {
    return this.#goal === null && this.#end !== null ? this.keeper.lag() : null;
  }

  get behind() {
    return this.#goal === null ? this.keeper.behind() : this.rewind.running;
  }

  get attached() {
    return this.link.running || this.rewind.running;
  }

  /** Which line says what goes on. */
  line(phase) {
    if (this.failed) return "broken";
    if (!this.wanted) return this.#heldAt ? "held" : phase === "lobby" ? "ready_lobby" : "ready";
    if (this.refused) return "tap";
    if (this.#starving()) return this.#hunger();
    if (["lost", "full"].includes(this.link.state) && this.link.lasting > 0.7) return this.#hunger();
    if (phase === "lobby") return "lobby";
    if (this.behind) return "behind";
    return phase === "paused" ? "host_paused" : "live";
  }

  get sounding() {
    return this.wanted && !this.refused && !this.#starving();
  }

  kick() {
    if (this.wanted) this.link.kick();
  }

  // what link and rewind ask for

  joined({ kind, programme }) {
    this.keeper.joined(kind);
    this.#programme = programme || this.#programme;
    this.buffer.restart();
  }

  pieces(list) {
    const sounds = list.filter((piece) => piece.sound);
    if (this.buffer.full) throw new Error("the buffer is full");
    for (const event of sounds.flatMap((piece) => piece.events)) this.timeline.take(event);
    this.buffer.append(joined(list.map((piece) => piece.init || piece.sound)));
    if (!sounds.length) return;
    if (this.#joining) [this.#goal, this.#joining] = [sounds[0].start, false];
    this.#end = sounds.at(-1).end;
    if (!this.rewind.running) this.keeper.arrived(this.#end);
  }

  have() {
    return this.#end;
  }

  edge() {
    return this.keeper.edge();
  }

  playhead() {
    return this.#goal ?? this.#audio.currentTime;
  }

  finished() {
    return this.timeline.latest?.phase === "ended";
  }

  over(kind, body) {
    this.#over = { kind, body };
    this.buffer.finish();
  }

  caughtUp() {
    this.link.start(false);
  }

  tooEarly() {
    this.goLive();
  }

  // its own

  #join(anew) {
    if (anew) [this.#joining, this.#goal] = [true, null];
    if (anew) this.timeline.jump();
    this.link.start(anew);
  }

  #reachable(target) {
    if (this.timeline.latest?.recorded !== false) return target;
    return Math.max(target, this.edge() - 29 * 60);
  }

  #to(target) {
    const whole = this.buffer.endAt(target);
    this.timeline.jump();
    if (whole !== null && whole > target + 1 && this.link.running && whole > this.#end - 0.1) {
      this.#audio.currentTime = target;
    } else {
      this.link.stop();
      this.buffer.restart();
      this.buffer.remove(0, Infinity);
      [this.#goal, this.#end, this.#joining] = [target, target, false];
      this.rewind.start(target, `${this.#programme}-${this.#sound[0]}`);
    }
    this.play();
  }

  /** As soon as the sound that was wanted is there, hear it. */
  #place() {
    if (this.#goal === null) return;
    const range = this.buffer.ranges.find(([start, end]) => end > this.#goal + 0.1 && start < this.#goal + 0.5);
    if (!range) return;
    this.#audio.currentTime = Math.max(range[0], this.#goal);
    this.#goal = null;
    if (this.wanted && this.#audio.paused) this.#begin();
    this.#owner.changed();
  }

  async #begin() {
    this.refused = !(await begin(this.#audio)) && this.wanted;
    this.#owner.changed();
  }

  #starving() {
    return this.#goal !== null || this.#joining || this.#audio.readyState < 3;
  }

  /** Why there is no sound. */
  #hunger() {
    const { state, lasting, heard, quiet } = this.link;
    const reached = state === "live" || state === "waiting";
    if (!navigator.onLine && !reached) return "offline";
    if (this.rewind.running) return this.rewind.failing ? "lost" : "buffering";
    if (quiet && (reached || lasting < 1)) return lasting > 0.3 || state === "lost" ? "stage" : "buffering";
    if (reached) return "buffering";
    if (state === "full") return "full";
    return heard ? "lost" : "connecting";
  }

  #tick() {
    const slept = Date.now() - this.#ticked > 5000;
    this.#ticked = Date.now();
    if (slept) this.kick();
    this.buffer.trim();
    if (!this.wanted && this.link.running && now() - this.#heldAt > HELD_FOR) this.link.stop();
    if (this.wanted && this.#goal === null && !this.#joining) {
      this.keeper.tick(this.link.state === "live");
    }
    this.#place();
    this.#digest();
    const state = this.#goal === null ? this.timeline.due(this.#audio.currentTime + 0.05) : null;
    if (state) this.#owner.show(state);
    this.#part();
  }

  /** Sound that goes in and is never there to be played: the browser's parser has lost its way. */
  #digest() {
    const there = this.buffer.ranges.at(-1)?.[1] ?? 0;
    const swallowed = this.wanted && this.#starving() && !this.buffer.full && this.#end - there > 1;
    if (!swallowed) this.#fedAt = now();
    else if (now() - this.#fedAt > SWALLOWED_FOR) this.#broke("the sound goes in and does not come out");
  }

  /** What is over is over when the last of it was heard. */
  #part() {
    if (!this.#over) return;
    const left = (this.buffer.endAt(this.#audio.currentTime) ?? 0) - this.#audio.currentTime;
    const hearing = this.wanted && !this.refused && !this.#audio.ended && this.#goal === null;
    if (hearing && left > 0.01 && this.#over.kind === "ended") return;
    const { kind, body } = this.#over;
    this.#over = null;
    this.#owner.over(kind, body);
  }

  #broke(reason) {
    console.warn("rostra:", reason);
    this.#breaks += 1;
    this.#fedAt = now();
    this.failed = this.#breaks > 6;
    const others = SOUNDS.filter(([, type]) => Media.isTypeSupported(type));
    this.#sound = others[Math.floor(this.#breaks / 3) % others.length];
    this.link.stop();
    this.rewind.stop();
    if (this.failed) return this.#owner.changed();
    this.link = new LiveLink(this.#sound[0], this);
    this.buffer.open(this.#sound[1]);
    this.#end = null;
    if (this.wanted) this.goLive();
    return undefined;
  }
}
