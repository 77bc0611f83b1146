// One request for sound and its answer, watched: a response that says nothing for too long is cut.

const PERIODS = {
  calm: [0.64, 1.28],
  busy: [1.92, 3.84],
  crowd: [7.68, 9.28],
  throng: [15.36, 17.92],
};
const LONGEST_QUIET = 12;

/** [seconds between sends, seconds given at joining] of the class that a response names. */
const periodOf = (name) => PERIODS[name] || PERIODS.calm;
const quietLimit = (period) => period * 1.25 + 2.2;

class Refused extends Error {
  constructor(response, body) {
    super(`answered ${response.status}`);
    this.status = response.status;
    this.body = body;
    const after = Number(response.headers.get("Retry-After"));
    this.wait = Number.isFinite(after) && after > 0 ? Math.min(after, 120) : 0;
  }
}

/** Asks for `address`; a refusal is thrown with what it says. */
async function asked(address, options = {}) {
  const response = await fetch(address, { cache: "no-store", credentials: "omit", ...options });
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw new Refused(response, body);
}

/** Aborts `control` unless it is fed again within the limit. */
class Watchdog {
  #timer = 0;

  constructor(control) {
    this.control = control;
  }

  feed(limit) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.control.abort(), limit * 1000);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
