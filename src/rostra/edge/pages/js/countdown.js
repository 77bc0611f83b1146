// Before it begins: local time, what is left, a calendar entry, and "listen when it opens".

const UNITS = [["days", 86400], ["hours", 3600], ["minutes", 60], ["seconds", 1]];

class Countdown {
  #starts = facts.startsAt ? new Date(facts.startsAt) : null;
  #boxes = [];
  armed = false;

  constructor() {
    on(el("arm"), "click", () => this.#toggle());
    if (!this.#starts || Number.isNaN(this.#starts.getTime())) return;
    const when = dateOf(this.#starts, { dateStyle: "full", timeStyle: "short" });
    write(el("when"), say("yours", { when }));
    this.#boxes = UNITS.map(([name]) => {
      const value = make("b");
      el("count").append(make("div", {}, value, make("span", { textContent: say(name) })));
      return value;
    });
    reveal(el("count"), true);
    reveal(el("calendar"), true);
    on(el("calendar"), "click", () => this.#calendar());
    this.#tick();
    this.timer = setInterval(() => this.#tick(), 1000);
  }

  /** Seconds until it begins; negative when it is late, null when nobody said. */
  get left() {
    return this.#starts ? (this.#starts - Date.now()) / 1000 : null;
  }

  stop() {
    clearInterval(this.timer);
    reveal(el("wait"), false);
    reveal(el("when"), false);
  }

  #tick() {
    let left = Math.max(0, Math.ceil(this.left));
    if (!left) {
      clearInterval(this.timer);
      el("count").replaceChildren(make("p", { textContent: say("any_moment") }));
      return;
    }
    UNITS.forEach(([, seconds], i) => {
      write(this.#boxes[i], String(Math.floor(left / seconds)).padStart(i ? 2 : 1, "0"));
      left %= seconds;
    });
  }

  #toggle() {
    this.armed = !this.armed;
    el("arm").setAttribute("aria-pressed", this.armed);
    write(el("arm"), say(this.armed ? "armed" : "arm"));
  }

  #calendar() {
    const stamp = (date) => date.toISOString().replace(/[-:]|\.\d+/g, "");
    const plain = (text) => text.replace(/[\\;,]/g, "\\$&").replace(/\n/g, " ");
    const lines = [
      "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Rostra//Space//EN", "BEGIN:VEVENT",
      `UID:${facts.slug}@${location.host}`, `DTSTAMP:${stamp(new Date())}`,
      `DTSTART:${stamp(this.#starts)}`, `DTEND:${stamp(new Date(this.#starts.getTime() + 3600e3))}`,
      `SUMMARY:${plain(facts.title)}`, `URL:${facts.url}`, "END:VEVENT", "END:VCALENDAR", "",
    ];
    const file = URL.createObjectURL(new Blob([lines.join("\r\n")], { type: "text/calendar" }));
    make("a", { href: file, download: `${facts.slug}.ics` }).click();
    setTimeout(() => URL.revokeObjectURL(file), 10000);
  }
}
