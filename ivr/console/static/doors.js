// Logging in, and choosing a password with a one-time link.
(() => {
  "use strict";
  const door = document.querySelector("[data-door]");
  const form = door.querySelector("form");
  const said = document.getElementById("said");
  const field = (name) => document.getElementById(name);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const shade = () => { document.body.className = dark.matches ? "body--dark" : "body--light"; };
  dark.addEventListener("change", shade);
  shade();

  const query = new URLSearchParams(location.search);
  // Only to a place of this console: an address of another site would let it pretend to be this one.
  const next = () => {
    const wanted = query.get("next") || "/";
    if (!/^\/(?![/\\])[^\\\u0000-\u001f]*$/.test(wanted)) return "/";
    try { return new URL(wanted, location.origin).origin === location.origin ? wanted : "/"; } catch { return "/"; }
  };
  const other = field("other");
  const turned = new URLSearchParams(location.search);
  turned.set("lang", new URLSearchParams(other.getAttribute("href")).get("lang"));
  other.href = "?" + turned + location.hash;
  const oidc = field("oidc");
  if (oidc) oidc.href = "/oidc/login?" + new URLSearchParams({ next: next() });

  async function send(path, body) {
    said.textContent = "";
    const headers = { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang };
    try {
      const answer = await fetch("/api/v1/session" + path, { method: "POST", headers, body: JSON.stringify(body) });
      const found = await answer.json();
      if (answer.ok) return found;
      said.textContent = found.cure ? `${found.error} — ${found.cure}` : found.error;
    } catch {
      said.textContent = field("failed").dataset.failed;
    }
    return null;
  }
  function enter(found) {
    if (found.welcome) { location.replace(found.welcome); return; }
    location.replace(door.dataset.door === "login" ? next() : "/");
  }
  function busy(is) { form.querySelector("button").disabled = is; }

  async function submitted(event) {
    event.preventDefault();
    const password = field("password");
    let found = null;
    if (door.dataset.door === "welcome") {
      if (password.value !== field("again").value) { said.textContent = said.dataset.unlike; field("again").focus(); return; }
      busy(true);
      found = await send("/welcome", { link: location.hash.slice(1), password: password.value });
    } else {
      if (!field("login").value || !password.value) { (field("login").value ? password : field("login")).focus(); return; }
      busy(true);
      found = await send("", { login: field("login").value, password: password.value });
    }
    busy(false);
    if (found) enter(found); else { password.select(); password.focus(); }
  }
  form.addEventListener("submit", submitted);

  if (door.dataset.door === "welcome") {
    send("/link", { link: location.hash.slice(1) || "?" }).then((found) => {
      if (!found) return;
      const whose = field("whose");
      whose.textContent = whose.dataset.text.replace("{}", found.login);
      field("login").value = found.login;
      form.hidden = false;
      field("password").focus();
    });
    addEventListener("hashchange", () => location.reload());
  } else {
    // A link from elsewhere brings no cookies with it (SameSite=Strict); this request does.
    if (/(^|; )(__Host-)?ivr_csrf=/.test(document.cookie)) fetch("/api/v1/session", { headers: { "Accept": "application/json" } }).then((answer) => { if (answer.ok) location.replace(next()); }, () => {});
  }
})();
