// Buttons that change a post: sent without leaving the page, and the post is drawn as it is now.
import { watchCards } from "./cards.js";
import { localTimes } from "./moments.js";

// Said by screen readers, and nowhere to be seen.
export function say(sentence) {
  document.querySelector("[data-said]").textContent = sentence;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.sure && !confirm(form.dataset.sure)) {
    event.preventDefault();
    return;
  }
  const post = form.closest(".post");
  if (!("move" in form.dataset) || !post) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { "Rostra-Part": "post" },
    });
    if (!answer.ok) throw new Error(String(answer.status));
    redraw(post, await answer.text(), form.getAttribute("action"));
  } catch (failed) {
    delete form.dataset.busy;
    say(document.body.dataset.failed);
    if (navigator.onLine) form.submit(); // the whole page says what is wrong
  }
});

function redraw(post, html, action) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(".post");
  if (!fresh) return;
  const context = post.querySelector(":scope > article > .context");
  if (context && !fresh.querySelector(":scope > article > .context")) {
    fresh.querySelector("article").prepend(context); // who boosted it is not part of the post
  }
  fresh.id = post.id;
  fresh.dataset.id = post.dataset.id;
  if (post.classList.contains("focus")) fresh.classList.add("focus");
  for (const [n, each] of post.querySelectorAll(".warned").entries()) {
    const same = fresh.querySelectorAll(".warned")[n];
    if (same) same.open = each.open; // what was opened stays open
  }
  localTimes(fresh);
  const held = post.contains(document.activeElement);
  post.replaceWith(fresh);
  watchCards(fresh);
  if (held) (opposite(fresh, action) ?? fresh.querySelector(".by .when")).focus({ preventScroll: true });
}

// The button that undoes what was done, where the one that was pressed stood.
function opposite(post, action) {
  const name = action.split("/").pop();
  const other = name.startsWith("un") ? name.slice(2) : `un${name}`;
  const found = post.querySelector(`form[action$="/${other}"] button`);
  return found?.closest(".menu") ? post.querySelector(".pop summary") : found;
}
