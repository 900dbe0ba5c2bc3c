// The player of one call: <ivr-player data-view="(a CallView as JSON)" data-say="(words as JSON)">.
import { Axis } from "./axis.js";
import { clock, make, put } from "./dom.js";
import { RATES, Sound } from "./sound.js";
import { Words, caller, rules, story } from "./words.js";

const STEP = 5; // seconds of an arrow key
const LEAD = 0.3; // seconds heard before a hit
const typing = (one) => one && (one.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(one.tagName));

class Player extends HTMLElement {
  connectedCallback() { setTimeout(() => this.isConnected && !this.axis && this.start()); }
  disconnectedCallback() { this.sound?.audio.pause(); this.gone?.abort(); }

  start() {
    this.gone = new AbortController();
    this.view = JSON.parse(this.dataset.view);
    this.say = JSON.parse(this.dataset.say);
    const { view, say } = this;
    this.may = view.sound.state === "ready" && view.sound.may_listen;
    this.audio = make("audio");
    this.sound = new Sound(this.audio, `/api/v1/calls/${view.id}/sound`, view.sound.seconds, view.sound.plain);
    this.axis = new Axis(view, say, (at) => this.seek(at));
    put(this, this.audio, this.#sides(), this.axis.element, this.#controls());
    const pane = (name) => document.getElementById(`pane-${name}`);
    this.words = new Words(view, say, pane("words"));
    story(view, say, pane("story"));
    rules(view, say, pane("rules"));
    this.#tabs();
    this.#listen();
    this.axis.draw();
    this.axis.load();
    caller(view, say, pane("caller"), document.getElementById("caller-region"));
    const at = parseFloat(new URLSearchParams(location.search).get("t"));
    if (at > 0) this.seek(at);
    this.refresh();
    this.setAttribute("data-ready", "");
  }

  #sides() {
    const side = (channel, name) => {
      const mute = make("button", "pl-mute", "", { type: "button", "data-mute": channel });
      const volume = make("input", "", null, { type: "range", min: 0, max: 1.5, step: 0.05, "aria-label": `${this.say.volume}: ${name}`, "data-volume": channel });
      volume.value = this.sound.kept.volumes[channel];
      volume.addEventListener("input", () => this.sound.volume(channel, Number(volume.value)));
      mute.addEventListener("click", () => this.sound.mute(channel));
      mute.disabled = volume.disabled = !this.may;
      return put(make("div", `pl-side ${channel ? "agent" : "caller"}`), make("b", "", name), put(make("div"), mute, volume));
    };
    return put(make("div", "pl-sides"), side(0, this.say.caller), side(1, this.view.agents.join(", ") || this.say.agent));
  }

