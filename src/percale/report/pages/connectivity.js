"use strict";
const reasons = JSON.parse(document.getElementById("reasons").textContent);
const panel = document.getElementById("why");

function explain(cell) {
  panel.querySelector("h2").textContent = cell.title;
  panel.querySelector("pre").textContent = reasons[cell.dataset.why].join("\n");
  panel.hidden = false;
}

for (const cell of document.querySelectorAll("td[data-why]")) {
  cell.tabIndex = 0;
  cell.addEventListener("click", () => explain(cell));
  cell.addEventListener("keydown", (event) => { if (event.key === "Enter") explain(cell); });
}
panel.querySelector("button").addEventListener("click", () => { panel.hidden = true; });

const filter = document.getElementById("filter");
const rows = [...document.querySelectorAll(".flows tr[data-text]")];
filter.hidden = false;
filter.querySelector("input").addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    row.hidden = !wanted.every((word) => row.dataset.text.includes(word));
    shown += !row.hidden;
  }
  for (const part of document.querySelectorAll("section.place")) {
    part.hidden = !part.querySelector("tr[data-text]:not([hidden])");
  }
  filter.querySelector("output").textContent = wanted.length ? `${shown} of ${rows.length}` : "";
});
