// Whose seat this is: an invitation from the address's fragment, or the signed-in owner's own.
//
// The token is kept for this tab and taken out of the address at once, so that nobody shares it
// by sharing what the address bar shows.

import { facts } from "./words.js";
import { post } from "./door.js";

const KEY = `rostra-seat-${facts.slug}`;

/** `{token, id, role, name}`, or null for somebody without an invitation. Throws Refusal. */
export async function findInvitation() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  const kept = sessionStorage.getItem(KEY);
  return read(facts.owner && !given ? await ownSeat(kept) : kept);
}

/** A fresh one for the owner; the one of before while web or database are away. */
async function ownSeat(kept) {
  try {
    const { token } = await post("seat");
    sessionStorage.setItem(KEY, token);
    return token;
  } catch (refusal) {
    if (kept && !refusal.final) return kept;
    throw refusal;
  }
}

/** What is written in a token; whether it is genuine, the server says. */
function read(token) {
  try {
    const part = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
    const { id, role, name } = JSON.parse(new TextDecoder().decode(bytes));
    return { token, id, role, name };
  } catch {
    return null;
  }
}
