
"use strict";
// Without this script the page has all that it tells. It adds a filter, and opens the piece of the table that a link leads to.
// No ampersand and no less-than here: the page is well-formed XML too.
(function () {
  var filter = document.getElementById("filter");
  if (!filter) { return; }
  var text = filter.querySelector("[type=search]"), failures = filter.querySelector("[type=checkbox]"), found = filter.querySelector("output");
  var rows = Array.prototype.slice.call(document.querySelectorAll(".commands tbody tr"));
  var parts = Array.prototype.slice.call(document.querySelectorAll("details.part"));
  var timer;

  function apply() {
    var wanted = text.value.trim().toLowerCase(), all = wanted === "" ? !failures.checked : false, hits = 0;
    rows.forEach(function (row) {
      var show = true;
      if (failures.checked) { show = row.className !== ""; }
      if (show) { show = wanted === "" ? true : row.textContent.toLowerCase().indexOf(wanted) >= 0; }
      row.hidden = !show;
      if (show) { hits++; }
    });
    parts.forEach(function (part) {
      part.hidden = all ? false : !part.querySelector("tbody tr:not([hidden])");
      part.open = all ? false : 3000 > hits;
    });
    found.textContent = all ? "" : hits + " of " + rows.length;
  }
  function later() { clearTimeout(timer); timer = setTimeout(apply, 200); }

  function reveal() {
    var row = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
    if (!row) { return; }
    if (row.hidden) { text.value = ""; failures.checked = false; apply(); }
    var part = row.closest("details");
    if (part) { part.open = true; row.scrollIntoView(); }
  }

  text.addEventListener("input", later);
  failures.addEventListener("change", apply);
  window.addEventListener("hashchange", reveal);
  filter.hidden = false;
  reveal();
})();
