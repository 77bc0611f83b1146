// What a host can do with somebody's seat: a sheet that opens from the person's card.

import { el, on, reveal, write } from "./elements.js";
import { openSheet, sure } from "./dialogs.js";
import { say } from "./words.js";

export class PersonSheet {
  #id = null;
  #room;
  #make;

  /** `make(move, options)` makes a move and tells of a refusal. */
  constructor(room, make) {
    [this.#room, this.#make] = [room, make];
    const sheet = el("sheet-person");
    const then = (button, move) => on(el(button), "click", () => {
      sheet.close();
      make(move, { target: this.#id });
    });
    then("person-mute", "mute");
    then("person-green", "green");
    on(el("person-remove"), "click", () => this.#remove());
    on(el("person-denoise"), "change", ({ target: { checked } }) => {
      make("denoise", { target: this.#id, value: checked });
    });
    room.addEventListener("change", () => sheet.open && this.#show());
  }

  open(id) {
    this.#id = id;
    this.#show();
    openSheet(el("sheet-person"));
  }

  #show() {
    const seat = this.#room.seats[this.#id];
    if (!seat) {
      el("sheet-person").close();
      return;
    }
    write(el("person-title"), seat.name);
    write(el("person-says"), this.#line());
    reveal(el("person-mute"), !seat.muted);
    reveal(el("person-green"), !seat.green);
    reveal(el("person-remove"), seat.role !== "host");
    el("person-denoise").checked = seat.denoise;
  }

  /** How the person's connection does, in figures. */
  #line() {
    const { loss, jitter_ms: jitter, rtt_ms: delay } = this.#room.health[this.#id] ?? {};
    if (loss === undefined) return "";
    return say("line", { loss: Math.round(loss * 100), jitter, delay: delay ?? "–" });
  }

  async #remove() {
    const { name } = this.#room.seats[this.#id];
    const target = this.#id;
    el("sheet-person").close();
    if (await sure("remove_sure", { name })) this.#make("remove", { target });
  }
}
