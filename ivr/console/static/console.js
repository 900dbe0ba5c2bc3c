// Keys that work on every page: g and a letter leads to a page, / to the search, ? tells them, arrows move in rows.
(() => {
  "use strict";
  const typing = (one) => one && (one.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(one.tagName));
  let waiting = 0;
  const rows = () => [...document.querySelectorAll("table.rows tr[tabindex]")];
  const step = (by) => {
    const all = rows();
    if (!all.length) return false;
    const at = all.indexOf(document.activeElement.closest?.("tr[tabindex]"));
    const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (document.querySelector(".q-dialog")) return;
    const now = Date.now();
    if (now - waiting < 1500 && /^[a-z]$/.test(event.key)) {
      waiting = 0;
      const link = document.querySelector(`.side-link[data-key="${event.key}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") { waiting = now; document.body.classList.add("show-keys"); setTimeout(() => document.body.classList.remove("show-keys"), 1500); return; }
    if (event.key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
      return;
    }
    if ((event.key === "j" || event.key === "ArrowDown") && step(1)) event.preventDefault();
    if ((event.key === "k" || event.key === "ArrowUp") && step(-1)) event.preventDefault();
    if (event.key === "Enter" && event.target.matches?.("tr[data-href]")) location.href = event.target.dataset.href;
  });
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("tr[data-href]");
    if (row && !event.target.closest("a, button, input, select")) location.href = row.dataset.href;
    if (event.target.closest?.("[data-do=logout]")) logout();
    const place = event.target.closest?.("[data-seek]");
    if (place) window.dispatchEvent(new CustomEvent("seek", { detail: { seconds: Number(place.dataset.seek) } }));
  });
  const csrf = () => (document.cookie.match(/(?:^|; )(?:__Host-)?ivr_csrf=([^;]*)/) || [])[1] || "";
  async function logout() {
    await fetch("/api/v1/session", { method: "DELETE", headers: { "X-CSRF-Token": csrf() } });
    location.href = "/login";
  }
  // Requests of our own scripts, with what the server wants to see of a browser.
  window.ivr = { csrf, send: (path, method, body) => fetch(path, { method, headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf() }, body: JSON.stringify(body ?? {}) }) };
})();
