// Sheets and questions: the browser's own dialogs, which keep the focus and close with Escape.

import { el, on, write } from "./elements.js";
import { say } from "./words.js";

/** Opens a sheet; a click beside it closes it. */
export function openSheet(sheet) {
  if (!sheet.open) sheet.showModal();
}

for (const sheet of document.querySelectorAll("dialog")) {
  on(sheet, "click", (event) => event.target === sheet && sheet.close("no"));
}

/** Whether somebody really wants it; the texts are `key`, `key_text` and `key_yes`. */
export function sure(key, values = {}) {
  const sheet = el("sheet-sure");
  write(el("sure-title"), say(key, values));
  write(el("sure-text"), say(`${key}_text`, values));
  write(el("sure-yes"), say(`${key}_yes`, values));
  sheet.returnValue = "no";
  openSheet(sheet);
  return new Promise((done) => {
    sheet.addEventListener("close", () => done(sheet.returnValue === "yes"), { once: true });
  });
}

export const anySheetOpen = () => Boolean(document.querySelector("dialog[open]"));
