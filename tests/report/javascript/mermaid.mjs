// Reads a list of flowcharts from standard input and writes what Mermaid's own parser takes each for.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");
mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });

// Mermaid holds `#42;` in this form until it draws.
function shown(text) {
  const holder = document.createElement("p");
  holder.innerHTML = text.replaceAll("ﬂ°°", "&#").replaceAll("ﬂ°", "&").replaceAll("¶ß", ";").replace(/<br\s*\/?>/g, "\n");
  return holder.textContent;
}

async function parsed(chart) {
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(chart);
  const nodes = [...db.getVertices().values()];
  return {
    nodes: Object.fromEntries(nodes.map((one) => [one.id, shown(one.text)])),
    shapes: Object.fromEntries(nodes.map((one) => [one.id, one.type])),
    edges: db.getEdges().map((one) => [one.start, one.end, shown(one.text)]),
    places: db.getSubGraphs().map((one) => [shown(one.title), one.nodes]),
  };
}

const found = [];
for (const chart of JSON.parse(readFileSync(0, "utf8"))) found.push(await parsed(chart));
process.stdout.write(JSON.stringify(found));
