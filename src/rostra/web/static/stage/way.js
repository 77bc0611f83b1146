// Whether the servers can be reached again, after a network that lost everything without a word.
//
// A browser gives a new request the connection that an earlier one began and gave up, and opens six
// at most to a server; the kernel asks for each at longer and longer intervals, up to a minute. So
// a page that tries again and again waits for the last of those moments, long after the network is
// back. Here questions are begun one by one and kept: together their moments are two seconds apart
// for a minute and a half. The offer goes another way (without cookies), of which none was used up.

import { facts } from "./words.js";

const EVERY_MS = 2000;
const GIVEN_UP_MS = 180000;
const MOST_EACH = 6; // connections of one way that browsers open

const HEALTH = "/healthz";

let asking = null;

/** Whether somebody waits for an answer: then requests of other kinds had better wait, too. */
export const isAsking = () => asking !== null;

/** Done when a server answers, whatever it says, or `signal` is aborted. */
export function reachable(signal) {
  asking ??= ask().finally(() => { asking = null; });
  return new Promise((done) => {
    signal.addEventListener("abort", done);
    asking.then(done);
  });
}

function ask() {
  const live = new URL(HEALTH, facts.listen).href;
  const ways = [[HEALTH, "same-origin"], [live, "omit"], [live, "include"]];
  const over = new AbortController();
  const pending = ways.map(() => 0);
  let turn = 0;
  return new Promise((done) => {
    const next = () => {
      const way = turn++ % ways.length;
      if (pending[way] === MOST_EACH) return;
      const [url, credentials] = ways[way];
      pending[way] += 1;
      fetch(url, { mode: "no-cors", cache: "no-store", credentials, signal: over.signal })
        .then(done, () => { pending[way] -= 1; });
    };
    const timers = [setInterval(next, EVERY_MS), setTimeout(done, GIVEN_UP_MS)];
    over.signal.addEventListener("abort", () => timers.forEach(clearInterval));
    next();
  }).finally(() => over.abort());
}
