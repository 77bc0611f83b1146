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
// Times of forms stand in UTC until a script turns them into the reader's own, and back when sent.
const local = (moment) => new Date(moment - moment.getTimezoneOffset() * 60000).toISOString().slice(0, 16);

for (const zone of document.querySelectorAll("[data-zone]")) {
  zone.textContent = Intl.DateTimeFormat().resolvedOptions().timeZone;
}
for (const form of document.querySelectorAll("form:has([data-zone])")) {
  const fields = [...form.querySelectorAll("input[type=datetime-local]")];
  for (const field of fields) if (field.value) field.value = local(new Date(`${field.value}Z`));
  form.addEventListener("formdata", (event) => {
    for (const { name, value } of fields) {
      if (value) event.formData.set(name, new Date(value).toISOString());
    }
  });
}
for (const zone of document.querySelectorAll("[data-guess]")) {
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || zone.value;
}
