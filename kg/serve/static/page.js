// The query page: fills in examples, sends queries to the endpoint that it came from, and shows the answers.
"use strict";

const SHOWN_ROWS = 1000;
const FEWEST_LINES = 8;
const MOST_LINES = 24;
const NUMBER = /^http:\/\/www\.w3\.org\/2001\/XMLSchema#(integer|decimal|double|float|gYear|int|long|short)$/;
const PREFIXES = [
  ["ncbigene:", "https://identifiers.org/ncbigene/"],
  ["pmc:", "https://identifiers.org/pmc/"],
  ["figure:", "https://pfocr.wikipathways.org/figures/"],
  ["pfkg:", "https://w3id.org/pfocr-kg#"],
  ["schema:", "http://schema.org/"],
];
const FIGURES = "https://pfocr.wikipathways.org/figures/";

const at = (id) => document.getElementById(id);
let examples = [];
let running = null;
let asked = 0;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function setQuery(text) {
  at("query").value = text;
  at("query").rows = Math.max(FEWEST_LINES, Math.min(MOST_LINES, text.trimEnd().split("\n").length + 1));
}

async function loadExamples() {
  const response = await fetch("examples");
  if (!response.ok) {
    at("about").textContent = "The examples could not be loaded.";
    return;
  }
  examples = await response.json();
  const groups = [
    ["Questions", examples.filter((example) => example.endpoint === null)],
    ["With other endpoints (to be run there)", examples.filter((example) => example.endpoint !== null)],
  ];
  for (const [label, listed] of groups) {
    if (listed.length > 0) {
      const options = listed.map((example) => element("option", { value: example.name }, example.title));
      at("example").append(element("optgroup", { label }, ...options));
    }
  }
}

function chooseExample() {
  const example = examples.find((each) => each.name === at("example").value);
  at("parameters").replaceChildren();
  at("about").textContent = "";
  if (example === undefined) {
    return;
  }
  at("about").textContent = example.description;
  if (example.endpoint !== null) {
    at("about").textContent += ` It asks ${example.endpoint} too, which this server does not do: run it in an editor.`;
  }
  for (const parameter of example.parameters) {
    const id = `parameter-${parameter.name}`;
    const input = element("input", { id, value: parameter.default, name: parameter.name });
    input.addEventListener("change", () => fillIn(example));
    at("parameters").append(
      element("div", {}, element("label", { htmlFor: id }, `${parameter.name}: ${parameter.description}`), input),
    );
  }
  setQuery(example.query);
}

// The server fills in values, so that quotes and the like in them are dealt with in one place. Returns whether it did.
async function fillIn(example) {
  const values = new URLSearchParams();
  for (const input of at("parameters").querySelectorAll("input")) {
    values.set(input.name, input.value);
  }
  const response = await fetch(`examples/${encodeURIComponent(example.name)}?${values}`);
  const text = await response.text();
  if (!response.ok) {
    showError(text);
    return false;
  }
  at("error").hidden = true;
  setQuery(text);
  return true;
}

function address(query, format) {
  return `sparql?${new URLSearchParams({ query, format })}`;
}

async function run() {
  const number = ++asked;
  running?.abort();
  running = new AbortController();
  // A value that was just typed: Enter in its field comes before its change is filled in.
  const example = examples.find((each) => each.name === at("example").value);
  if (example !== undefined && at("parameters").contains(document.activeElement) && !(await fillIn(example))) {
    return;
  }
  const query = at("query").value;
  at("error").hidden = true;
  at("links").hidden = true;
  at("answer").replaceChildren();
  at("status").textContent = "Running …";
  at("run").disabled = true;
  at("stop").disabled = false;
  const began = performance.now();
  try {
    const response = await fetch("sparql", {
      method: "POST",
      headers: {
        "Content-Type": "application/sparql-query",
        Accept: "application/sparql-results+json, text/turtle",
      },
      body: query,
      signal: running.signal,
    });
    const text = await response.text();
    if (number !== asked) {
      return;
    }
    const time = `${((performance.now() - began) / 1000).toFixed(2)} s`;
    if (!response.ok) {
      showError(text);
    } else if (response.headers.get("Content-Type").startsWith("text/turtle")) {
      showGraph(query, text, time);
    } else {
      showRows(query, JSON.parse(text), time);
    }
    history.replaceState(null, "", `#query=${encodeURIComponent(query)}`);
  } catch (error) {
    if (number === asked) {
      showError(error.name === "AbortError" ? "Stopped." : "The server does not answer.");
    }
  } finally {
    if (number === asked) {
      at("run").disabled = false;
      at("stop").disabled = true;
    }
  }
}

