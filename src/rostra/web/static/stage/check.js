// The sound check, before anybody hears anything: microphone, level in words, oneself played back.

import { el, make, on, paint, reveal, write } from "./elements.js";
import { NoMicrophone } from "./microphone.js";
import { say } from "./words.js";

const SECONDS = 3;
const SETTLED = 8; // looks of 100 ms that agree, before the words change
const NAME = "rostra-name";

export class SoundCheck {
  #microphone;
  #ready;
  #verdict = { said: null, next: null, times: 0 };

  /** `ready()` is called when there is another microphone. */
  constructor(microphone, ready) {
    [this.#microphone, this.#ready] = [microphone, ready];
    on(el("turn-on"), "click", () => this.turnOn().then((is) => is && el("microphone").focus()));
    on(el("hear"), "click", () => this.#hear());
    microphone.addEventListener("level", () => this.#level());
    microphone.addEventListener("change", () => this.#list());
    microphone.addEventListener("gone", () => this.#again());
    for (const list of document.querySelectorAll(".microphones")) {
      on(list, "change", () => this.turnOn(list.value));
    }
    el("name").value = localStorage.getItem(NAME) ?? "";
  }

  /** Where the browser has been told "always", nobody needs to press a button. */
  async begin() {
    if (!navigator.mediaDevices) {
      this.#trouble(isSecureContext ? "mic_unsupported" : "mic_insecure");
      return;
    }
    // Not every browser tells of this permission; then the button asks.
    const asked = navigator.permissions?.query({ name: "microphone" });
    const permission = await asked?.catch(() => null);
    if (permission?.state === "granted") await this.turnOn();
    if (permission?.state === "denied") this.#trouble("mic_refused");
  }

  /** Opens the microphone; whether there is one now. */
  async turnOn(wanted) {
    try {
      await this.#microphone.open(wanted);
    } catch (reason) {
      if (!(reason instanceof NoMicrophone)) throw reason;
      this.#trouble(reason.message);
      return false;
    }
    this.#trouble(null);
    this.#ready();
    return true;
  }

  /** The name that was typed, or null when one is wanted and missing. */
  name() {
    if (el("name-row").hidden) return "";
    const name = el("name").value.trim();
    if (name) localStorage.setItem(NAME, name);
    return name || null;
  }

  /** Unplugged: any other will do, and the list says which. */
  async #again() {
    if (await this.turnOn("")) write(el("verdict"), say("mic_changed"));
  }

  #trouble(key) {
    reveal(el("trouble"), key);
    write(el("trouble"), key ? say(key) : "");
    const hopeless = key === "mic_insecure" || key === "mic_unsupported";
    reveal(el("before-microphone"), !this.#microphone.track && !hopeless);
    reveal(el("with-microphone"), this.#microphone.track);
  }

  #list() {
    const { all, chosen } = this.#microphone;
    for (const list of document.querySelectorAll(".microphones")) {
      list.replaceChildren(...all.map(({ label, deviceId }, n) =>
        make("option", { value: deviceId, textContent: label || `${say("microphone")} ${n + 1}` })));
      list.value = chosen;
    }
  }

  #level() {
    paint(el("level"), "--level", this.#microphone.level.toFixed(3));
    const { verdict } = this.#microphone;
    const before = this.#verdict;
    before.times = verdict === before.next ? before.times + 1 : 0;
    before.next = verdict;
    if (before.said === null || (before.times >= SETTLED && verdict !== before.said)) {
      before.said = verdict;
      el("verdict").dataset.verdict = verdict;
      write(el("verdict"), say(`verdict_${verdict}`));
    }
  }

  async #hear() {
    const button = el("hear");
    button.disabled = true;
    write(el("hear-says"), say("hear_speak"));
    const address = await this.#microphone.record(SECONDS);
    write(el("hear-says"), say("hear_back"));
    const echo = el("echo");
    echo.src = address;
    await new Promise((done) => {
      for (const end of ["ended", "error"]) echo.addEventListener(end, done, { once: true });
      echo.play().catch(done);
    });
    URL.revokeObjectURL(address);
    write(el("hear-says"), say("hear_done"));
    button.disabled = false;
    button.focus();
  }
}
