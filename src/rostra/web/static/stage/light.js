// The on-air light: a word, a shape and a colour, in the page, in the tab's title and around it.

import { el, icon, reveal, write } from "./elements.js";
import { clockOf, facts, numbers, say } from "./words.js";

const SHAPES = {
  off: "off", connecting: "clock", lobby: "clock", counting: "clock",
  on: "on", muted: "muted", green: "green", paused: "pause", lost: "lost", over: "over",
};
const ON_AIR = "#b8121f";

export class Light {
  #shown = null;
  #colours = [...document.querySelectorAll("meta[name=theme-color]")].map((meta) => [meta, meta.content]);

  /** `state` as `lightOf` gives it. */
  show(state, room) {
    this.#count(state, room);
    if (state === this.#shown) return;
    this.#shown = state;
    el("light").dataset.light = state;
    el("light-shape").replaceChildren(icon(SHAPES[state]));
    write(el("light-word"), say(`light_${state}`));
    write(el("light-says"), say(`light_${state}_says`));
    document.title = `${say(`light_${state}`)} · ${facts.title}`;
    for (const [meta, usual] of this.#colours) meta.content = state === "on" ? ON_AIR : usual;
  }

  #count(state, room) {
    reveal(el("light-count"), state === "counting");
    if (state === "counting") write(el("light-count"), String(room.secondsLeft));
  }
}

/** The line under the title: phase, time on air, listeners. */
export function showFacts(room) {
  write(el("phase"), say(`phase_${room.phase}`));
  el("phase").dataset.phase = room.phase;
  const running = ["live", "paused"].includes(room.phase) && room.heard;
  reveal(el("elapsed"), running);
  if (running) write(el("elapsed"), clockOf(room.elapsed));
  reveal(el("listeners"), room.heard && room.open);
  const { hearing, ...apart } = room.audience;
  write(el("listeners"), say("listening", { n: numbers.format(hearing) }));
  const others = Object.entries(apart).filter(([, n]) => n > 0);
  reveal(el("audience"), room.heard && room.open && others.length > 0);
  write(el("audience"), others.map(([kind, n]) => say(`audience_${kind}`, { n: numbers.format(n) })).join(" · "));
}
