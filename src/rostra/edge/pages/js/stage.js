// Who is on stage: one round picture each, with a ring that follows the voice.

const RANKS = { host: 0, cohost: 1 };

class StageView {
  #list = el("stage");
  #known = new Map();

  show(state) {
    const people = Object.entries(state.stage || {}).filter(([, seat]) => isObject(seat));
    people.sort(([, a], [, b]) => (RANKS[a.role] ?? 2) - (RANKS[b.role] ?? 2));
    const faces = people.map(([id, seat]) => this.#face(id, seat, state.levels?.[id] || 0));
    if (faces.some((face, i) => this.#list.children[i] !== face) || faces.length !== this.#list.children.length) {
      this.#list.replaceChildren(...faces);
    }
    for (const id of this.#known.keys()) if (!state.stage?.[id]) this.#known.delete(id);
    reveal(el("nobody"), !faces.length);
    this.#list.classList.toggle("many", faces.length > 4);
  }

  /** Nobody is heard: every ring rests. */
  rest() {
    for (const { item } of this.#known.values()) item.classList.remove("speaks");
  }

  #face(id, seat, level) {
    const told = JSON.stringify([seat.name, seat.role, seat.muted, seat.away]);
    let known = this.#known.get(id);
    if (known?.told !== told) {
      known = { told, item: this.#made(id, seat) };
      this.#known.set(id, known);
    }
    const speaks = !seat.muted && (seat.speaking ?? level > 1);
    known.item.classList.toggle("speaks", Boolean(speaks));
    paint(known.item, "--level", speaks ? between(2, level, 9) / 9 : 0);
    return known.item;
  }

  #made(id, { name, role, muted, away }) {
    const shown = String(name || "");
    const face = make("div", { className: "face", ariaHidden: "true" }, make("span", { textContent: initialsOf(shown) }));
    const item = make("li", { className: `h${hueOf(id)}` }, face, make("b", { textContent: shown }));
    if (role in RANKS) item.append(make("i", { className: "role", textContent: say(`role_${role}`) }));
    if (away) item.append(make("i", { className: "role", textContent: say("away") }));
    if (muted) {
      const words = make("span", { className: "unseen", textContent: say("muted") });
      item.append(make("i", { className: "off" }, icon("off"), words));
    }
    item.classList.toggle("away", Boolean(away));
    return item;
  }
}
