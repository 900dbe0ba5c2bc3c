// The list of calls: addresses without empty filters, the count after the rows, Esc closes the menu.
(() => {
  "use strict";
  document.addEventListener("formdata", (event) => {
    if (!event.target.matches(".filters")) return;
    for (const [name, value] of [...event.formData.entries()]) {
      const usual = (name === "sort" && value === "time") || (name === "order" && value === "desc");
      if (value === "" || usual) event.formData.delete(name);
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(".menu[open]");
    if (menu) { menu.removeAttribute("open"); menu.querySelector("summary").focus(); }
  });
  document.addEventListener("click", (event) => {
    const menu = document.querySelector(".menu[open]");
    if (menu && !menu.contains(event.target)) menu.removeAttribute("open");
  });
  const count = async (place) => {
    const answer = await fetch(place.dataset.ask);
    if (!answer.ok) return;
    const { count, more } = await answer.json();
    place.textContent = place.dataset.one.replace("{n}", count.toLocaleString("en-US") + (more ? "+" : ""));
  };
  // The page's elements are put in after this script has run.
  const wait = setInterval(() => {
    const place = document.querySelector("[data-count]");
    if (place) { clearInterval(wait); count(place); }
  }, 50);
  setTimeout(() => clearInterval(wait), 20000);
})();
