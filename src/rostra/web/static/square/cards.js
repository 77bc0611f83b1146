// Cards of Spaces: how many listen just now, and the sound in place. The state is asked of the sound's
// own origin, which answers many with one answer a second; a card out of sight asks nothing.
const EVERY_MS = 10000;
const seen = new Set();
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) seen.add(entry.target);
    else seen.delete(entry.target);
  }
  look();
});

export function watchCards(within) {
  for (const card of within.querySelectorAll(".space-card.live, .space-card.lobby, .space-card.paused")) {
    watcher.observe(card);
  }
}

async function look() {
  if (document.hidden) return;
  for (const card of seen) {
    try {
      const answer = await fetch(`${card.dataset.live}/live/${card.dataset.space}/state.json`);
      if (!answer.ok) continue;
      const state = await answer.json();
      const count = card.querySelector("[data-count]");
      const number = state.listeners.toLocaleString(document.documentElement.lang);
      count.textContent = `· ${document.body.dataset.listening.replace("{n}", number)}`;
    } catch (away) {
      continue; // the sound is away, or this network: the card says what it knew
    }
  }
}

document.addEventListener("click", (event) => {
  const play = event.target.closest("[data-play]");
  if (!play || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const card = play.closest(".space-card");
  const playing = card.querySelector("iframe");
  for (const other of document.querySelectorAll(".space-card iframe")) stop(other); // one at a time
  if (playing) return;
  const frame = document.createElement("iframe");
  frame.src = `${play.href}?embed=1#listen`;
  frame.allow = "autoplay";
  frame.title = card.querySelector(".space-title").textContent;
  card.append(frame);
  play.dataset.words = play.firstChild.data;
  play.firstChild.data = play.dataset.stop;
  play.classList.add("second");
});

function stop(frame) {
  const play = frame.parentElement.querySelector("[data-play]");
  play.firstChild.data = play.dataset.words;
  play.classList.remove("second");
  frame.remove();
}

watchCards(document);
setInterval(look, EVERY_MS * (0.8 + 0.4 * Math.random()));
