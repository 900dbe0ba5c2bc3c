// The wallboard: drawn once from a snapshot, then only what has changed is written.
import { $, act, ask, clock, fill, h, put, replace, setup, span, stream, tick } from "/static/live.js";
import { bars, line } from "/static/sparks.js";
import { LivePlayer } from "/static/listen.js";

const [root, page] = await setup("wall");
const { words, may, formulas, kinds, full } = page;
const state = { parts: {}, points: {}, down: "" };
const part = (kind) => state.parts[kind] || {};
const STATES = ["available", "ringing", "talking", "on_phone", "wrapup", "paused"];
const HOUR = 3600;

const say = (key, values = {}) => fill(words[key] ?? key, values);
const sign = page.language === "zh" ? "%" : "\u00a0%";
const share = (value) => (value === null || value === undefined ? "–" : value.toFixed(value >= 99.95 || value === 0 ? 0 : 1) + sign);

// ---- what is drawn

const banner = h("p", { class: "wall-banner", role: "status", hidden: true });
const hours = h("span", { class: "wall-hours" });
const time = h("time", { class: "wall-time" });
const queues = full ? h("div", { class: "wall-queues" }) : body("queues", [
  ["queue"], ["waiting", 1], ["longest", 1], ["hour", 0, "hour_hint"], ["level", 1, "level_hint"], ["hour_level", 0], ["rate", 1, "rate_hint"],
  ["callbacks", 1], ["logged_in", 1], ...STATES.map((one) => [one, 1]), ["today", 0, "today_hint"],
]);
const agents = full ? h("div", { class: "wall-agents" }) : body("agents", [["agent"], ["state"], ["for", 1], ["queues_of"], ["missed", 1], ["phone"]]);
const alerts = h("ul", { class: "wall-alerts", "aria-label": say("alerts") });
const counts = h("p", { class: "wall-counts" });
const everybody = h("input", { type: "checkbox", onchange: () => draw(drawAgents) });

function body(name, columns) {
  const head = columns.map(([key, number, hint]) => h("th", { scope: "col", class: number ? "num" : "", title: hint && say(hint) }, say(key)));
  return h("table", { class: "rows", "aria-label": say(name) }, h("thead", {}, h("tr", {}, ...head)), h("tbody"));
}

function lay() {
  const section = (title, ...inner) => h("section", { class: `of-${title}` }, h("h2", {}, say(title)), ...inner.filter(Boolean));
  const around = (table) => (full ? table : h("div", { class: "rows-around" }, table));
  replace(root,
    h("div", { class: "wall-top" }, h("b", { class: "wall-site", "data-words": true }), hours, h("span", { class: "bar-space" }), time),
    banner, section("queues", around(queues)),
    h("div", { class: "wall-below" }, section("agents", counts, full ? null : h("label", { class: "wall-everybody" }, everybody, say("everybody")), around(agents)), section("alerts", alerts)));
}

// One element for each part, by name; made when it comes, taken away when it goes.
function keep(parent, items, make, update) {
  const known = new Map([...parent.children].map((one) => [one.dataset.key, one]));
  let before = null;
  items.forEach(([key, item], at) => {
    let one = known.get(key);
    known.delete(key);
    if (!one) { one = make(key, item); one.dataset.key = key; }
    if (one.dataset.row !== String(at)) one.dataset.row = at;
    const place = before ? before.nextSibling : parent.firstChild;
    if (place !== one) parent.insertBefore(one, place);
    update(one, key, item);
    before = one;
  });
  for (const gone of known.values()) gone.remove();
}

const field = (one, name) => one.querySelector(`[data-field="${name}"]`);
const FIELDS = ["waiting", "longest", "level", "rate", "callbacks", "logged_in", ...STATES];

function queueRow(name) {
  const cell = (key, number) => h("td", { class: number ? "num" : "", "data-field": key });
  if (!full) {
    const figures = (keys) => keys.map((key) => cell(key, true));
    return h("tr", {}, h("th", { scope: "row", "data-field": "title", "data-words": true }), ...figures(["waiting", "longest"]), cell("hour"), ...figures(["level"]), cell("hour_level"),
      ...figures(["rate", "callbacks", "logged_in", ...STATES]), cell("today"));
  }
  const big = (key, label) => h("div", { class: "wall-figure" }, h("b", { "data-field": key }), h("span", {}, say(label)));
  const small = (key) => h("span", { class: `state-${key}` }, h("b", { "data-field": key }), ` ${say(key)}`);
  return h("article", { class: "card" }, h("h3", { "data-field": "title", "data-words": true }), h("div", { class: "wall-figures" }, big("waiting", "waiting"), big("longest", "longest"), big("level", "level"), big("rate", "rate")),
    h("div", { class: "wall-sparks" }, ...["hour", "hour_level", "today"].map((key) => h("div", {}, h("div", { "data-field": key }), h("span", {}, say(key))))),
    h("p", { class: "wall-states" }, ...["logged_in", ...STATES, "callbacks"].map(small)));
}

