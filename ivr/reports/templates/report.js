(function () {
  "use strict";
  var root = document.documentElement;
  function show(language) {
    root.setAttribute("data-lang", language);
    root.setAttribute("lang", language === "zh" ? "zh-CN" : "en");
    document.querySelectorAll("[data-set-lang]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-set-lang") === language));
    });
  }
  document.querySelectorAll("[data-set-lang]").forEach(function (button) {
    button.addEventListener("click", function () { show(button.getAttribute("data-set-lang")); });
  });
  show(root.getAttribute("data-lang"));
})();
