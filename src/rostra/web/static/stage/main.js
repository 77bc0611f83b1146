// The stage page: joins its parts, and shows what fits the moment.

import { alertsOf, showAlerts } from "./alerts.js";
import { stayAwake } from "./awake.js";
import { SoundCheck } from "./check.js";
import { openSheet, sure } from "./dialogs.js";
import { el, icon, on, paint, reveal, write } from "./elements.js";
import { Host } from "./host.js";
import { findInvitation } from "./invitation.js";
import { offerInvitations } from "./invite.js";
import { holdsToTalk, listenToKeys } from "./keys.js";
import { Light, showFacts } from "./light.js";
import { Microphone } from "./microphone.js";
import { Moves } from "./moves.js";
import { People } from "./people.js";
import { PersonSheet } from "./person.js";
import { Room, lightOf } from "./room.js";
import { Seat } from "./seat.js";
import { Voice } from "./voice.js";
import { facts, say } from "./words.js";

const HOSTS = ["host", "cohost"];
const TOLD_MS = 10000;

class Page {
  #told = null;
  #kept = "";

  constructor(invitation) {
    this.invitation = invitation;
    this.room = new Room();
    this.seat = new Seat();
    this.microphone = new Microphone();
    this.moves = new Moves(this.seat, invitation?.token);
    this.voice = new Voice(this.microphone, this.moves, this.room, this.seat);
    this.check = new SoundCheck(this.microphone, () => this.#newMicrophone());
    this.light = new Light();
    this.people = new People();
    const make = (move, options) => this.make(move, options);
    this.host = new Host(this.room, this.seat, make);
    this.person = new PersonSheet(this.room, make);
    this.left = this.waiting = this.joining = false;
    this.shown = null;
    this.#wire();
  }

  /** Makes a move; a refusal is said, not thrown. Whether it was made. */
  async make(move, options) {
    try {
      await this.moves.make(move, options);
      return true;
    } catch (refusal) {
      this.tell(refusal.words(move));
      return false;
    }
  }

  /** One line for everybody, for a while. */
  tell(text) {
    clearTimeout(this.#told);
    this.#kept = "";
    write(el("status"), text);
    if (text) this.#told = setTimeout(() => write(el("status"), ""), TOLD_MS);
  }

  /** A line that stays for as long as it is true; "" when it is not any more. */
  #keepTelling(text) {
    if (text === this.#kept) return;
    this.tell(text);
    clearTimeout(this.#told);
    this.#kept = text;
  }

  #wire() {
    const { room, seat, voice, people } = this;
    seat.addEventListener("told", ({ document }) => room.hear(document));
    seat.addEventListener("change", () => this.#moved());
    seat.addEventListener("sound", () => this.#play());
    room.addEventListener("change", () => this.show());
    room.addEventListener("countdown", () => this.show());
    room.addEventListener("levels", () => {
      people.measure(room);
      paint(el("mute"), "--level", voice.muted ? 0 : room.levels[room.you] ?? 0);
    });
    voice.addEventListener("change", () => this.show());
    voice.addEventListener("silenced", () => this.tell(say("silenced")));
    voice.addEventListener("refused", ({ refusal }) => this.tell(refusal.words("mute")));
    people.addEventListener("mute", ({ id }) => this.make("mute", { target: id }));
    people.addEventListener("more", ({ id }) => this.person.open(id));
    this.#buttons();
    offerInvitations();
    listenToKeys({
      voice, joined: () => seat.joined, escape: () => this.host.callOff(), changed: () => this.show(),
    });
    setInterval(() => this.show(), 250);
    addEventListener("pagehide", () => seat.joined && seat.leave({ closing: true }));
  }

  #buttons() {
    on(el("join"), "click", () => this.#join());
    on(el("air"), "click", () => this.make("air"));
    on(el("leave"), "click", () => this.#leave());
    on(el("mute"), "click", (event) => {
      this.voice.toggle();
      if (event.detail) el("mute").blur(); // pressed by a pointer: the space bar stays free to talk
    });
    on(el("sound"), "click", () => openSheet(el("sheet-sound")));
    on(el("volume"), "input", ({ target }) => { el("return").volume = target.value / 100; });
    on(el("denoise"), "change", ({ target }) => this.make("denoise", { value: target.checked }));
    on(el("to-green"), "click", () => {
      el("sheet-sound").close();
      this.make("green");
    });
    on(el("unblock"), "click", () => this.#play());
    on(el("notice-do"), "click", () => this.#again());
  }

  async #join() {
    const name = this.check.name();
    if (name === null) {
      this.tell(say("name_missing"));
      el("name").focus();
      return;
    }
    if (this.joining) return; // it was pressed twice
    this.joining = true;
    try {
      const ready = this.microphone.track || (await this.check.turnOn());
      await this.room.ask(); // the host may have gone live since the button was drawn
      if (ready && this.room.open && !this.seat.joined) this.#take(name);
    } finally {
      this.joining = false;
    }
  }

  #take(name) {
    const { track } = this.microphone;
    const green = () => this.room.phase !== "lobby";
    this.left = false;
    this.tell("");
    this.voice.apply();
    this.seat.take({ token: this.invitation.token, track, name, green });
    el("light").focus();
  }

  /** The button of the notice: take the seat back, or try again. */
  #again() {
    this.left = true;
    this.seat.forget();
    this.#join();
  }

  async #leave() {
    const onAir = this.#state() === "on";
    if (onAir && !(await sure("leave_sure"))) return;
    this.left = true;
    this.seat.leave();
    this.tell(say("left"));
    el("join").focus();
  }

  #newMicrophone() {
    this.voice.apply();
    if (this.seat.joined) this.seat.speakInto(this.microphone.track);
  }

  /** Plays the return. Browsers may want a press of a button first. */
  async #play() {
    el("return").srcObject = this.seat.sound;
    if (!this.seat.sound) return;
    try {
      await el("return").play();
      reveal(el("unblock"), false);
    } catch (error) {
      reveal(el("unblock"), error.name === "NotAllowedError");
    }
  }

  /** Another state of the seat; what the stage said over a line that is gone counts no more. */
  async #moved() {
    const { room, seat } = this;
    if (seat.state !== "on") room.doubt();
    if (seat.state === "refused" && seat.refusal.code === "conflict") await this.#mayBeOver();
    this.show();
  }

