// Files of a post: chosen, dropped or pasted, sent while the post is still being written.
// Each is one item with its progress, its description and a button to remove it again; what the
// form sends in the end are the hidden fields `media_ids`. Without this script /uploads does it.

for (const field of document.querySelectorAll("[data-uploads]")) begin(field);

function begin(field) {
  const words = field.dataset;
  const list = field.querySelector("[data-list]");
  const said = field.querySelector("[data-said]");
  const pick = field.querySelector("input[type=file]");
  const form = field.closest("form") ?? field;
  field.querySelector("[data-pick]").hidden = false;

  pick.addEventListener("change", () => {
    take(pick.files);
    pick.value = "";
  });
  form.addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length) {
      event.preventDefault();
      take(event.clipboardData.files);
    }
  });
  form.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    field.classList.add("over");
  });
  form.addEventListener("dragleave", () => field.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    field.classList.remove("over");
    take(event.dataTransfer.files);
  });
  form.addEventListener("reset", () => list.replaceChildren());

  function take(files) {
    for (const file of files) {
      const most = file.type.startsWith("image/") ? words.largest : words.longest;
      if (list.querySelectorAll(".upload, :checked").length >= Number(words.most)) say(words.wordMany);
      else if (file.size > Number(most)) say(`${file.name}: ${words.wordLarge}`);
      else send(file);
    }
  }

  function send(file) {
    const item = field.querySelector("[data-one]").content.cloneNode(true).firstElementChild;
    const progress = item.querySelector("progress");
    const text = item.querySelector("textarea");
    const request = new XMLHttpRequest();
    let id = null;
    list.append(item);
    say(`${file.name}: ${words.wordSending}`);
    // A post must not go out without what is still on its way.
    count(form, 1);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress.value = event.loaded / event.total;
      // What comes after the last byte takes its time too: then the bar only shows that.
      if (event.loaded === event.total) progress.removeAttribute("value");
    });
    request.addEventListener("loadend", () => {
      count(form, -1);
      progress.remove();
      const answer = read(request.responseText);
      if (request.status !== 201) {
        fail(item, `${file.name}: ${answer.sentence ?? words.wordFailed}`);
        return;
      }
      id = answer.id;
      const hidden = item.querySelector("input[type=hidden]");
      hidden.value = id;
      hidden.disabled = false;
      if (answer.preview) {
        const shown = item.querySelector("img");
        shown.src = answer.preview;
        shown.hidden = false;
      }
      say(`${file.name}: ${words.wordHere}`);
      if (text.value) describe();
    });
    text.addEventListener("change", () => id && describe());
    item.querySelector("button").addEventListener("click", () => {
      if (id) void fetch(`/api/media/${id}`, { method: "DELETE" });
      else request.abort();
      item.remove();
      pick.focus();
    });
    request.open("POST", "/api/media");
    request.send(file);

    async function describe() {
      count(form, 1);
      try {
        const answer = await fetch(`/api/media/${id}`, {
          method: "PATCH",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ description: text.value }),
        });
        if (!answer.ok) say((await answer.json()).sentence ?? words.wordFailed);
      } catch {
        say(words.wordFailed);
      } finally {
        count(form, -1);
      }
    }
  }

  function fail(item, sentence) {
    const told = document.createElement("p");
    told.className = "failed";
    told.textContent = sentence;
    item.querySelector("label").replaceWith(told);
    say(sentence);
  }

  function say(sentence) {
    said.textContent = sentence;
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

// How much is on its way; the form's button waits for it.
function count(form, more) {
  const now = Number(form.dataset.sending ?? 0) + more;
  form.dataset.sending = String(now);
  for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = now > 0;
}
