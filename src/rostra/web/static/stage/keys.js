// Keys: M, the space bar, Escape and the question mark; none of them where somebody is typing.

import { el, on } from "./elements.js";
import { anySheetOpen, openSheet } from "./dialogs.js";

const SINGLE = "rostra-single-keys";
const HOLD = "rostra-hold-to-talk";
const TYPES = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const PRESSES = "button, a, summary, input, select, textarea, audio";

const kept = (key) => localStorage.getItem(key) !== "no";

/** Whether holding the space bar talks. */
export const holdsToTalk = () => kept(SINGLE) && kept(HOLD);

/** `voice` is muted and held; `joined()` tells whether that makes sense; `escape()` takes Escape. */
export function listenToKeys({ voice, joined, escape, changed }) {
  const single = el("single");
  const hold = el("hold");
  for (const [box, key] of [[single, SINGLE], [hold, HOLD]]) {
    box.checked = kept(key);
    on(box, "change", () => {
      localStorage.setItem(key, box.checked ? "yes" : "no");
      changed();
    });
  }
  on(el("show-keys"), "click", () => {
    el("sheet-sound").close();
    openSheet(el("sheet-keys"));
  });
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || anySheetOpen()) return;
    if (event.key === "Escape" && escape()) event.preventDefault();
    if (!single.checked || event.target.matches(TYPES)) return;
    if (event.key === "?") openSheet(el("sheet-keys"));
    if (!joined()) return;
    if (event.key.toLowerCase() === "m" && !event.repeat) voice.toggle();
    if (event.code === "Space" && hold.checked && !event.target.matches(PRESSES)) {
      event.preventDefault();
      if (!event.repeat) voice.hold();
    }
  });
  addEventListener("keyup", (event) => event.code === "Space" && voice.release());
  addEventListener("blur", () => voice.release());
  on(document, "visibilitychange", () => document.hidden && voice.release());
}
