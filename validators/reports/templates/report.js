(function () {
  "use strict";
  var form = document.getElementById("filter");
  var rules = Array.prototype.slice.call(document.querySelectorAll("article"));
  var said = document.getElementById("shown");
  function value(name) { return form.elements[name].value; }
  function fits(rule) {
    return ["severity", "table", "who"].every(function (name) {
      return !value(name) || rule.dataset[name] === value(name);
    }) && rule.textContent.toLowerCase().indexOf(value("words").trim().toLowerCase()) >= 0;
  }
  function order(a, b) {
    var by = value("order");
    return by === "rows" ? b.dataset.rows - a.dataset.rows
      : by === "rule" ? (a.dataset.rule < b.dataset.rule ? -1 : 1)
      : a.dataset.place - b.dataset.place;
  }
  function show() {
    var shown = 0;
    rules.slice().sort(order).forEach(function (rule) {
      rule.hidden = !fits(rule);
      shown += rule.hidden ? 0 : 1;
      rule.parentNode.appendChild(rule);
    });
    document.querySelectorAll("section.severity").forEach(function (section) {
      section.hidden = !section.querySelector("article:not([hidden])");
    });
    said.textContent = "Showing " + shown + " of " + rules.length + " rules.";
  }
  if (form) {
    rules.forEach(function (rule, place) { rule.dataset.place = place; });
    form.addEventListener("input", show);
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    window.addEventListener("hashchange", function () {
      var target = document.getElementById(window.location.hash.slice(1));
      form.reset();
      show();
      if (target) { target.scrollIntoView(); }
    });
    form.hidden = false;
    show();
  }
  function each(done) { document.querySelectorAll("details").forEach(done); }
  window.addEventListener("beforeprint", function () { each(function (part) { part.open = true; }); });
  function figure(row, at) {
    var text = row.cells[at].textContent.replace(/[,%<>]/g, "");
    return text === "–" ? -1 : at ? parseFloat(text) : text.toLowerCase();
  }
  function sort(head) {
    var table = head.closest("table");
    var down = head.getAttribute("aria-sort") !== "descending";
    var rows = Array.prototype.slice.call(table.querySelectorAll("tbody tr:not(.part)"));
    rows.sort(function (a, b) {
      var x = figure(a, head.cellIndex), y = figure(b, head.cellIndex);
      return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
    });
    table.querySelectorAll("tr.part").forEach(function (part) { part.remove(); });
    rows.forEach(function (row) { table.tBodies[0].appendChild(row); });
    table.querySelectorAll("[aria-sort]").forEach(function (other) { other.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  }
  document.querySelectorAll("table.sortable thead th").forEach(function (head) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", function () { sort(head); });
    head.replaceChildren(button);
  });
}());