function showError(text) {
  at("status").textContent = "No answer.";
  at("error").textContent = text.trimEnd();
  at("error").hidden = false;
  const place = /^line (\d+), column (\d+)/.exec(text);
  if (place !== null) {
    const lines = at("query").value.split(/\r\n|\n|\r/);
    const start = lines.slice(0, place[1] - 1).reduce((sum, line) => sum + line.length + 1, 0);
    // Columns count characters; the field counts UTF-16 units.
    const column = [...lines[place[1] - 1]].slice(0, place[2] - 1).join("").length;
    at("query").focus();
    at("query").setSelectionRange(start + column, start + column);
  }
}

function showLinks(query, formats) {
  const links = formats.map((format) => element("a", { href: address(query, format) }, format.toUpperCase()));
  at("links").replaceChildren("As a file:", ...links);
  at("links").hidden = false;
}

function showGraph(query, text, time) {
  at("status").textContent = `A graph, in ${time}`;
  showLinks(query, ["turtle", "n-triples", "rdf-xml", "json-ld"]);
  at("answer").replaceChildren(element("pre", {}, text));
}

function showRows(query, answer, time) {
  showLinks(query, ["csv", "tsv", "json", "xml"]);
  if ("boolean" in answer) {
    at("status").textContent = `${answer.boolean ? "Yes" : "No"} (${answer.boolean}), in ${time}`;
    return;
  }
  const names = answer.head.vars;
  const rows = answer.results.bindings;
  const shown = rows.slice(0, SHOWN_ROWS);
  const count = `${rows.length.toLocaleString("en")} ${rows.length === 1 ? "row" : "rows"}`;
  const part = shown.length < rows.length ? `; the first ${SHOWN_ROWS} are shown, the files have all` : "";
  at("status").textContent = `${count}, in ${time}${part}`;
  if (rows.length > 0) {
    at("answer").replaceChildren(table(names, shown));
  }
}

function table(names, rows) {
  const body = element("tbody");
  const fill = (sorted) => {
    body.replaceChildren(...sorted.map((row) => element("tr", {}, ...names.map((name) => cell(row[name])))));
  };
  const heads = names.map((name) => {
    const button = element("button", { type: "button", title: `Sort by ${name}` }, name);
    const head = element("th", { scope: "col" }, button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      fill([...rows].sort((a, b) => compare(a[name], b[name]) * (descending ? -1 : 1)));
    });
    return head;
  });
  fill(rows);
  return element("table", {}, element("thead", {}, element("tr", {}, ...heads)), body);
}

function compare(a, b) {
  if (a === undefined || b === undefined) {
    return (a === undefined) - (b === undefined);
  }
  if (isNumber(a) && isNumber(b)) {
    return Number(a.value) - Number(b.value);
  }
  return a.value < b.value ? -1 : Number(a.value > b.value);
}

function isNumber(term) {
  return term.datatype !== undefined && NUMBER.test(term.datatype);
}

function cell(term) {
  if (term === undefined) {
    return element("td");
  }
  if (term.type === "uri") {
    return element("td", {}, link(term.value));
  }
  const text = term.type === "triple" ? JSON.stringify(term.value) : term.value;
  return element("td", { className: isNumber(term) ? "number" : "", lang: term["xml:lang"] ?? "" }, text);
}

// Only addresses of the web become links: an IRI can be of any scheme, javascript: among them.
function link(iri) {
  const known = PREFIXES.find(([, start]) => iri.startsWith(start) && iri.length > start.length);
  const text = known === undefined ? iri : known[0] + iri.slice(known[1].length).replace(/\.html$/, "");
  if (!/^https?:\/\//.test(iri)) {
    return text;
  }
  const href = iri.startsWith(FIGURES) ? `figures/${iri.slice(FIGURES.length)}` : iri;
  return element("a", { href, title: iri, rel: "noreferrer" }, text);
}

at("example").addEventListener("change", chooseExample);
at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
at("stop").addEventListener("click", () => running?.abort());
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    run();
  }
});

const linked = new URLSearchParams(location.hash.slice(1)).get("query");
if (linked !== null) {
  setQuery(linked);
}
loadExamples();
