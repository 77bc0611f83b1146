// The page of notices: says how many came since it was opened.

import { follow } from "./stream.js";

const fresh = document.getElementById("fresh");
let number = 0;

function count(by) {
  number += by;
  fresh.hidden = false;
  fresh.textContent = number ? fresh.dataset.words.replace("{number}", number) : "↻";
}

follow("/stream?of=user", { notice: () => count(1), back: () => count(0) });
