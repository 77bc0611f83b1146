// What the host should act upon, one sentence each: weak lines, a full disk, a silent stage.

import { el, icon, make } from "./elements.js";
import { say } from "./words.js";

const FEW_MINUTES = 120;
const shown = new Map();

/** Sentences for everybody's room; others' troubles only for those who `host`. Pure. */
export function alertsOf(room, hosting) {
  const { me } = room;
  if (!me) return [];
  const own = room.health[room.you]?.weak;
  const found = own ? [say(`weak_you_${own}`)] : [];
  if (!hosting) return found;
  for (const [id, { name, away }] of Object.entries(room.seats)) {
    if (id === room.you) continue;
    const weak = room.health[id]?.weak;
    if (away) found.push(say("away_name", { name }));
    else if (weak) found.push(say(`weak_${weak}`, { name }));
  }
  const heard = Object.values(room.seats).some((seat) => !seat.green && !seat.muted && !seat.away);
  if (room.phase === "live" && !heard) found.push(say("nobody_heard"));
  const { diskMinutes } = room;
  if (diskMinutes !== null && diskMinutes < FEW_MINUTES) found.push(say("disk", { n: diskMinutes }));
  return found;
}

/** Adds and takes away only what changed, so that screen readers hear each sentence once. */
export function showAlerts(sentences) {
  for (const [sentence, item] of shown) {
    if (sentences.includes(sentence)) continue;
    item.remove();
    shown.delete(sentence);
  }
  for (const sentence of sentences) {
    if (shown.has(sentence)) continue;
    const item = make("li", {}, icon("warn"), make("span", { textContent: sentence }));
    shown.set(sentence, item);
    el("alerts").append(item);
  }
}
