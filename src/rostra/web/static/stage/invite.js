// A link that is a seat: for a speaker or a co-host, to copy, to share, or to scan.

import { el, on, reveal, write } from "./elements.js";
import { openSheet } from "./dialogs.js";
import { post } from "./door.js";
import { facts, say } from "./words.js";

const BORDER = 3;

export function offerInvitations() {
  on(el("invite"), "click", () => {
    again();
    openSheet(el("sheet-invite"));
  });
  on(el("invite-form"), "submit", make);
  on(el("invite-more"), "click", () => {
    again();
    el("invite-name").focus();
  });
  on(el("invite-copy"), "click", copy);
  reveal(el("invite-share"), "share" in navigator);
  on(el("invite-share"), "click", share);
}

function again() {
  el("invite-form").reset();
  reveal(el("invite-form"), true);
  reveal(el("invited"), false);
  write(el("invite-says"), "");
}

async function make(event) {
  event.preventDefault();
  const asked = new FormData(el("invite-form"));
  const name = asked.get("name").trim();
  const button = event.submitter;
  button.disabled = true;
  try {
    // By the owner's own sign-in: no seat may give out others.
    const { url, qr } = await post("invites", { role: asked.get("role"), name: name || null });
    show(url, qr);
    write(el("invite-says"), name ? say("invited_name", { name }) : say("invited"));
  } catch (refusal) {
    write(el("invite-says"), refusal.words());
  } finally {
    button.disabled = false;
  }
}

function show(url, { d, size }) {
  el("invite-link").value = url;
  const side = size + 2 * BORDER;
  el("invite-qr").setAttribute("d", d);
  el("invite-qr").ownerSVGElement.setAttribute("viewBox", `${-BORDER} ${-BORDER} ${side} ${side}`);
  reveal(el("invite-form"), false);
  reveal(el("invited"), true);
  el("invite-copy").focus();
}

async function copy() {
  try {
    await navigator.clipboard.writeText(el("invite-link").value);
    write(el("invite-says"), say("copied"));
  } catch {
    el("invite-link").select();
    write(el("invite-says"), say("not_copied"));
  }
}

async function share() {
  try {
    await navigator.share({ title: facts.title, text: say("share_text"), url: el("invite-link").value });
  } catch (error) {
    if (error.name !== "AbortError") write(el("invite-says"), say("not_shared"));
  }
}
