// The live response, cut into init segments and fragments, with the events in front of them.
// Formats: ISO/IEC 14496-12 boxes; emsg version 1 with ID3 PRIV frames (see wire/emsg.py, id3.py).

const RATE = 48000;
const LARGEST_PIECE = 1 << 20;
const EVENT_SCHEME = "https://aomedia.org/emsg/ID3";
const utf8 = new TextDecoder();

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const joined = (parts) => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
};

/** The boxes between `start` and `end`; the last one may reach beyond. */
function* boxesIn(bytes, start = 0, end = bytes.length) {
  const view = viewOf(bytes);
  while (end - start >= 8) {
    const size = view.getUint32(start);
    if (size < 8 || size > LARGEST_PIECE) throw new Error("damaged stream");
    yield { type: utf8.decode(bytes.subarray(start + 4, start + 8)), start, body: start + 8, end: start + size };
    start += size;
  }
}

const boxNamed = (bytes, type, parent) => {
  for (const box of boxesIn(bytes, parent.body, parent.end)) if (box.type === type) return box;
  throw new Error("damaged fragment");
};

/** Start and duration of a fragment, in seconds of media time. */
function timesOf(bytes, moof) {
  const view = viewOf(bytes);
  const traf = boxNamed(bytes, "traf", moof);
  const time = boxNamed(bytes, "tfdt", traf).body;
  const start = bytes[time] ? Number(view.getBigUint64(time + 4)) : view.getUint32(time + 4);
  const header = boxNamed(bytes, "tfhd", traf).body;
  const flags = view.getUint32(header);
  const before = (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
  const frames = view.getUint32(boxNamed(bytes, "trun", traf).body + 4);
  return { start: start / RATE, duration: (frames * view.getUint32(header + 8 + before)) / RATE };
}

const synchsafe = (bytes, at) => (bytes[at] << 21) | (bytes[at + 1] << 14) | (bytes[at + 2] << 7) | bytes[at + 3];
const upToNul = (bytes, at) => {
  const end = bytes.indexOf(0, at);
  if (end < 0) throw new Error("damaged event");
  return { text: utf8.decode(bytes.subarray(at, end)), next: end + 1 };
};

/** The private frames of an ID3v2.4 tag as [owner, parsed JSON]; other owners are passed over. */
function privatesOf(tag) {
  const found = [];
  let at = 10;
  const end = Math.min(tag.length, 10 + synchsafe(tag, 6));
  while (at + 10 <= end && tag[at]) {
    const next = at + 10 + synchsafe(tag, at + 4);
    if (utf8.decode(tag.subarray(at, at + 4)) === "PRIV" && next <= end) {
      const owner = upToNul(tag, at + 10);
      if (owner.text.startsWith("rostra.")) {
        found.push([owner.text, JSON.parse(utf8.decode(tag.subarray(owner.next, next)))]);
      }
    }
    at = next;
  }
  return found;
}

/** The events in one emsg box: [{at: media seconds, owner, value}]. One that is damaged says nothing. */
function eventsOf(bytes, box) {
  try {
    if (bytes[box.body] !== 1) return [];
    const view = viewOf(bytes);
    const at = Number(view.getBigUint64(box.body + 8)) / view.getUint32(box.body + 4);
    const scheme = upToNul(bytes, box.body + 24);
    if (scheme.text !== EVENT_SCHEME) return [];
    const tag = bytes.subarray(upToNul(bytes, scheme.next).next, box.end);
    return privatesOf(tag).map(([owner, value]) => ({ at, owner, value }));
  } catch (reason) {
    console.warn("rostra: an event could not be read", reason);
    return [];
  }
}

/** Cuts a stream, fed in any chunks, into whole pieces; what is not whole is never handed out. */
class Cutter {
  #held = new Uint8Array(0);

  /** Pieces completed by `chunk`: {init: bytes} or {sound: bytes, start, end, events}. Throws. */
  feed(chunk) {
    const bytes = this.#held.length ? joined([this.#held, chunk]) : chunk;
    const pieces = [];
    let done = 0;
    let sound = -1;
    let moof = null;
    let events = [];
    for (const box of boxesIn(bytes)) {
      if (box.end > bytes.length) break;
      if (box.type === "emsg") events.push(...eventsOf(bytes, box));
      if (box.type === "moof") [moof, sound] = [box, box.start];
      if (box.type === "moov") pieces.push({ init: bytes.slice(done, box.end) });
      if (box.type === "mdat" && moof) {
        const { start, duration } = timesOf(bytes, moof);
        pieces.push({ sound: bytes.slice(sound, box.end), start, end: start + duration, events });
      }
      if (box.type === "moov" || box.type === "mdat") [done, moof, events] = [box.end, null, []];
    }
    this.#held = bytes.slice(done);
    if (this.#held.length > LARGEST_PIECE) throw new Error("damaged stream");
    return pieces;
  }
}
