// What was asked for and not done: why, for programs by its code and for people in their language.

import { facts, say } from "./words.js";

/** Statuses that another try may get over. */
const PASSING = [0, 408, 425, 429];

export class Refusal extends Error {
  constructor(status, code, sentence = "") {
    super(sentence);
    [this.status, this.code] = [status, code];
  }

  /** Whether asking again would be answered the same. */
  get final() {
    return this.status < 500 && !PASSING.includes(this.status);
  }

  /** One sentence in the reader's language; `doing` names texts that know more of the matter. */
  words(doing = "") {
    const keys = [`no_${doing}_${this.code}`, `no_${this.code}`];
    const known = keys.find((key) => key in facts.words);
    return known ? say(known) : this.message || say("no_unavailable");
  }
}

export const unreachable = () => new Refusal(0, "unreachable");

/** What a door's answer says went wrong. */
export async function refusalOf(answer) {
  const said = await answer.json().catch(() => ({}));
  return new Refusal(answer.status, String(said.error ?? "unavailable"), said.sentence);
}
