// Keeps the screen on while somebody is on the stage: a phone that sleeps takes the voice with it.

let lock = null;
let wanted = false;

/** Call whenever `joined` may have changed; the browser lets go by itself when the page is hidden. */
export async function stayAwake(joined) {
  wanted = joined;
  if (wanted && !lock && document.visibilityState === "visible" && "wakeLock" in navigator) {
    // Refused when the battery is low: then the screen does what the phone wants.
    lock = navigator.wakeLock.request("screen").catch(() => null);
    const mine = lock;
    (await mine)?.addEventListener("release", () => { if (lock === mine) lock = null; });
  } else if (!wanted && lock) {
    const mine = lock;
    lock = null;
    (await mine)?.release();
  }
}

document.addEventListener("visibilitychange", () => stayAwake(wanted));
