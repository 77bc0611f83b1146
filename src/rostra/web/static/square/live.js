// While a page is open: new posts are counted on a pill and shown when it is pressed, so that nothing
// moves under who reads; what was deleted goes; the bell counts.
import { localTimes } from "./moments.js";
import { watchCards } from "./cards.js";
import { say } from "./actions.js";
import { follow } from "./stream.js";

const PAGE = 20;
const MOST_PAGES = 5;
const signedIn = "me" in document.body.dataset;
const place = document.querySelector("[data-pill]");
const list = document.querySelector("[data-timeline]");
const fresh = new Set();

function notice() {
  const badge = document.querySelector("[data-unread]");
  if (!badge) return;
  const number = Number.parseInt(badge.textContent, 10) + 1;
  badge.textContent = number > 99 ? "99+" : String(number);
  for (const each of document.querySelectorAll("[data-unread], [data-unread-words]")) each.hidden = false;
}

function words(number) {
  const { newOne, newMany } = document.body.dataset;
  return number === 1 ? newOne : newMany.replace("{n}", number);
}

function show() {
  place.hidden = !fresh.size;
  if (!fresh.size) return;
  place.querySelector("button").textContent = words(fresh.size);
  say(words(fresh.size));
}

function newest() {
  return [...list.children].map((each) => BigInt(each.dataset.id)).reduce((a, b) => (a > b ? a : b), 0n);
}

// From the newest that is shown upwards, so that nothing between is left out.
async function take() {
  const before = list.firstElementChild;
  let first = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await fetch(`${location.pathname}?min_id=${newest()}&limit=${PAGE}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const there = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = [...there.querySelectorAll("[data-timeline] > .post")]
      .filter((each) => !document.getElementById(each.id));
    list.prepend(...found);
    found.forEach((each) => { localTimes(each); watchCards(each); });
    first = found[0] ?? first;
    if (found.length < PAGE) break;
  }
  fresh.clear();
  show();
  document.querySelector(".posts + .empty")?.remove();
  const link = (first ?? before)?.querySelector(".by .when");
  link?.focus({ preventScroll: true });
  (first ?? before)?.scrollIntoView({ block: "nearest" });
  scrollTo({ top: 0 });
}

function hear() {
  const told = { notice };
  if (place && list) {
    told.post = ({ id }) => {
      if (document.getElementById(`p${id}`)) return;
      fresh.add(id);
      show();
    };
    told.delete = ({ id }) => {
      fresh.delete(id);
      const gone = document.getElementById(`p${id}`);
      if (gone && !gone.contains(document.activeElement)) gone.remove();
      show();
    };
    place.querySelector("button").addEventListener("click", () => take().catch(() => location.reload()));
  }
  follow(place?.dataset.pill ?? "/stream?of=user", told);
}

// The page of notices follows them itself.
if (signedIn && !document.getElementById("fresh")) hear();
