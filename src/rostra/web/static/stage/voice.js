// One's own voice: muted or not, by button, key or a host. The stage's word counts in the end.

/** Events: "change", "silenced" when a host has muted us, "refused" with the `refusal`. */
export class Voice extends EventTarget {
  muted = false;
  held = false; // open only while the space bar is held
  #microphone;
  #moves;
  #seat;
  #asked = 0;
  #unsure = true; // of what the stage thinks, until it says so after we came (back)
  #pressed = false; // meanwhile

  constructor(microphone, moves, room, seat) {
    super();
    [this.#microphone, this.#moves, this.#seat] = [microphone, moves, seat];
    room.addEventListener("change", () => room.me && this.#told(room.me));
    seat.addEventListener("change", () => { if (seat.state !== "on") this.#unsure = true; });
  }

  toggle() {
    this.held = false;
    return this.#set(!this.muted);
  }

  /** Speak for as long as it is held; nothing happens when the microphone is open anyway. */
  hold() {
    if (!this.muted || this.held) return;
    this.held = true;
    this.#set(false);
  }

  release() {
    if (!this.held) return;
    this.held = false;
    this.#set(true);
  }

  /** The microphone's track follows: a muted one sends silence, whatever the stage does. */
  apply() {
    if (this.#microphone.track) this.#microphone.track.enabled = !this.muted;
    this.dispatchEvent(new Event("change"));
  }

  async #set(muted) {
    this.muted = muted;
    this.apply();
    this.#pressed = !this.#seat.listens;
    if (this.#pressed) return; // told when it listens again
    this.#asked += 1;
    try {
      await this.#moves.make(muted ? "mute" : "unmute");
    } catch (refusal) {
      this.dispatchEvent(Object.assign(new Event("refused"), { refusal }));
    } finally {
      this.#asked -= 1;
    }
  }

  #told({ muted }) {
    const ours = this.#unsure && (this.muted || this.#pressed);
    this.#unsure = this.#pressed = false;
    if (this.#asked || muted === this.muted) return;
    if (ours) {
      this.#set(this.muted);
      return;
    }
    this.muted = muted;
    this.held = false;
    this.apply();
    if (muted) this.dispatchEvent(new Event("silenced"));
  }
}
