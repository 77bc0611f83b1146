// The page in its phases: which player there is, and what is shown of the room.

const ON = ["lobby", "live", "paused"];
const REPLAY_TRIES = 6;

class Page {
  #sound = el("sound");
  #stage = new StageView();
  #reactions = new Reactions();
  #state = facts.state;
  #stateAt = now();
  #session;
  #transport;
  #ticks = 0;
  phase = facts.phase;
  player = null;
  countdown = facts.phase === "scheduled" ? new Countdown() : null;

  constructor() {
    if (ON.includes(this.phase)) this.#open();
    if (this.phase === "ended" && facts.replay) this.player = new ReplayPlayer(this.#sound, this);
    this.#transport = new Transport(this);
    this.#session = mediaSession(this);
    this.watch = new Watch(this);
    if (el("ended")) write(el("ended"), dateOf(new Date(el("ended").dateTime), { dateStyle: "long" }));
    if (this.#state && ON.includes(this.phase)) this.show(this.#state);
    on(window, "online", () => this.player?.kick());
    on(window, "offline", () => this.changed());
    on(document, "visibilitychange", () => this.changed());
    on(this.#sound, "pause", () => this.#paused());
    for (const name of ["playing", "waiting", "seeked", "ended"]) on(this.#sound, name, () => this.changed());
    setInterval(() => this.#tick(), 250);
    this.changed();
  }

  // what people ask for

  toggle() {
    const { player } = this;
    if (player.wanted && !player.refused) player.pause();
    else player.play();
    this.changed();
  }

  skip(seconds) {
    if (this.player instanceof NativePlayer) return this.player.skip(seconds);
    const position = this.player?.position;
    if (position) this.player.seek(position.at + seconds);
    return this.changed();
  }

  // what players and watch tell

  /** The room as it is at the moment that is heard. */
  show(state) {
    [this.#state, this.#stateAt] = [state, now()];
    if (state.phase !== this.phase && ON.includes(state.phase)) this.#turn(state.phase);
    this.#stage.show(state);
    this.#reactions.show(state.reactions);
    write(el("listeners"), say("listening", { n: numbers.format(state.listeners || 0) }));
    reveal(el("listeners"), true);
    write(el("unverified"), say("unverified", { n: numbers.format(state.unverified || 0) }));
    reveal(el("unverified"), state.unverified > 0);
    this.#notes(state);
    const loud = Math.max(0, ...Object.values(state.levels || {}).filter(Number.isFinite));
    paint(document.body, "--loud", between(0, loud, 9) / 9);
    this.changed();
  }

  /** The room as it is now, from somebody who asked. */
  told(state) {
    if (this.player?.attached && !(this.player instanceof NativePlayer)) return;
    if (ON.includes(state.phase)) this.show(state);
    else if (state.phase !== "scheduled") this.over(state.phase === "ended" ? "ended" : "removed");
  }

  over(kind, body = {}) {
    if (this.phase === kind) return;
    const wanted = this.player?.wanted;
    this.player?.stop();
    this.#sound.pause();
    this.#turn(kind);
    for (const id of ["react", "listeners", "unverified", "elapsed", "pinned", "caption"]) reveal(el(id), false);
    this.#stage.rest();
    reveal(el("dock"), Boolean(wanted));
    this.player = null;
    write(el("status"), say(kind));
    el("lamp").className = "lamp";
    if (kind === "ended") this.#findReplay(body.replay === null ? REPLAY_TRIES : 0);
  }

  changed() {
    if (!this.player) return;
    const line = this.player.line(this.phase);
    document.body.classList.toggle("sounds", this.player.sounding);
    this.#transport?.show(this.player, line);
    this.#session?.(this.player);
  }

  // its own

  #open() {
    this.player = takenSound() ? new LivePlayer(this.#sound, this) : new NativePlayer(this.#sound, this);
    reveal(el("dock"), true);
    reveal(el("people"), true);
    reveal(el("react"), true);
  }

  #turn(phase) {
    const before = this.phase;
    this.phase = document.body.dataset.phase = phase;
    if (phase === "removed") return this.#removed();
    write(el("badge"), say(`badge_${phase}`));
    write(el("about"), say(`about_${phase}`));
    if (before !== "scheduled" || !ON.includes(phase)) return undefined;
    const { armed } = this.countdown;
    this.countdown.stop();
    this.#open();
    if (armed) this.player.play();
    return undefined;
  }

  #removed() {
    document.title = say("removed");
    write(document.querySelector("h1"), say("removed"));
    write(el("about"), say("about_removed"));
    for (const one of document.querySelectorAll(".meta,.host,.when,.wait,.people,#share")) reveal(one, false);
  }

  /** The recording is there some seconds after the end; a crowd does not ask for it in step. */
  async #findReplay(tries) {
    if (!facts.recorded || tries >= REPLAY_TRIES || this.phase !== "ended") return;
    await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** tries * (0.5 + Math.random())));
    try {
      await asked(`/replay/${facts.slug}/opus.mp4`, { method: "HEAD", signal: AbortSignal.timeout(8000) });
    } catch {
      this.#findReplay(tries + 1);
      return;
    }
    this.player = new ReplayPlayer(this.#sound, this);
    write(el("about"), say("about_replay"));
    reveal(el("dock"), true);
    this.changed();
  }

  #notes({ pinned, caption }) {
    const box = el("pinned");
    reveal(box, Boolean(pinned?.text || pinned?.url));
    if (!box.hidden && box.dataset.told !== JSON.stringify(pinned)) {
      box.dataset.told = JSON.stringify(pinned);
      const safe = /^https?:\/\//i.test(pinned.url || "");
      const text = pinned.text || pinned.url;
      const link = { href: pinned.url, textContent: text, target: "_blank", rel: "noopener noreferrer" };
      box.lastElementChild.replaceChildren(safe ? make("a", link) : text);
    }
    reveal(el("caption"), Boolean(caption?.text));
    write(el("caption"), caption?.text ? (caption.name ? `${caption.name}: ` : "") + caption.text : "");
    el("caption").lang = caption?.lang || "";
  }

  /** Somebody else stopped the sound: a headset unplugged, another app. */
  #paused() {
    const { player } = this;
    const expected = !player?.wanted || this.#sound.ended || this.#sound.seeking || !this.#sound.src;
    if (!expected && this.#sound.paused && this.#sound.readyState >= 3) player.pause();
    this.changed();
  }

  #tick() {
    this.#ticks += 1;
    if (this.player && (!document.hidden || this.#ticks % 8 === 0)) this.changed();
    if (!ON.includes(this.phase)) return;
    const running = this.phase !== "lobby";
    const position = this.player?.position;
    const since = (this.#state?.t || 0) + now() - this.#stateAt;
    const seconds = position ? position.end : since;
    reveal(el("elapsed"), running && (position || this.#state?.t));
    if (running) write(el("elapsed"), clockOf(seconds));
    if (this.player && !this.player.sounding && this.player.wanted) this.#stage.rest();
  }
}
