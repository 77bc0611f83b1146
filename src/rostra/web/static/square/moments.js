// Times in the reader's own zone: what was written in UTC, and what is chosen in forms.
const language = document.documentElement.lang;
const day = 24 * 3600 * 1000;

export function localTimes(within) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    time.title = moment.toLocaleString(language, { dateStyle: "full", timeStyle: "short" });
    time.textContent = shown(moment);
  }
}

function shown(moment) {
  const ago = Date.now() - moment.getTime();
  if (ago < 0 || ago > 6 * day) {
    return moment.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  }
  const units = [["day", day], ["hour", day / 24], ["minute", day / 1440]];
  const [unit, length] = units.find(([, each]) => ago >= each) ?? ["minute", day / 1440];
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  return relative.format(-Math.floor(ago / length), unit);
}

localTimes(document);
const zone = document.getElementById("zone");
if (zone) {
  zone.textContent = Intl.DateTimeFormat().resolvedOptions().timeZone;
  zone.closest("form").addEventListener("formdata", (event) => {
    const chosen = event.formData.get("starts_at");
    if (chosen) event.formData.set("starts_at", new Date(chosen).toISOString());
  });
}
