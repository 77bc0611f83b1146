// Small words for the document.

const el = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "use"));
  svg.firstChild.setAttribute("href", `#i-${name}`);
  return svg;
}

function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Sets text only when it differs, so that screen readers hear each line once. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const paint = (element, name, value) => element.style.setProperty(name, value);
const reveal = (element, shown) => element && (element.hidden = !shown);
const on = (element, event, action) => element?.addEventListener(event, action);
