// Buttons that change a post: sent without leaving the page, and the post is drawn as it is now.
import { localTimes } from "./moments.js";

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
    form.submit(); // the whole page says what is wrong
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
  if (post.classList.contains("focus")) fresh.classList.add("focus");
  localTimes(fresh);
  post.replaceWith(fresh);
  const moves = { favourite: 1, unfavourite: 1, boost: 1, unboost: 1, bookmark: 1, unbookmark: 1 };
  const name = action.split("/").pop();
  const opposite = name.startsWith("un") ? name.slice(2) : `un${name}`;
  const again = moves[name] && fresh.querySelector(`form[action$="/${opposite}"] button`);
  if (again) again.focus();
}