function queueUpdate(row, name, queue) {
  const level = queue.service_level, formula = formulas[name] || {};
  const of = level.answered + level.abandoned + level.left;
  const rate = of ? (100 * level.answered) / of : null;
  const back = part("callbacks")[name];
  put(field(row, "title"), queue.title || name, name);
  const values = { waiting: queue.waiting, logged_in: queue.logged_in, callbacks: back ? back.open : 0, ...queue.members };
  for (const [key, value] of Object.entries(values)) if (FIELDS.includes(key)) put(field(row, key), String(value));
  field(row, "waiting").classList.toggle("bad", queue.waiting > 0 && !queue.logged_in);
  const longest = field(row, "longest");
  if (queue.longest_since) longest.dataset.since = queue.longest_since; else { delete longest.dataset.since; longest.classList.remove("bad"); put(longest, "–"); }
  longest.dataset.late = level.seconds;
  put(field(row, "level"), share(level.per_cent), `${say("level_parts", { in_time: level.in_time, of, seconds: level.seconds, target: level.target })}\n${formula.service_level || ""}`);
  field(row, "level").classList.toggle("bad", level.per_cent !== null && level.per_cent < level.target);
  field(row, "level").classList.toggle("good", level.per_cent !== null && level.per_cent >= level.target);
  put(field(row, "rate"), share(rate), `${say("rate_parts", { answered: level.answered, of })}\n${formula.answer_rate || ""}`);
  sparks(row, name, level.target);
}

function sparks(row, name, target) {
  const points = state.points[name] || [], now = clock.now() / 1000;
  const size = full ? (Object.keys(part("queue")).length > 4 ? [120, 30] : [200, 44]) : [96, 22];
  const within = points.filter(([at]) => at > now - HOUR);
  const most = Math.max(0, ...within.map(([, waiting]) => waiting));
  replace(field(row, "hour"), line(within.map(([at, waiting]) => [at, waiting]), [now - HOUR, now], [0, Math.max(3, most)], size, say("hour_told", { most }), { step: true }));
  const levels = within.filter(([, , level]) => level !== null).map(([at, , level]) => [at, level]);
  const lows = levels.map(([, level]) => level);
  const told = levels.length ? say("level_told", { low: Math.min(...lows).toFixed(0), high: Math.max(...lows).toFixed(0) }) : say("level_none");
  replace(field(row, "hour_level"), line(levels, [now - HOUR, now], [0, 100], size, told, { mark: target }));
  const today = (part("today")[name] || {}).hours || [];
  replace(field(row, "today"), bars(today, size, say("today_told", { sum: today.reduce((a, b) => a + b, 0), hours: today.map((n, at) => (n ? `${at}: ${n}` : "")).filter(Boolean).join(", ") })));
}

const rank = (agent) => ["ringing", "talking", "on_phone", "wrapup", "available", "paused", "logged_out"].indexOf(agent.state);

function agentRow(id) {
  if (full) return h("div", { class: "wall-agent" }, h("span", { "data-field": "name", "data-words": true }), h("span", { "data-field": "state" }), h("span", { "data-field": "for", class: "num" }));
  const open = () => panel.open(id);
  const row = h("tr", may.act ? { tabindex: 0, "data-agent": id, "aria-haspopup": "dialog", onclick: open, onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(); } } } : {},
    h("th", { scope: "row", "data-field": "name", "data-words": true }), h("td", { "data-field": "state" }), h("td", { class: "num", "data-field": "for" }),
    h("td", { "data-field": "queues", "data-words": true }), h("td", { class: "num", "data-field": "misses" }), h("td", { "data-field": "phone" }));
  return row;
}

const doing = (agent) => say(agent.state) + (agent.reason ? say("because", { reason: page.reasons[agent.reason] || say(agent.reason) }) : "");

