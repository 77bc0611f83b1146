// What happens while a page is open: ids alone, so that the page asks for what it shows.
//
// follow("/stream?of=user", { post, edit, delete, notice, back }) calls `post({id})` and so on.
// `back` is called when the stream is there again after it was away: something may have been missed.
// A stream that breaks is opened again later and later, never by all pages at the same moment; one
// of a tab that nobody has looked at for five minutes is closed until somebody does.

const FIRST_MS = 1000;
const LONGEST_MS = 120000;
const HIDDEN_MS = 5 * 60 * 1000;
const MOST_FAILURES = 20;

export function pauseAfter(failures, chance = Math.random()) {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** failures) * (0.5 + chance / 2);
}

export function follow(address, told) {
  let source = null;
  let failures = 0;
  let missed = false;
  let again = 0;
  let leaving = 0;

  function open() {
    clearTimeout(again);
    if (source) return;
    source = new EventSource(address);
    source.addEventListener("open", () => {
      failures = 0;
      if (missed && told.back) told.back();
      missed = false;
    });
    source.addEventListener("error", broken);
    for (const kind of ["post", "edit", "delete", "notice"]) {
      source.addEventListener(kind, (event) => tell(kind, event));
    }
  }

  function tell(kind, event) {
    const what = JSON.parse(event.data);
    // In quiet hours a notice is written and nothing moves: it is there when one looks.
    if (!what.quiet && told[kind]) told[kind](what);
  }

  function shut() {
    if (source) source.close();
    source = null;
    missed = true;
  }

  function broken() {
    shut();
    failures += 1;
    if (failures < MOST_FAILURES) again = setTimeout(open, pauseAfter(failures));
  }

  function looked() {
    clearTimeout(leaving);
    if (document.hidden) {
      leaving = setTimeout(() => {
        clearTimeout(again);
        shut();
      }, HIDDEN_MS);
    } else {
      failures = 0;
      open();
    }
  }

  document.addEventListener("visibilitychange", looked);
  addEventListener("pagehide", shut);
  addEventListener("pageshow", looked);
  looked();
  return { close: () => { document.removeEventListener("visibilitychange", looked); shut(); } };
}
