// The API over HTTP, for what must work before there is a line to the stage.

import { facts } from "./words.js";
import { refusalOf, unreachable } from "./refusal.js";

const WAIT_MS = 15000;
const LOOK_MS = 3000;

/** POSTs to a door of this Space; `token` null leaves it to the cookie. Throws Refusal. */
export async function post(what, body = {}, token = null) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  return asked(`/api/spaces/${facts.slug}/${what}`, { method: "POST", headers, body: JSON.stringify(body) });
}

/** STUN and TURN servers, with credentials that are lent for hours. Throws Refusal. */
export async function iceServers(token) {
  const headers = { Authorization: `Bearer ${token}` };
  return (await asked(`/api/spaces/${facts.slug}/ice-servers`, { headers })).ice_servers;
}

/** The Space as its page in the API says. Throws Refusal. */
export const look = () => asked(`/api/spaces/${facts.slug}`, {}, LOOK_MS);

async function asked(address, options, patience = WAIT_MS) {
  let answer;
  try {
    answer = await fetch(address, { ...options, signal: AbortSignal.timeout(patience) });
  } catch {
    throw unreachable();
  }
  if (!answer.ok) throw await refusalOf(answer);
  return answer.json();
}
