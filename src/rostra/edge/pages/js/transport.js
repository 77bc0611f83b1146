// The dock: play and pause, volume, position, back and forth, live.

class Transport {
  #page;
  #sound = el("sound");
  #dragging = false;

  constructor(page) {
    this.#page = page;
    this.#keys();
    this.#seeking();
    this.#volume();
  }

  /** Shows what the player does; `line` is the key of what to say. */
  show(player, line) {
    const busy = player.wanted && !player.sounding && !player.refused;
    const playing = player.wanted && !player.refused;
    const keys = el("play");
    keys.classList.toggle("busy", busy);
    keys.classList.toggle("asks", player.refused);
    keys.firstElementChild.firstElementChild.setAttribute("href", playing ? "#i-pause" : "#i-play");
    keys.setAttribute("aria-label", say(player.refused ? "tap" : playing ? "pause" : "play"));
    write(el("status"), say(line));
    el("lamp").className = `lamp ${line}`;
    this.#position(player);
  }

  #position(player) {
    const { position, lag } = player;
    const native = player instanceof NativePlayer;
    reveal(el("seek-row"), Boolean(position));
    for (const id of ["start", "back", "forth"]) el(id).disabled = !position && !(native && id !== "start");
    el("forth").disabled ||= !native && position?.live && !player.behind;
    reveal(el("live"), player.behind || native || Boolean(position?.live));
    reveal(el("speed"), player instanceof ReplayPlayer);
    this.#live(player.wanted && player.sounding, player.behind);
    if (!position) return;
    write(el("now"), clockOf(position.at));
    const far = el("far");
    write(far, !position.live ? clockOf(position.end) : lag === null ? "" : say("lag", { s: tenths.format(lag) }));
    if (position.live) far.title = say("lag_how", { s: tenths.format(PIPELINE) });
    if (!this.#dragging) this.#slide(position);
  }

  #live(sounding, behind) {
    const key = el("live");
    key.disabled = !behind;
    key.classList.toggle("ready", Boolean(behind));
    key.classList.toggle("at", Boolean(sounding && !behind));
    write(key, say(sounding && !behind ? "badge_live" : "go_live"));
  }

  #slide({ at, end }) {
    const slider = el("seek");
    slider.max = Math.max(1, Math.floor(end));
    slider.value = Math.floor(at);
    this.#filled(slider);
  }

  #filled(slider) {
    paint(slider, "--done", `${(100 * (slider.value - slider.min)) / (slider.max - slider.min)}%`);
    if (slider.id === "seek") {
      const words = { now: clockOf(slider.value), end: clockOf(slider.max) };
      slider.setAttribute("aria-valuetext", say("position", words));
    }
  }

  #keys() {
    on(el("play"), "click", () => this.#page.toggle());
    on(el("back"), "click", () => this.#page.skip(-15));
    on(el("forth"), "click", () => this.#page.skip(15));
    on(el("start"), "click", () => this.#page.player.seek(0));
    on(el("live"), "click", () => this.#page.player.goLive());
    on(el("speed"), "click", () => {
      write(el("speed"), `${numbers.format(this.#page.player.faster())}×`);
      el("speed").setAttribute("aria-label", `${say("speed")} ${el("speed").textContent}`);
    });
  }

  #seeking() {
    const slider = el("seek");
    on(slider, "input", () => {
      this.#dragging = true;
      this.#filled(slider);
      write(el("now"), clockOf(slider.value));
    });
    on(slider, "change", () => {
      this.#dragging = false;
      this.#page.player.seek(Number(slider.value));
    });
    on(slider, "keydown", (event) => {
      const step = { ArrowLeft: -15, ArrowDown: -15, ArrowRight: 15, ArrowUp: 15 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.#page.skip(step);
    });
  }

  #volume() {
    const slider = el("volume");
    const apply = () => {
      this.#sound.volume = slider.value / 100;
      const silent = this.#sound.muted || this.#sound.volume === 0;
      el("mute").setAttribute("aria-pressed", silent);
      el("mute").firstElementChild.firstElementChild.setAttribute("href", silent ? "#i-mute" : "#i-loud");
      this.#filled(slider);
    };
    slider.value = kept.get("volume") ?? 100;
    on(slider, "input", () => {
      this.#sound.muted = false;
      kept.set("volume", slider.value);
      apply();
    });
    on(el("mute"), "click", () => {
      this.#sound.muted = !this.#sound.muted;
      apply();
    });
    apply();
    // Where the system alone sets the volume (iPhones), a slider would be a lie.
    this.#sound.volume = 0.5;
    reveal(slider, this.#sound.volume === 0.5);
    apply();
  }
}
