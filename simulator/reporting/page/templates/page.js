// Sorting of tables, and everything unfolded in print. The page is whole without it.
(function () {
  "use strict";
  var said = document.getElementById("said");
  var words = document.body.dataset;
  var collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

  function key(row, column, kind) {
    var cell = row.cells[column];
    if (kind === "words") return cell.textContent.trim();
    return cell.dataset.key === undefined ? null : Number(cell.dataset.key);
  }

  function compare(a, b, kind, sign) {
    if (a === null || b === null) return (a === null) - (b === null); // what has no value stays below
    return sign * (kind === "words" ? collator.compare(a, b) : a - b);
  }

  function sort(table, header, column) {
    var next = { ascending: "descending", descending: "none" }[header.getAttribute("aria-sort")] || "ascending";
    table.querySelectorAll("th[aria-sort]").forEach(function (other) { other.setAttribute("aria-sort", "none"); });
    header.setAttribute("aria-sort", next);
    var body = table.tBodies[0];
    var rows = table.original.slice();
    if (next !== "none") {
      var kind = header.dataset.sort, sign = next === "ascending" ? 1 : -1;
      var keyed = rows.map(function (row) { return { row: row, key: key(row, column, kind) }; });
      var totals = keyed.filter(function (one) { return one.row.className === "total"; });
      var others = keyed.filter(function (one) { return one.row.className !== "total"; });
      others.sort(function (a, b) { return compare(a.key, b.key, kind, sign); });
      rows = others.concat(totals).map(function (one) { return one.row; });
    }
    rows.forEach(function (row) { body.appendChild(row); });
    var say = { ascending: words.sortedUp, descending: words.sortedDown, none: words.unsorted }[next];
    said.textContent = say.split("{column}").join(header.textContent);
  }

  document.querySelectorAll("table").forEach(function (table) {
    table.original = Array.prototype.slice.call(table.tBodies[0].rows);
    table.querySelectorAll("th[data-sort]").forEach(function (header) {
      var button = document.createElement("button");
      button.type = "button";
      button.title = words.sortBy.split("{column}").join(header.textContent);
      while (header.firstChild) button.appendChild(header.firstChild);
      header.appendChild(button);
      header.setAttribute("aria-sort", "none");
      button.addEventListener("click", function () { sort(table, header, header.cellIndex); });
    });
  });

  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not([open])").forEach(function (one) { one.open = true; one.dataset.shut = ""; });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("details[data-shut]").forEach(function (one) { one.open = false; delete one.dataset.shut; });
  });
})();
