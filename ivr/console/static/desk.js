// An agent's own desk: what he does is asked of the server, what he sees comes from it.
import { act, ask, fill, h, put, replace, setup, span, stream, tick } from "/static/live.js";

const [root, page] = await setup("desk");
const { words, agent } = page;
const say = (key, values = {}) => fill(words[key] ?? key, values);
const path = (verb) => `/api/v1/agents/${encodeURIComponent(agent)}/${verb}`;
const parts = { agent: {}, queue: {}, feed: {}, line: {} };
let down = "", last = null;

const banner = h("p", { class: "wall-banner", role: "status", hidden: true });
const told = h("p", { class: "wall-told", role: "status" });
const word = h("span", { "data-field": "state" }), since = h("span", { class: "num" });
const acts = h("div"), caller = h("section", { class: "card", "data-field": "caller", "aria-live": "polite" });
const talk = h("section", { class: "card" }), day = h("section", { class: "card" });
const tell = (text, good) => { put(told, typeof text === "string" ? text : say("done")); told.className = `wall-told ${good ? "good" : "bad"}`; };
const post = (verb, body, then = () => say("done")) => async () => then(await ask(path(verb), "POST", body));

replace(root, banner, h("div", { class: "desk" },
  h("section", { class: "card" }, h("h2", {}, say("mine")), h("p", { class: "desk-state" }, h("span", { class: "dot", "aria-hidden": "true" }), word, since), acts, told),
  caller, talk, day));

const group = (name, ...inner) => h("div", { class: "desk-acts", role: "group", "aria-label": name }, h("span", { class: "faint" }, name), ...inner);

let drawn = "";
function drawState() {
  const me = parts.agent[agent], engine = parts.feed.engine || {};
  const stale = down || !engine.fresh || (parts.line.site || {}).asterisk === false;
  banner.hidden = !stale;
  if (stale) put(banner, down ? say(`down_${down}`) : !engine.fresh ? (engine.why || {})[page.language] || "" : say("no_asterisk"));
  if (!me) { put(word, say("unknown")); return; }
  word.parentElement.className = `desk-state state-${me.state}`;
  put(word, say(me.state) + (me.reason ? say("because", { reason: page.reasons[me.reason] || say(me.reason) }) : "") + (me.reachable ? "" : ` · ${say("gone")}`));
  if (me.since) since.dataset.since = me.since; else { delete since.dataset.since; put(since, ""); }
  const now = JSON.stringify([me.queues, me.paused, me.reason]);
  if (now !== drawn) { drawn = now; drawActs(me); }
  for (const one of acts.querySelectorAll("[data-queue]")) {
    const queue = parts.queue[one.dataset.queue] || { waiting: 0 };
    put(one, say("in_queue", { queue: page.queues[one.dataset.queue], waiting: queue.waiting }));
  }
  once();
}

function drawActs(me) {
  const inside = new Set(me.queues);
  const queues = Object.keys(page.queues).map((name) => {
    const verb = inside.has(name) ? "logout" : "login";
    return act("", post(verb, { queue: name }), tell, { "data-queue": name, "data-words": true, "aria-pressed": String(inside.has(name)) });
  });
  const groups = [group(say("queues"), ...queues, inside.size ? act(say("log_out"), post("logout", {}), tell, { "data-do": "logout-all" })
    : act(say("log_in"), post("login", {}), tell, { "data-do": "login-all", class: "button main", title: say("log_in_hint") }))];
  if (inside.size) groups.push(group(say("take_break"), ...(me.paused ? [act(say("unpause"), post("unpause", {}), tell, { "data-do": "unpause", class: "button main" })]
    : Object.entries(page.reasons).map(([name, title]) => act(title, post("pause", { reason: name }), tell, { "data-reason": name, "data-words": true })))));
  replace(acts, ...groups);
}

