// The page of a re-run: its outline is followed while it runs, drawn as a tree, searched, and read call by call.
import { Trace, hay, time } from "./rerun-calls.js";
import { Panel, editor, place } from "./rerun-call.js";
import { Tree, made } from "./rerun-tree.js";
import { blank } from "./rerun-values.js";

const data = JSON.parse(document.getElementById("rerun-data").textContent);
const { words } = data;
const by = (id) => document.getElementById(id);
const trace = new Trace();
const panel = new Panel(by("call"), data);
const LEVELS = { DEBUG: 0, INFO: 1, WARNING: 2, ERROR: 3, CRITICAL: 3 };
const MOST_LOGS = 500;
let longest = 1;

const columns = () => (by("verdict")?.dataset.columns || "").split(" ").filter(Boolean);
const differs = () => {
  const wanted = new Set(columns());
  return (call) => Boolean(call.marks?.some((name) => wanted.has(name)));
};

const PIECES = ["twist", "name", "given", "out", "marks", "bar", "time"];

const fill = (element, row) => {
  if (!element.firstChild) {
    PIECES.forEach((piece) => element.append(made("span", piece)));
    element.children[5].append(made("span"));
  }
  const [twist, name, given, out, marks, bar, took] = element.children;
  const call = row.call ?? row.group[0];
  const us = row.call ? call.us : row.group.reduce((sum, each) => sum + (each.us || 0), 0);
  twist.textContent = row.leaf ? "" : row.open ? "▾" : "▸";
  name.textContent = row.call ? call.f.shown : `${row.group.length} × ${call.f.shown}`;
  given.textContent = row.call && call.given ? `(${call.given})` : "";
  out.textContent = row.call ? (call.error ? `✕ ${call.error}` : call.out && `→ ${call.out}`) : "";
  marks.textContent = `${call.caughtType ? `! ${call.caughtType} ` : ""}${row.call && call.logs ? `≡ ${call.logs.length}` : ""}`;
  bar.firstChild.style.width = `${Math.round((100 * (us || 0)) / longest)}%`;
  took.textContent = time(us);
  element.classList.toggle("raised", Boolean(call.error));
  element.classList.toggle("group", !row.call);
  element.classList.toggle("differing", Boolean(row.call && differing(call)));
};

let differing = differs();
const tree = new Tree(by("tree"), {
  fill,
  choose: (row) => {
    if (!row.call) { panel.clear(); return; }
    panel.show(row.call);
    history.replaceState(null, "", `#call-${row.call.n}`);
  },
  toggle: (row, open, all = false) => {
    if (row.call && all) trace.openBelow(row.call, open);
    else trace.opened.set(row.key, open);
    redraw();
  },
});

const redraw = () => {
  tree.show(trace.rows());
  const all = trace.calls.length;
  by("count").textContent = trace.filter ? blank(words.shown_of, { shown: trace.found, all }) : all ? String(all) : "";
  by("tree").classList.toggle("nothing", !tree.rows.length);
  by("tree").dataset.empty = all ? words.no_match : ended ? (data.traced ? words.no_calls_traced : words.no_calls) : words.waiting;
};

const goTo = (call) => {
  if (!call) return;
  if (!trace.shows(call)) clearSearch();
  trace.reveal(call);
  redraw();
  tree.select(tree.rows.findIndex((row) => row.call === call));
};

// Search and filters hide what does not match.
const clearSearch = () => {
  by("within").value = by("module").value = by("only").value = "";
  by("slower").value = "0";
  trace.keep(null);
};
const ONLY = {
  errors: (call) => Boolean(call.error || call.caught !== null),
  marked: (call) => call.marks !== null,
  differing: (call) => differing(call),
  logged: (call) => call.logs !== null,
};
const search = () => {
  const parts = by("within").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const module = by("module").value;
  const only = ONLY[by("only").value];
  const slower = Number(by("slower").value);
  const wants = parts.length || module || only || slower;
  trace.keep(wants ? (call) => (!module || call.f.module === module) && (!only || only(call))
    && (!slower || (call.us || 0) >= slower) && parts.every((part) => hay(call).includes(part)) : null);
  by("tree").scrollTop = 0;
  redraw();
};
["within", "module", "only", "slower"].forEach((id) => by(id).addEventListener("input", search));

const chosen = () => { const row = tree.rows[tree.index()]; return row ? (row.call ?? row.group[0]) : null; };
const isError = (call) => Boolean(call.error && !call.children?.some((child) => child.error));
const jump = (wanted, step = 1) => goTo(trace.next(chosen()?.n ?? (step > 0 ? -1 : 0), wanted, step));
by("next-error").addEventListener("click", () => jump(isError));
by("next-difference").addEventListener("click", () => jump(differing));
by("open-all").addEventListener("click", () => { trace.roots.forEach((call) => trace.openBelow(call, true)); redraw(); });
by("close-all").addEventListener("click", () => { trace.roots.forEach((call) => trace.openBelow(call, false)); redraw(); });

const KEYS = {
  "/": () => by("within").focus(),
  e: () => jump(isError),
  E: () => jump(isError, -1),
  d: () => jump(differing),
  D: () => jump(differing, -1),
  y: () => { const call = chosen(); if (call) navigator.clipboard?.writeText(place(call)); },
  o: () => { const call = chosen(); if (call && data.root) location.assign(editor(call, data.root)); },
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (!KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});

// Log lines, each a way to the call that wrote it.
const logs = () => {
  const least = Number(by("level").value);
  const wanted = trace.logs.filter((line) => (LEVELS[line.level] ?? 1) >= least);
  by("log-count").textContent = String(trace.logs.length);
  const lines = wanted.slice(0, MOST_LOGS).map((line) => {
    const item = made("li", line.level.toLowerCase());
    const button = made("button", "plain", line.text || line.logger);
    button.type = "button";
    button.disabled = !line.call;
    button.addEventListener("click", () => goTo(line.call));
    item.append(made("span", "level", line.level), " ", button, " ", made("span", "faint", line.call ? line.call.f.name : line.logger));
    return item;
  });
  if (!wanted.length) lines.push(made("li", "quiet", words.no_logs));
  if (wanted.length > MOST_LOGS) lines.push(made("li", "quiet", blank(words.shown_at_most, { count: MOST_LOGS })));
  by("log-lines").replaceChildren(...lines);
};
by("level").addEventListener("input", logs);

const modules = () => {
  const known = new Set([...by("module").options].map((option) => option.value));
  const names = [...new Set(trace.functions.filter(Boolean).map((each) => each.module))].sort();
  names.filter((name) => !known.has(name)).forEach((name) => by("module").add(new Option(name, name)));
};

let ended = false;
const told = (isLast) => {
  ended = isLast;
  longest = trace.roots.reduce((most, call) => Math.max(most, call.us || 0), 1);
  if (trace.filter) search(); else { trace.keep(null); redraw(); }
  if (!isLast) return;
  modules();
  logs();
  by("next-error").disabled = !trace.calls.some(isError);
  const asked = /^#call-(\d+)$/.exec(location.hash);
  if (asked && trace.calls[asked[1]]) goTo(trace.calls[asked[1]]);
  by("tree").dataset.ended = "yes";
};
const settle = () => {
  differing = differs();
  by("next-difference").disabled = !trace.calls.some(differing);
  redraw();
};
document.addEventListener("htmx:afterSettle", settle);
redraw();
trace.follow(data.number, told).then(settle, (error) => {
  by("tree").dataset.empty = String(error);
});
