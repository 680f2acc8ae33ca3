// The token stands in the fragment, which no server is sent. It moves into the form, and out of the address bar.
(function () {
  "use strict";
  var match = /(?:^#|&)token=([^&]+)/.exec(window.location.hash);
  if (!match) {
    return;
  }
  var form = document.querySelector("[data-token-form]");
  form.elements.token.value = decodeURIComponent(match[1]);
  form.hidden = false;
  document.querySelector("[data-code-form]").hidden = true;
  window.history.replaceState(null, "", window.location.pathname);
})();
