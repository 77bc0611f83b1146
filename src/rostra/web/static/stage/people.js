// Who is on the stage and who is in the green room: one card each, with a live meter.

import { el, icon, make, on, paint, reveal, write } from "./elements.js";
import { hueOf, initialsOf } from "./faces.js";
import { say } from "./words.js";

const RANKS = { host: 0, cohost: 1 };

/** Events: "mute" and "more" with the `id` of the seat whose button was pressed. */
export class People extends EventTarget {
  #cards = new Map();
  #hosting = false;

  show(room, hosting) {
    this.#hosting = hosting;
    const seats = Object.entries(room.seats);
    seats.sort(([, a], [, b]) => (RANKS[a.role] ?? 2) - (RANKS[b.role] ?? 2));
    const onStage = seats.filter(([, seat]) => !seat.green);
    const green = seats.filter(([, seat]) => seat.green);
    this.#fill(el("seats"), onStage, room);
    this.#fill(el("green-seats"), green, room);
    write(el("on-stage-count"), String(onStage.length));
    write(el("green-count"), String(green.length));
    reveal(el("nobody"), !onStage.length);
    reveal(el("green"), green.length > 0);
    for (const id of this.#cards.keys()) if (!room.seats[id]) this.#cards.delete(id);
  }

  /** Only the meters, five times a second. */
  measure(room) {
    for (const [id, card] of this.#cards) {
      const seat = room.seats[id];
      const level = seat && !seat.muted && !seat.away ? room.levels[id] ?? 0 : 0;
      paint(card.item, "--level", level);
    }
  }

  #fill(list, seats, room) {
    const items = seats.map(([id, seat]) => this.#card(id, seat, room).item);
    const same = items.length === list.children.length && items.every((item, i) => list.children[i] === item);
    if (!same) list.replaceChildren(...items); // keeps the focus wherever the order is the same
  }

  #card(id, seat, room) {
    const card = this.#cards.get(id) ?? this.#made(id);
    const own = id === room.you;
    const state = seat.away ? "away" : seat.muted ? "muted" : seat.speaking ? "speaking" : "open";
    card.item.dataset.state = state;
    card.item.dataset.id = id;
    write(card.name, seat.name);
    write(card.letters, initialsOf(seat.name));
    const weak = room.health[id]?.weak;
    const facts = [
      say(`role_${seat.role}`), own && say("you"), ["away", "muted"].includes(state) && say(`seat_${state}`),
      weak && state !== "away" && say("seat_weak"),
    ];
    write(card.facts, facts.filter(Boolean).join(" · "));
    card.item.classList.toggle("weak", Boolean(weak));
    this.#buttons(card, seat, own);
    return card;
  }

  #buttons({ mute, more, name }, seat, own) {
    reveal(mute, this.#hosting && !own);
    reveal(more, this.#hosting && !own);
    mute.disabled = seat.muted;
    mute.setAttribute("aria-label", say(seat.muted ? "is_muted" : "mute_name", { name: name.textContent }));
    more.setAttribute("aria-label", say("more_name", { name: name.textContent }));
  }

  #made(id) {
    const letters = make("span");
    const muted = make("i", { className: "badge-muted" }, icon("muted"));
    const face = make("div", { className: "face", ariaHidden: "true" }, letters, muted);
    const name = make("b");
    const facts = make("span", { className: "small" });
    const meter = make("div", { className: "meter", ariaHidden: "true" });
    const mute = this.#button(id, "mute", "mic");
    const more = this.#button(id, "more", "more");
    const who = make("div", { className: "who" }, name, facts, meter);
    const item = make("li", { className: "seat" }, face, who, mute, more);
    const hue = hueOf(id);
    paint(item, "--hue", hue * 30 + 30);
    paint(item, "--deep", hue % 2 ? 0.08 : 0);
    const card = { item, letters, name, facts, mute, more };
    this.#cards.set(id, card);
    return card;
  }

  #button(id, does, picture) {
    const button = make("button", { className: "round" }, icon(picture));
    on(button, "click", () => this.dispatchEvent(Object.assign(new Event(does), { id })));
    return button;
  }
}