  /** When a Space ends, lines close a moment before it is written anywhere that it is over. */
  async #mayBeOver() {
    this.waiting = true;
    for (let tries = 0; tries < 5 && !this.room.over; tries += 1) {
      await new Promise((done) => { setTimeout(done, 300); });
      await this.room.ask();
    }
    this.waiting = false;
  }

  // -- what is seen --------------------------------------------------------------------------

  show() {
    const { room, seat } = this;
    if (room.over && seat.joined) {
      this.tell("");
      seat.rise();
      return; // which shows it
    }
    const role = room.me?.role ?? this.invitation?.role;
    const state = this.#state();
    this.light.show(state, room);
    showFacts(room);
    this.host.show(role);
    reveal(el("invite"), facts.owner && room.phase !== "ended");
    this.#view();
    this.people.show(room, HOSTS.includes(role) && seat.listens);
    const silenced = seat.joined && this.microphone.silenced ? [say("system_muted")] : [];
    showAlerts([...silenced, ...alertsOf(room, HOSTS.includes(role))]);
    if (seat.joined) this.#controls(state);
    else this.#entrance();
    stayAwake(seat.joined);
    if (!seat.joined && el("return").srcObject) el("return").srcObject = null;
  }

  #state() {
    return lightOf(this.seat.state, this.room, this.microphone.silenced);
  }

  #view() {
    const notice = this.#notice();
    const view = notice ? "notice" : this.seat.joined || this.waiting ? "stage" : "check";
    reveal(el("notice"), notice);
    reveal(el("check"), view === "check");
    reveal(el("people"), view === "stage");
    reveal(el("dock"), view !== "notice");
    reveal(el("before"), view === "check");
    reveal(el("during"), view === "stage");
    if (notice === this.shown?.notice && view === this.shown.view) return;
    const first = this.shown === null;
    this.shown = { notice, view };
    el("stage").dataset.view = view;
    if (notice) this.#tell(notice, first);
  }

  /** Why there is nothing to do here, as the key of a text; null when there is. */
  #notice() {
    const { room, seat } = this;
    if (room.over) return room.phase;
    if (!this.invitation) return "uninvited";
    if (this.left || this.waiting) return null;
    return ["taken", "refused"].includes(seat.state) ? seat.state : null;
  }

  #tell(notice, first) {
    write(el("notice-title"), say(`notice_${notice}`));
    const why = notice === "refused" ? this.seat.refusal.words("join") : say(`notice_${notice}_text`);
    write(el("notice-text"), why);
    const again = notice === "taken" || notice === "refused";
    reveal(el("notice-do"), again);
    if (again) write(el("notice-do"), say(`notice_${notice}_do`));
    reveal(el("notice-link"), notice === "ended");
    if (!first) el("notice-title").focus();
  }

  #entrance() {
    const { room } = this;
    const live = room.phase === "live" || room.phase === "paused";
    write(el("join"), say(live ? "enter_green" : "go_on_stage"));
    el("join").disabled = !room.open;
    reveal(el("name-row"), this.invitation && !this.invitation.name);
    const waits = room.phase === "scheduled" && this.invitation && this.invitation.role !== "host";
    this.#keepTelling(waits ? say("not_open_yet") : "");
  }

  #controls(state) {
    const { room, voice } = this;
    const { me } = room;
    reveal(el("air"), me?.green);
    const muted = voice.muted;
    el("mute").dataset.muted = muted;
    write(el("mute-word"), say(muted ? "unmute" : "mute"));
    const shape = el("mute-shape");
    const picture = muted ? "muted" : "mic";
    if (shape.dataset.shows !== picture) {
      shape.dataset.shows = picture;
      shape.replaceChildren(icon(picture));
    }
    reveal(el("to-green"), me && !me.green);
    if (me && document.activeElement !== el("denoise")) el("denoise").checked = me.denoise;
    const hint = muted && holdsToTalk() ? "hold_hint" : "keys_hint";
    write(el("hint"), say(voice.held ? "talking" : hint));
    const away = state === "lost" ? say(navigator.onLine ? "reconnecting" : "offline") : "";
    if (this.#kept && !away && state !== "connecting") this.tell(say("back"));
    else if (state !== "connecting") this.#keepTelling(away);
  }
}

async function begin() {
  let invitation = null;
  let refused = null;
  try {
    invitation = await findInvitation();
  } catch (refusal) {
    refused = refusal;
  }
  const page = new Page(invitation);
  if (refused) page.tell(refused.words("seat"));
  el("stage").dataset.seat = invitation?.id ?? "";
  await page.room.follow();
  page.show();
  if (invitation && !page.room.over) await page.check.begin();
}

begin();