function agentUpdate(row, id, agent) {
  put(field(row, "name"), agent.name ? `${agent.name} ${full ? "" : id}`.trim() : id);
  const named = field(row, "state");
  if (!named.firstChild) named.append(h("span", { class: "dot", "aria-hidden": "true" }), h("span"));
  put(named.lastChild, doing(agent));
  row.className = (full ? "wall-agent " : "") + `state-${agent.state}`;
  const since = field(row, "for");
  if (agent.since) since.dataset.since = agent.since; else { delete since.dataset.since; put(since, ""); }
  if (full) return;
  put(field(row, "queues"), agent.queues.map((one) => (part("queue")[one] || {}).title || one).join(say("comma")));
  put(field(row, "misses"), agent.misses ? String(agent.misses) : "");
  put(field(row, "phone"), agent.reachable ? "" : say("gone"));
}

function alertRow() { return h("li", {}, h("span", { class: "tag", "data-field": "when" }), h("span", { "data-field": "what", "data-words": true }), h("span", { class: "faint", "data-field": "figures" })); }

function alertUpdate(row, id, alert) {
  const at = (iso) => new Date(iso).toLocaleTimeString("zh-CN", { hour12: false, timeZone: page.zone, hour: "2-digit", minute: "2-digit" });
  const over = alert.ended_at !== null;
  put(field(row, "when"), over && alert.ended_at !== alert.began_at ? `${at(alert.began_at)} – ${at(alert.ended_at)}` : at(alert.began_at));
  field(row, "when").className = over ? "tag" : "tag bad";
  const subject = (part("queue")[alert.subject] || {}).title || (part("agent")[alert.subject] || {}).name || alert.subject;
  put(field(row, "what"), ` ${kinds[alert.kind] || alert.kind} · ${subject} `);
  const figures = [alert.value, alert.limit].filter((one) => one !== null).map((one) => Math.round(one * 10) / 10);
  put(field(row, "figures"), figures.length === 2 ? say("measured", { value: figures[0], limit: figures[1] }) : figures.join(""));
}

function drawQueues() {
  queues.classList.toggle("many", Object.keys(part("queue")).length > 4);
  keep(full ? queues : queues.tBodies[0], Object.entries(part("queue")).sort(([a], [b]) => (a < b ? -1 : 1)), queueRow, queueUpdate);
}

function drawAgents() {
  const all = Object.entries(part("agent")).sort(([a, one], [b, two]) => rank(one) - rank(two) || (a < b ? -1 : 1));
  const there = all.filter(([, one]) => one.state !== "logged_out");
  keep(full ? agents : agents.tBodies[0], everybody.checked ? all : there, agentRow, agentUpdate);
  const by = (name) => all.filter(([, one]) => one.state === name).length;
  put(counts, [`${say("logged_in")} ${there.length}`, ...STATES.map((one) => `${say(one)} ${by(one)}`)].join(" · "));
  panel.refresh();
}

function drawAlerts() {
  const all = Object.entries(part("alert")).sort(([, a], [, b]) => (a.ended_at !== null) - (b.ended_at !== null) || (a.began_at < b.began_at ? 1 : -1));
  if (all.length) { $(".nothing", alerts)?.remove(); keep(alerts, all, alertRow, alertUpdate); }
  else replace(alerts, h("li", { class: "faint nothing" }, say("no_alerts")));
}

function drawTop() {
  const site = part("line").site || {}, engine = part("feed").engine || {};
  put($(".wall-site", root), site.name || "");
  replace(hours, ...Object.entries(part("hours")).map(([name, one]) => {
    const open = one.state === "open", by = one.switched;
    const text = `${name}: ${say(open ? "open" : "closed")}${by ? ` · ${say("by_hand", { by: by.by.split(":").pop() })}` : ""}`;
    return h("span", { class: `tag ${by ? "warn" : open ? "good" : ""}`, "data-words": true }, text);
  }));
  const stale = !engine.fresh || state.down || site.asterisk === false;
  const why = state.down ? say(`down_${state.down}`) : !engine.fresh ? (engine.why || {})[page.language] || "" : site.asterisk === false ? say("no_asterisk") : "";
  banner.hidden = !stale;
  if (stale) {
    const since = !engine.fresh && engine.since ? h("span", { "data-since": engine.since }) : null;
    replace(banner, h("span", {}, why), since ? say("for_so_long") : null, since);
  }
  root.classList.toggle("stale", Boolean(stale));
}

const draws = { queue: drawQueues, callbacks: drawQueues, today: drawQueues, agent: drawAgents, alert: drawAlerts, hours: drawTop, line: drawTop, feed: drawTop };

