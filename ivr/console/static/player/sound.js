// The sound of one call: one stereo element, so that both parties stay in step, and a gain for each channel.
const KEPT = "ivr.player";
export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

function name() {
  if (window.isSecureContext && crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
}

export class Sound extends EventTarget {
  // Nothing is asked for before it is to be heard: the server writes down who listens before it sends a byte.
  constructor(audio, path, seconds, plain) {
    super();
    this.audio = audio;
    this.path = path;
    this.seconds = seconds;
    this.wanted = 0;
    this.query = `opening=${name()}${plain ? "&plain=true" : ""}`;
    this.kept = { rate: 1, volumes: [1, 1], muted: [false, false], both: false, ...this.#read() };
    audio.preload = "none";
    audio.addEventListener("loadedmetadata", () => {
      if (this.wanted !== null) audio.currentTime = this.wanted;
      this.wanted = null;
      audio.playbackRate = this.kept.rate;
    });
    for (const kind of ["play", "pause", "timeupdate", "seeked", "ended", "ratechange", "waiting", "playing"])
      audio.addEventListener(kind, () => this.dispatchEvent(new Event("change")));
    audio.addEventListener("error", () => this.#failed());
  }

  get at() { return this.wanted ?? this.audio.currentTime; }
  get playing() { return !this.audio.paused && !this.audio.ended; }

  seek(at) {
    const to = Math.min(Math.max(0, at), Math.max(0, this.seconds - 0.05));
    if (this.audio.readyState >= 1) this.audio.currentTime = to;
    else this.wanted = to;
    this.dispatchEvent(new Event("change"));
  }

  toggle() { return this.playing ? this.audio.pause() : this.play(); }

  async play() {
    if (!this.audio.src) this.audio.src = `${this.path}?${this.query}`;
    this.#graph();
    this.context?.resume();
    this.audio.playbackRate = this.kept.rate;
    try {
      await this.audio.play();
    } catch (error) {
      if (error.name === "NotAllowedError") this.dispatchEvent(new CustomEvent("refused", { detail: "" }));
    }
  }

  get rate() { return this.kept.rate; }
  set rate(rate) { this.#keep({ rate }); this.audio.playbackRate = rate; this.audio.preservesPitch = true; }
  faster(by) {
    const at = RATES.indexOf(this.rate);
    this.rate = RATES[Math.min(RATES.length - 1, Math.max(0, (at < 0 ? 2 : at) + by))];
  }

  volume(channel, value) { const volumes = [...this.kept.volumes]; volumes[channel] = value; this.#keep({ volumes }); this.#gains(); }
  mute(channel) { const muted = [...this.kept.muted]; muted[channel] = !muted[channel]; this.#keep({ muted }); this.#gains(); }
  // Both parties in both ears, or each in its own.
  mix() { this.#keep({ both: !this.kept.both }); this.#connect(); }

  #graph() {
    if (this.context !== undefined) return;
    try {
      this.context = new AudioContext();
      const source = this.context.createMediaElementSource(this.audio);
      this.splitter = this.context.createChannelSplitter(2);
      this.merger = this.context.createChannelMerger(2);
      this.gains = [0, 1].map(() => this.context.createGain());
      source.connect(this.splitter);
      this.gains.forEach((gain, channel) => this.splitter.connect(gain, channel));
      this.merger.connect(this.context.destination);
      this.#connect();
      this.#gains();
    } catch { this.context = null; } // it is heard all the same, without a volume for each side
  }

  #connect() {
    this.gains?.forEach((gain, channel) => {
      gain.disconnect();
      gain.connect(this.merger, 0, channel);
      if (this.kept.both) gain.connect(this.merger, 0, 1 - channel);
    });
    this.dispatchEvent(new Event("change"));
  }

  #gains() {
    this.gains?.forEach((gain, channel) => { gain.gain.value = this.kept.muted[channel] ? 0 : this.kept.volumes[channel]; });
    this.dispatchEvent(new Event("change"));
  }

  #read() { try { return JSON.parse(localStorage.getItem(KEPT)) ?? {}; } catch { return {}; } }
  #keep(more) {
    Object.assign(this.kept, more);
    try { localStorage.setItem(KEPT, JSON.stringify(this.kept)); } catch { /* private window */ }
    this.dispatchEvent(new Event("change"));
  }

  async #failed() {
    let told = "";
    try {
      const answer = await fetch(`${this.path}?${this.query}`, { headers: { Range: "bytes=0-0" } });
      if (!answer.ok) { const found = await answer.json(); told = [found.error, found.cure].filter(Boolean).join(" · "); }
    } catch { /* the console does not answer */ }
    this.dispatchEvent(new CustomEvent("refused", { detail: told }));
  }
}
