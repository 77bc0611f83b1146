// The microphone: which one, how loud it is, and how it sounds to oneself. Nothing leaves the page.

const KEPT = "rostra-microphone";
const SAMPLES = 2048;
const LOOK_MS = 100;
const WINDOW = 20; // looks
const SILENT_DB = -70;
const QUIET_DB = -42;
const LOUD_PEAK = 0.985;

/** Why there is no microphone, as the key of a text. */
export class NoMicrophone extends Error {}

/** Events: "change" (another one, or the list of all), "level", "gone". */
export class Microphone extends EventTarget {
  track = null;
  level = 0; // 0 to 1, as an eye reads it
  verdict = "waiting"; // "silent", "quiet", "well" or "loud"
  all = [];
  #stream = null;
  #context = null;
  #timer = null;
  #recent = [];

  constructor() {
    super();
    // Browsers let no sound be looked at before somebody has touched the page.
    for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => this.#context?.resume());
  }

  /** Whether the device gives silence instead of sound: a call came in, or somebody pressed its switch. */
  get silenced() {
    return Boolean(this.track?.muted);
  }

  get chosen() {
    return this.track?.getSettings().deviceId ?? localStorage.getItem(KEPT) ?? "";
  }

  /** Asks the browser for the one that was used before, or for `wanted`. Throws NoMicrophone. */
  async open(wanted = localStorage.getItem(KEPT) ?? "") {
    if (!navigator.mediaDevices) throw new NoMicrophone(isSecureContext ? "mic_unsupported" : "mic_insecure");
    let stream;
    try {
      stream = await this.#ask(wanted);
    } catch (error) {
      throw new NoMicrophone(REASONS[error.name] ?? "mic_broken", { cause: error });
    }
    this.close();
    this.#stream = stream;
    [this.track] = stream.getAudioTracks();
    this.track.addEventListener("ended", () => this.dispatchEvent(new Event("gone")));
    if (wanted) localStorage.setItem(KEPT, wanted);
    this.#measure();
    await this.list();
  }

  /** The one that is wanted, else any: it may have stayed at home. */
  #ask(wanted) {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    const ask = (deviceId) => navigator.mediaDevices.getUserMedia({ audio: { ...audio, deviceId } });
    if (!wanted) return ask(undefined);
    return ask({ exact: wanted }).catch((error) => {
      if (error.name === "OverconstrainedError" || error.name === "NotFoundError") return ask(undefined);
      throw error;
    });
  }

  async list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    this.all = devices.filter(({ kind, deviceId }) => kind === "audioinput" && deviceId);
    this.dispatchEvent(new Event("change"));
  }

  close() {
    clearInterval(this.#timer);
    this.#context?.close();
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.track = this.#stream = this.#context = null;
    this.#recent = [];
    [this.level, this.verdict] = [0, "waiting"];
  }

  /** Records `seconds` of oneself; an address that an audio element can play. */
  async record(seconds) {
    const recorder = new MediaRecorder(this.#stream);
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((done) => { recorder.onstop = done; });
    recorder.start();
    setTimeout(() => recorder.state === "recording" && recorder.stop(), seconds * 1000);
    await stopped;
    return URL.createObjectURL(new Blob(parts, { type: recorder.mimeType }));
  }

  #measure() {
    this.#context = new AudioContext();
    const look = this.#context.createAnalyser();
    look.fftSize = SAMPLES;
    this.#context.createMediaStreamSource(this.#stream).connect(look);
    const wave = new Float32Array(SAMPLES);
    this.#timer = setInterval(() => {
      if (this.#context.state !== "running") return; // it waits for somebody to touch the page
      look.getFloatTimeDomainData(wave);
      this.#judge(wave);
    }, LOOK_MS);
  }

  #judge(wave) {
    let [sum, peak] = [0, 0];
    for (const sample of wave) {
      sum += sample * sample;
      peak = Math.max(peak, Math.abs(sample));
    }
    const loudness = 10 * Math.log10(sum / wave.length + 1e-12);
    this.#recent = [...this.#recent, { loudness, peak }].slice(-WINDOW);
    this.level = Math.min(1, Math.max(0, (loudness + 60) / 54));
    this.verdict = verdictOf(this.#recent);
    this.dispatchEvent(new Event("level"));
  }
}

/** What to say of the last two seconds: the loudest of them counts, for nobody talks all the time. */
export function verdictOf(recent) {
  if (recent.length < WINDOW / 2) return "waiting";
  const loudest = Math.max(...recent.map(({ loudness }) => loudness));
  if (recent.filter(({ peak }) => peak > LOUD_PEAK).length > 1) return "loud";
  if (loudest < SILENT_DB) return "silent";
  return loudest < QUIET_DB ? "quiet" : "well";
}

const REASONS = {
  NotAllowedError: "mic_refused",
  SecurityError: "mic_refused",
  NotFoundError: "mic_missing",
  OverconstrainedError: "mic_missing",
  NotReadableError: "mic_busy",
  AbortError: "mic_busy",
};
