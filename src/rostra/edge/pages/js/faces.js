// A face for everybody: a colour and one or two letters, the same on every page.

const HUES = 12;

/** The same colour for the same id everywhere (as `hue` in page.py). */
function hueOf(id) {
  let value = 0;
  for (let i = 0; i < id.length; i += 1) value = (value * 31 + id.charCodeAt(i)) & 0xffffff;
  return value % HUES;
}

function initialsOf(name) {
  const words = name.split(/\s+/).filter(Boolean);
  if (!words.length) return "?";
  const last = words.length > 1 ? words.at(-1) : "";
  return ([...words[0]][0] + ([...last][0] || "")).toUpperCase();
}
