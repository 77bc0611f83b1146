// What the pages of the square do better with a script. Without one, all of them still work.
import "./moments.js";
import "./actions.js";
import "./cards.js";
import "./compose.js";
import "./keys.js";
import "./menus.js";
import "./live.js";
if (document.querySelector("[data-uploads]")) import("./uploads.js");
