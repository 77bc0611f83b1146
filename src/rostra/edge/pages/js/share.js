// The sheet with link, code for embedding, QR code and the system's own sharing.

function shareSheet() {
  const sheet = el("sheet");
  on(el("share"), "click", () => sheet.showModal());
  on(sheet, "click", (event) => event.target === sheet && sheet.close());
  on(sheet, "close", () => write(el("copied"), ""));
  const copy = (field) => async () => {
    let done = true;
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.focus();
      field.select();
      done = false;
    }
    write(el("copied"), say(done ? "copied" : "not_copied"));
  };
  on(el("copy-link"), "click", copy(el("link")));
  on(el("copy-code"), "click", copy(el("code")));
  reveal(el("native-share"), "share" in navigator);
  on(el("native-share"), "click", () => {
    const closed = () => write(el("copied"), "");
    navigator.share({ title: facts.title, url: facts.url }).then(closed, closed);
  });
}
