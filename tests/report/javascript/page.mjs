// Reads a page and texts to filter by from standard input, clicks and types as a reader would, and writes what is seen.
import { readFileSync } from "node:fs";
import { JSDOM, VirtualConsole } from "jsdom";

const { page, texts } = JSON.parse(readFileSync(0, "utf8"));
const faults = [];
const virtualConsole = new VirtualConsole();
virtualConsole.on("jsdomError", (fault) => faults.push(String(fault)));
// Only the page's own script runs: jsdom fetches nothing unless it is told to.
const { document, Event, KeyboardEvent } = new JSDOM(page, { runScripts: "dangerously", virtualConsole }).window;
const panel = document.getElementById("why");

function answer() {
  return [panel.querySelector("h2").textContent, panel.querySelector("pre").textContent];
}

function closed() {
  panel.querySelector("button").click();
  return panel.hidden;
}

const cells = [...document.querySelectorAll("td[data-why]")];
const startsHidden = panel.hidden;
const clicked = cells.map((cell) => {
  cell.click();
  return { shown: !panel.hidden, answer: answer(), closed: closed() };
});
const byKey = cells.map((cell) => {
  cell.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  return { shown: !panel.hidden, answer: answer(), closed: closed() };
});

const filter = document.getElementById("filter");
const input = filter.querySelector("input");
const filtered = texts.map((text) => {
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  return {
    rows: [...document.querySelectorAll(".flows tr[data-text]:not([hidden])")].map((row) =>
      [...row.querySelectorAll("td")].slice(0, 2).map((cell) => cell.textContent)),
    places: [...document.querySelectorAll("section.place:not([hidden]) h3")].map((title) => title.textContent),
    said: filter.querySelector("output").textContent,
  };
});

const focusable = cells.every((cell) => cell.tabIndex === 0);
process.stdout.write(JSON.stringify({ faults, startsHidden, clicked, byKey, focusable, filterShown: !filter.hidden, filtered }));
