// The host's own buttons: lobby, countdown, live, pause, end. One of them is the next thing to do.

import { el, on, reveal, write } from "./elements.js";
import { sure } from "./dialogs.js";
import { say } from "./words.js";

const COUNT = 3;
const MOVES = {
  scheduled: ["open"], lobby: ["start", "end"], live: ["pause", "end"], paused: ["resume", "end"],
};

export class Host {
  #room;
  #seat;
  #make;
  #timer = null;
  #busy = false;

  constructor(room, seat, make) {
    [this.#room, this.#seat, this.#make] = [room, seat, make];
    for (const button of this.#buttons) on(button, "click", () => this.#press(button.dataset.move));
    on(el("cancel"), "click", () => this.callOff());
    room.addEventListener("countdown", () => room.countdown || this.#stop());
  }

  get #buttons() {
    return document.querySelectorAll("[data-move]");
  }

  /** `role` of the one who looks; co-hosts act through the stage, which knows them. */
  show(role) {
    const may = role === "host" || (role === "cohost" && this.#seat.listens);
    const moves = MOVES[this.#room.phase] ?? [];
    const counting = Boolean(this.#room.countdown);
    reveal(el("host"), may && moves.length > 0);
    for (const button of this.#buttons) {
      reveal(button, moves.includes(button.dataset.move) && !counting);
      button.disabled = this.#busy;
    }
    reveal(el("cancel"), counting);
    write(el("next"), counting ? say("counting_hint") : this.#hint());
  }

  #hint() {
    const { phase } = this.#room;
    if (phase === "lobby") return say(this.#seat.joined ? "next_live" : "next_stage");
    return phase === "scheduled" || phase === "paused" ? say(`next_${phase}`) : "";
  }

  async #press(move) {
    if (move === "start") return this.#count();
    if (move === "end" && !(await sure("end_sure"))) return undefined;
    return this.#do(move);
  }

  async #do(move) {
    this.#busy = true;
    await this.#make(move);
    this.#busy = false;
    await this.#room.ask();
    this.#room.dispatchEvent(new Event("change"));
  }

  /** Everybody on the stage sees it; the page that began it goes live when it is over. */
  async #count() {
    this.#room.countAlone(COUNT);
    el("cancel").focus();
    this.#timer = setTimeout(() => this.#live(), COUNT * 1000);
    if (this.#seat.listens) await this.#make("countdown", { value: COUNT });
  }

  async #live() {
    this.#timer = null;
    await this.#do("start");
  }

  /** Stops a countdown, whoever began it; whether there was one. */
  callOff() {
    if (!this.#room.countdown) return false;
    this.#stop();
    this.#room.countAlone(0);
    if (this.#seat.listens) this.#make("countdown", { value: 0 });
    return true;
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }
}