function drawPop({ fresh, pop }) {
  caller.classList.toggle("pop", Boolean(pop));
  const title = h("h2", {}, say("caller"), pop ? ` · ${say(pop.state === "ringing" ? "rings" : "talks")} ` : "", pop ? h("span", { "data-since": pop.since }) : null);
  if (!pop) { replace(caller, title, h("p", { class: "faint" }, say(fresh === false ? "no_pops" : "nobody"))); once(); return; }
  if (!pop.known) { replace(caller, title, h("p", { class: "faint" }, say("looked_up"))); once(); return; }
  const at = (iso) => new Date(iso).toLocaleString("zh-CN", { hour12: false, timeZone: page.zone, month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
  const rows = [
    [say("number"), pop.number], [say("region"), pop.region && pop.region[page.language]], [say("language"), say(pop.language)],
    [say("queue"), pop.title || pop.queue], [say("waited"), span(pop.waited_s)], [say("again"), pop.calls && say("again_told", { calls: pop.calls, days: pop.days })],
  ].filter(([, value]) => value);
  const before = pop.contacts.map((one) => h("li", {}, [at(one.at), (parts.queue[one.queue] || {}).title || one.queue, page.results[one.outcome] || one.outcome, one.agent].filter(Boolean).join(" · ")));
  replace(caller, title, h("dl", {}, ...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", { "data-words": true }, value)])),
    before.length ? h("h3", {}, say("before")) : null, before.length ? h("ul", { "data-words": true }, ...before) : null);
  once();
}

function drawDay(found) {
  const figure = (name, value, hint) => h("div", { class: "figure", title: hint, tabindex: hint && 0, role: hint && "group", "aria-label": hint && `${name} ${value}. ${hint}` }, h("b", {}, value), h("span", {}, name));
  const value = (one) => (one.value === null ? "–" : one.unit === "s" ? say("seconds", { s: one.value }) : `${one.value}${page.language === "zh" ? "%" : "\u00a0%"}`);
  replace(day, h("h2", {}, say("figures")), h("div", { class: "figures" }, figure(say("talk_count"), String(found.talks)),
    ...["talk_s", "paused_s", "logged_in_s"].map((key) => figure(say(key), span(found[key]))),
    ...found.figures.map((one) => figure(one.name, value(one), [`${one.numerator} / ${one.denominator}`, one.formula, one.reason].filter(Boolean).join("\n")))));
  last = found.last_talk;
  if (!last) { replace(talk, h("h2", {}, say("last")), h("p", { class: "faint" }, say("no_talk"))); return; }
  const choose = Object.entries(page.outcomes).map(([name, title]) => act(title, post("outcome", { outcome: name }, () => { refresh(); return say("outcome_kept"); }), tell, { "data-outcome": name, "data-words": true, "aria-pressed": String(last.outcome === name) }));
  const when = new Date(last.began_at).toLocaleTimeString("zh-CN", { hour12: false, timeZone: page.zone });
  replace(talk, h("h2", {}, say("last")), h("p", { "data-words": true }, [when, page.queues[last.queue] || last.queue, last.ended_at ? span((Date.parse(last.ended_at) - Date.parse(last.began_at)) / 1000) : say("talking")].filter(Boolean).join(" · ")), group(say("outcome"), ...choose));
}

const once = tick(document);
let asked = 0;
async function refresh() {
  const mine = ++asked;
  try { const found = await ask(path("today")); if (mine === asked) { drawDay(found); root.setAttribute("data-ready", ""); } } catch (error) { tell(error.message, false); }
}

drawPop({ fresh: null, pop: null });
stream(`/api/v1/live/stream?agent=${encodeURIComponent(agent)}`, {
  snapshot(message) { Object.assign(parts, { agent: {}, queue: {}, feed: {}, line: {} }, message.parts); drawState(); },
  change({ kind, name, state }) {
    const known = (parts[kind] ||= {}), before = known[name] && known[name].state;
    if (state === null) delete known[name]; else known[name] = state;
    drawState();
    if (kind === "agent" && state && before !== state.state) setTimeout(refresh, 1200); // when its rows are written
  },
}, (now) => { down = now; drawState(); });
stream(path("pops"), { pop: drawPop }, () => {});
await refresh();
setInterval(refresh, 60000);
