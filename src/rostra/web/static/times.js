// Times in the reader's own zone: what was written in UTC, and what is chosen in the form.
"use strict";
for (const time of document.querySelectorAll("time[datetime]")) {
  const moment = new Date(time.dateTime);
  if (!Number.isNaN(moment.getTime())) {
    time.textContent = moment.toLocaleString(document.documentElement.lang,
      { dateStyle: "medium", timeStyle: "short" });
  }
}
const zone = document.getElementById("zone");
if (zone) {
  zone.textContent = Intl.DateTimeFormat().resolvedOptions().timeZone;
  zone.closest("form").addEventListener("formdata", (event) => {
    const chosen = event.formData.get("starts_at");
    if (chosen) event.formData.set("starts_at", new Date(chosen).toISOString());
  });
}
