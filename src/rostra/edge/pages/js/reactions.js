// Reactions: one tap each upward, and what everybody sends as sums that float by.

const AT_ONCE = 4;
const MOST_BUBBLES = 24;

class Reactions {
  #row = el("react");
  #sent = [];
  #sums = {};
  #timer = 0;

  constructor() {
    on(this.#row, "click", (event) => {
      const button = event.target.closest("button");
      if (button) this.#send(button);
    });
  }

  /** `sums` are the room's reactions per second; they float once a second while they hold. */
  show(sums) {
    this.#sums = isObject(sums) ? sums : {};
    if (!this.#timer && Object.keys(this.#sums).length) this.#timer = setInterval(() => this.#wave(), 1000);
  }

  #wave() {
    const some = Object.entries(this.#sums).filter(([, count]) => count > 0);
    if (!some.length) this.#timer = clearInterval(this.#timer) || 0;
    if (document.hidden) return;
    for (const button of this.#row.querySelectorAll("button")) {
      const count = this.#sums[button.value];
      if (count > 0) this.#float(button, Math.max(1, Math.round(count)));
    }
  }

  async #send(button) {
    const moment = now();
    this.#sent = this.#sent.filter((sent) => moment - sent < 1);
    if (this.#sent.length >= AT_ONCE) return;
    this.#sent.push(moment);
    this.#float(button, 1, true);
    try {
      await asked(liveAddress("react"), {
        method: "POST", body: button.value, headers: { "Content-Type": "text/plain" }, keepalive: true,
      });
    } catch (reason) {
      console.info("rostra: the reaction was not taken", reason.message);
    }
  }

  #float(button, count, own = false) {
    if (this.#row.querySelectorAll(".bubble").length >= MOST_BUBBLES) return;
    const bubble = make("span", { className: own ? "bubble own" : "bubble", ariaHidden: "true" });
    bubble.append(button.value, count > 1 ? make("b", { textContent: numbers.format(count) }) : "");
    paint(bubble, "--x", `${(Math.random() * 44 - 22).toFixed(0)}px`);
    paint(bubble, "--size", between(1, 1 + Math.log10(count) / 2, 2).toFixed(2));
    bubble.addEventListener("animationend", () => bubble.remove());
    paint(bubble, "--at", `${button.offsetLeft + button.offsetWidth / 2}px`);
    this.#row.append(bubble);
  }
}
