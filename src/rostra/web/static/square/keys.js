// Keys for who does without a mouse; /keys says which. Nothing is taken from whoever is typing.
const posts = () => [...document.querySelectorAll(".post")];
let before = "";

function at() {
  const here = document.activeElement?.closest?.(".post");
  return here ? posts().indexOf(here) : -1;
}

function go(step) {
  const all = posts();
  const next = all[Math.max(0, Math.min(all.length - 1, at() + step))];
  const link = next?.querySelector(".by .when");
  if (link) {
    link.focus({ preventScroll: true });
    next.scrollIntoView({ block: "center" });
  }
}

function press(selector) {
  const here = document.activeElement?.closest?.(".post");
  here?.querySelector(selector)?.click();
}

function write() {
  const text = document.getElementById("f-text");
  if (text) text.focus();
  else location.assign("/compose");
}

const GO = { h: "/", n: "/notices", s: "/spaces" };
const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  f: () => press('form[action$="favourite"] button'),
  b: () => press('form[action$="boost"] button'),
  r: () => press(".tool.reply"),
  o: () => press(".by .when"),
  m: () => press('form[action$="bookmark"] button'),
  n: write,
  u: () => document.querySelector("[data-pill]:not([hidden]) button")?.click(),
  "?": () => location.assign("/keys"),
  "/": () => location.assign("/search"),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (before === "g" && GO[event.key]) location.assign(GO[event.key]);
  else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
  before = event.key;
});
