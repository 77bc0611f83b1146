// What the page was told, and how it speaks: texts, numbers and times in the reader's language.

const facts = JSON.parse(document.getElementById("facts").textContent);
const locale = navigator.languages.find((one) => one.startsWith(facts.language)) || facts.language;
const numbers = new Intl.NumberFormat(locale);
const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const say = (key, values = {}) => facts.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** 75 → "1:15". */
function clockOf(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A moment as the reader's own calendar and clock say it. */
const dateOf = (moment, style) => new Intl.DateTimeFormat(locale, style).format(moment);

const liveAddress = (name) => `/live/${facts.slug}/${name}`;
const now = () => performance.now() / 1000;
const between = (low, value, high) => Math.min(high, Math.max(low, value));
