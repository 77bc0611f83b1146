// The place to write: counts characters as the server does, keeps what is not sent yet in this tab, and
// sends each post once, however often the button is pressed.
const LINK = /https?:\/\/[^\s<>"]+/g;
const LINK_COUNTS_AS = 23;
const NEAR = 200;

for (const form of document.querySelectorAll("[data-compose]")) {
  const text = form.querySelector("textarea");
  const count = form.querySelector("[data-count]");
  const due = form.querySelector("[name=due]");
  const send = form.querySelector(".last button");
  const kept = `draft:${form.dataset.kept}`;
  const given = text.value;
  const words = send.textContent;
  let sent = false;
  // One key for each sheet: what a browser brings back with the page was sent already.
  form.elements.key.value = crypto.randomUUID?.() ?? form.elements.key.value;
  if (!form.elements.draft && text.getAttribute("aria-invalid") !== "true") {
    text.value = sessionStorage.getItem(kept) || given;
  }

  function counted() {
    const used = [...text.value.replace(LINK, "x".repeat(LINK_COUNTS_AS))].length;
    const left = Number(text.dataset.longest) - used;
    count.textContent = left < NEAR ? left.toLocaleString(document.documentElement.lang) : "";
    count.classList.toggle("over", left < 0);
    if (text.value === given) sessionStorage.removeItem(kept);
    else sessionStorage.setItem(kept, text.value);
    if (CSS.supports("field-sizing", "content")) return;
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight + 4, innerHeight * 0.6)}px`;
  }

  text.addEventListener("input", counted);
  due?.addEventListener("input", () => {
    const label = form.querySelector("label[for=f-due]");
    send.textContent = due.value ? label.textContent : words;
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(send);
  });
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
    sessionStorage.removeItem(kept);
  });
  addEventListener("pageshow", () => { sent = false; });
  counted();
}