  #controls() {
    const { say } = this;
    const button = (key, sign, does, label = say[key]) => {
      const made = make("button", "button", sign, { type: "button", "data-do": key, title: label, "aria-label": label });
      made.addEventListener("click", does);
      return made;
    };
    this.playing = button("play", "▶", () => this.toggle());
    this.time = make("span", "pl-time", "", { role: "timer" });
    this.rate = make("select", "", null, { "aria-label": say.speed });
    for (const one of RATES) put(this.rate, make("option", "", `${one}×`, { value: one }));
    this.rate.addEventListener("change", () => { this.sound.rate = Number(this.rate.value); this.rate.blur(); });
    this.both = button("mix", "L+R", () => this.sound.mix());
    this.told = make("span", "pl-told warn", "", { role: "status" });
    for (const one of [this.playing, this.rate, this.both]) one.disabled = !this.may;
    return put(
      make("div", "pl-controls"), this.playing,
      button("back", "−5", () => this.seek(this.sound.at - STEP)), button("forward", "+5", () => this.seek(this.sound.at + STEP)), this.time,
      button("previous_hit", "◂ ✓✗", () => this.hit(-1)), button("next_hit", "✓✗ ▸", () => this.hit(1)), this.rate, this.both,
      this.told, this.axis.readout, make("span", "bar-space"),
      button("zoom_out", "−", () => this.axis.zoom(0.5)), button("zoom_in", "+", () => this.axis.zoom(2)), button("fit", "⟷", () => this.axis.fit()),
      button("keys", "?", () => this.help()),
    );
  }

  toggle() {
    if (!this.may) { this.told.textContent = this.view.sound.message || this.say.may_not; return; }
    this.told.textContent = "";
    this.sound.toggle();
  }
  seek(at) { this.sound.seek(Math.min(at, this.axis.total)); this.axis.move(this.sound.at, true); this.words.move(this.sound.at, true); this.refresh(); }

  // To the next place (or the one before) where the rules have found something, or miss it.
  hit(by) {
    const places = [...new Set(this.view.verdicts.findings.filter((one) => one.at !== null).map((one) => one.at))].sort((a, b) => a - b);
    const here = this.sound.at + LEAD;
    const at = by > 0 ? places.find((one) => one > here + 0.05) : places.findLast((one) => one < here - 0.05 - (this.sound.playing ? 1 : 0));
    if (at !== undefined) { this.seek(Math.max(0, at - LEAD)); this.#flash(at); }
  }
  #flash(at) {
    for (const one of this.querySelectorAll(".pl-hit")) one.classList.toggle("here", Math.abs(Number(one.dataset.at) - at) < 0.01);
  }

  refresh() {
    const { sound, say } = this, at = sound.at;
    this.playing.textContent = sound.playing ? "❚❚" : "▶";
    for (const name of ["title", "aria-label"]) this.playing.setAttribute(name, sound.playing ? say.pause : say.play);
    this.time.textContent = `${clock(at)} / ${clock(this.axis.total)}`;
    this.rate.value = String(sound.rate);
    this.both.setAttribute("aria-pressed", sound.kept.both);
    for (const mute of this.querySelectorAll("[data-mute]")) {
      const muted = sound.kept.muted[mute.dataset.mute], label = `${muted ? say.unmute : say.mute}: ${mute.closest(".pl-side").querySelector("b").textContent}`;
      mute.textContent = muted ? "✕" : "♪";
      mute.setAttribute("aria-pressed", muted);
      mute.title = label;
      mute.setAttribute("aria-label", label);
    }
    this.axis.move(at, sound.playing);
    this.words.move(at, sound.playing);
    if (sound.playing && !this.ticking) {
      const tick = () => {
        this.ticking = this.sound.playing && this.isConnected ? requestAnimationFrame(tick) : 0;
        this.axis.move(this.sound.at, true);
        this.words.move(this.sound.at, true);
        this.time.textContent = `${clock(this.sound.at)} / ${clock(this.axis.total)}`;
      };
      this.ticking = requestAnimationFrame(tick);
    }
  }

  #tabs() {
    const tabs = [...document.querySelectorAll("[role=tab][data-pane]")];
    const open = (tab) => {
      for (const one of tabs) {
        one.setAttribute("aria-selected", one === tab);
        one.tabIndex = one === tab ? 0 : -1;
        document.getElementById(one.dataset.pane).hidden = one !== tab;
      }
    };
    tabs.forEach((tab, at) => {
      tab.addEventListener("click", () => open(tab));
      tab.addEventListener("keydown", (event) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!by || event.shiftKey) return;
        event.preventDefault();
        event.stopPropagation();
        const other = tabs[(at + by + tabs.length) % tabs.length];
        open(other);
        other.focus();
      });
    });
    const first = this.view.transcript.utterances.length ? "pane-words" : "pane-story"; // what happened is always known
    const tab = tabs.find((one) => one.dataset.pane === first);
    if (tab) open(tab);
  }

  #listen() {
    const signal = this.gone.signal;
    this.sound.addEventListener("change", () => this.refresh());
    this.sound.addEventListener("refused", (event) => { this.told.textContent = event.detail || this.say.failed; this.refresh(); });
    window.addEventListener("seek", (event) => { const at = Number(event.detail?.seconds ?? event.detail); if (Number.isFinite(at)) this.seek(at); }, { signal });
    document.addEventListener("click", (event) => {
      const one = event.target.closest?.("[data-seek], .pl-hit");
      if (one) this.seek(one.dataset.seek === undefined ? Math.max(0, Number(one.dataset.at) - LEAD) : Number(one.dataset.seek));
    }, { signal });
    // Before the keys of all pages: here j and k lead to other calls.
    document.addEventListener("keydown", (event) => this.#key(event), { capture: true, signal });
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector(".q-dialog")) return;
    if (document.body.classList.contains("show-keys")) return; // a letter after g
    const help = document.querySelector(".keys-help");
    if (help && (event.key === "Escape" || event.key === "?")) { help.remove(); return this.#took(event); }
    const active = event.target.closest?.("button, a, summary, [role=tab]");
    if (active && (event.key === " " || event.key === "Enter")) return;
    if (event.target.closest?.("[role=tab]") && !event.shiftKey && /^Arrow(Left|Right)$/.test(event.key)) return;
    const whole = event.shiftKey ? 1 : STEP;
    const does = {
      " ": () => this.toggle(), ArrowLeft: () => this.seek(this.sound.at - whole), ArrowRight: () => this.seek(this.sound.at + whole),
      Home: () => this.seek(0), End: () => this.seek(this.axis.total), n: () => this.hit(1), p: () => this.hit(-1),
      "+": () => this.sound.faster(1), "=": () => this.sound.faster(1), "-": () => this.sound.faster(-1),
      j: () => this.#leave("next"), k: () => this.#leave("previous"), "?": () => this.help(),
      i: () => this.axis.zoom(2), o: () => this.axis.zoom(0.5), 0: () => this.axis.fit(),
    }[event.key];
    if (!does) return;
    this.#took(event);
    does();
  }
  #took(event) { event.preventDefault(); event.stopImmediatePropagation(); }
  #leave(where) { document.querySelector(`a[data-call=${where}]`)?.click(); }

  help() {
    if (document.querySelector(".keys-help")) return;
    const { say } = this;
    const rows = [["Space", `${say.play} / ${say.pause}`], ["← →", say.by5], ["⇧ ← →", say.by1], ["n p", say.hits], ["j k", say.calls], ["+ −", say.speed], ["i o 0", say.zoom], ["Esc", say.close]];
    const list = make("dl", "pl-keys");
    for (const [key, what] of rows) put(list, make("dt"), make("dd", "", what)).querySelector("dt:last-of-type").append(make("kbd", "", key));
    const close = make("button", "button", say.close, { type: "button" });
    const box = put(make("div", "keys-help", null, { role: "dialog", "aria-modal": "true", "aria-label": say.keys }), put(make("div"), make("h2", "", say.keys), list, close));
    const back = document.activeElement;
    box.addEventListener("keydown", (event) => { if (event.key === "Tab") event.preventDefault(); });
    close.addEventListener("click", () => { box.remove(); back?.focus?.(); });
    (this.closest(".console") ?? document.body).append(box);
    close.focus();
  }
}

customElements.define("ivr-player", Player);
