// Keys for who does without a mouse: j and k go from post to post, f likes, b boosts, r answers, n writes,
// o or Enter opens, / searches, g then h goes home. Nothing is taken from whoever is typing.
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

const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  f: () => press('form[action$="favourite"] button'),
  b: () => press('form[action$="boost"] button'),
  r: () => press(".tool.reply"),
  o: () => press(".by .when"),
  n: () => document.getElementById("f-text")?.focus(),
  "/": () => location.assign("/search"),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (before === "g" && event.key === "h") location.assign("/");
  else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
  before = event.key;
});
