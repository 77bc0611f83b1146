// Menus that open from a button (details.pop): one at a time, closed by Escape and by looking elsewhere.
const open = () => [...document.querySelectorAll("details.pop[open]")];

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("details.pop") || !menu.open) return;
  for (const other of open()) if (other !== menu) other.open = false;
}, true);

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  }
});

// Where one is stands in view, however long the row of places is.
for (const here of document.querySelectorAll(".chips [aria-current], .tabs [aria-current]")) {
  const row = here.parentElement;
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}
