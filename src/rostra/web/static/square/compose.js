// The place to write: counts characters as the server does, keeps what is not sent yet in this tab, and
// sends each post once, however often the button is pressed.
const LINK = /https?:\/\/[^\s<>"]+/g;
const LINK_COUNTS_AS = 23;

for (const form of document.querySelectorAll("[data-compose]")) {
  const text = form.querySelector("textarea");
  const count = form.querySelector("[data-count]");
  const kept = `draft:${location.pathname}`;
  if (!text.value) text.value = sessionStorage.getItem(kept) ?? "";
  const key = document.createElement("input");
  Object.assign(key, { type: "hidden", name: "key", value: crypto.randomUUID() });
  form.append(key);

  function counted() {
    const used = [...text.value.replace(LINK, "x".repeat(LINK_COUNTS_AS))].length;
    const left = Number(text.dataset.longest) - used;
    count.textContent = left < 200 ? left.toLocaleString(document.documentElement.lang) : "";
    count.classList.toggle("over", left < 0);
    sessionStorage.setItem(kept, text.value);
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight + 4, innerHeight / 2)}px`;
  }

  text.addEventListener("input", counted);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", () => sessionStorage.removeItem(kept));
  counted();
}