// Many changes at once are drawn once.
const due = new Set();
function draw(...what) {
  if (!due.size) requestAnimationFrame(() => { const now = [...due]; due.clear(); now.forEach((one) => one()); once(); root.setAttribute("data-ready", ""); });
  what.forEach((one) => due.add(one));
}

// ---- what a supervisor does

const player = may.hear ? new LivePlayer(root, words) : null;
const panel = (() => {
  if (!may.act || full) return { open() {}, refresh() {} };
  const told = h("p", { class: "wall-told", role: "status" });
  const tell = (text, good) => { put(told, typeof text === "string" ? text : say("done")); told.className = `wall-told ${good ? "good" : "bad"}`; };
  const title = h("h2", { "data-words": true }), doingNow = h("p"), acts = h("div", { class: "wall-acts" });
  const dialog = h("dialog", { class: "wall-panel", "aria-labelledby": "wall-panel-title" }, title, doingNow, acts, told, h("button", { type: "button", class: "button", onclick: () => dialog.close() }, say("close")));
  title.id = "wall-panel-title";
  document.body.append(dialog);
  let agent = null;
  const path = (verb) => `/api/v1/agents/${encodeURIComponent(agent)}/${verb}`;
  const post = (verb, body) => () => ask(path(verb), "POST", body);
  const phone = (what) => act(say(`phone_${what}`), async () => say("phone_rings", { phone: (await ask(`/api/v1/supervise/${encodeURIComponent(agent)}/${what}`, "POST", {})).phone }), tell, { "data-do": what });
  const fillIn = () => {
    const one = part("agent")[agent];
    if (!one) return;
    const talks = one.state === "talking";
    const groups = [];
    if (player) groups.push([say("hear"), act(say("hear_here"), () => player.start(agent, one.name || agent).then(() => say("hear_told")), tell, { "data-do": "hear", class: "button main", disabled: !talks })]);
    if (may.supervise) groups.push([say("by_phone"), ...["listen", "whisper", "barge"].map((what) => { const made = phone(what); made.disabled = !talks; return made; })]);
    if (may.control) {
      const reason = h("select", { "aria-label": say("reason") }, ...Object.entries(page.reasons).map(([name, text]) => h("option", { value: name }, text)));
      groups.push([say("control"), ...(one.state === "logged_out" ? [act(say("log_in"), post("login", {}), tell, { "data-do": "login" })] : [
        ...(one.paused ? [act(say("unpause"), post("unpause", {}), tell, { "data-do": "unpause" })] : [reason, act(say("pause"), () => post("pause", { reason: reason.value })(), tell, { "data-do": "pause" })]),
        act(say("log_out"), post("logout", {}), tell, { "data-do": "logout-agent" })])]);
    }
    replace(acts, ...groups.map(([name, ...inner]) => h("div", { role: "group", "aria-label": name }, h("span", { class: "faint" }, name), ...inner)));
  };
  let drawn = "";
  return {
    open(id) { agent = id; drawn = ""; put(told, ""); this.refresh(); dialog.showModal(); },
    refresh() {
      const one = agent && part("agent")[agent];
      if (!one) return;
      put(title, one.name || agent);
      if (!doingNow.firstChild) doingNow.append(h("span"), " ", h("span"));
      put(doingNow.firstChild, doing(one));
      if (one.since) doingNow.lastChild.dataset.since = one.since; else { delete doingNow.lastChild.dataset.since; put(doingNow.lastChild, ""); }
      once();
      const now = `${one.state}${one.paused}`;
      if (now !== drawn) { drawn = now; fillIn(); }
    },
  };
})();

// ---- what happens

lay();
const once = tick(document, () => {
  put(time, new Date(clock.now()).toLocaleTimeString("zh-CN", { hour12: false, timeZone: page.zone }));
});
if (full) {
  addEventListener("keydown", (event) => { if (event.key === "Escape") location.href = "/wall"; });
  navigator.wakeLock?.request("screen").catch(() => {});
}
stream("/api/v1/live/stream", {
  snapshot(message) { state.parts = message.parts; state.points = message.points; draw(drawTop, drawQueues, drawAgents, drawAlerts); },
  change({ kind, name, state: now }) {
    const known = (state.parts[kind] ||= {});
    if (now === null) delete known[name]; else known[name] = now;
    draw(draws[kind] || drawTop);
  },
  points({ points }) {
    for (const [name, point] of Object.entries(points)) (state.points[name] ||= []).push(point);
    for (const list of Object.values(state.points)) if (list.length > 400) list.splice(0, list.length - 400);
    draw(drawQueues);
  },
}, (down) => { state.down = down; draw(drawTop); });
