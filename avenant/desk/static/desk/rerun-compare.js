// Two runs side by side: their calls aligned level by level, the first place at which they part on top.
import { Calls, Trace, hay, time } from "./rerun-calls.js";
import { Panel } from "./rerun-call.js";
import { Tree, made } from "./rerun-tree.js";
import { blank } from "./rerun-values.js";

const data = JSON.parse(document.getElementById("rerun-data").textContent);
const { words } = data;
const by = (id) => document.getElementById(id);
const MOST_PAIRS = 250_000; // beyond, siblings meet greedily

const key = (call) => call.f.said;

// Pairs of siblings that meet, in order: the longest run of equal names; [one, other], either may be null.
const met = (ones, others) => {
  let start = 0;
  while (start < ones.length && start < others.length && key(ones[start]) === key(others[start])) start += 1;
  const pairs = ones.slice(0, start).map((call, at) => [call, others[at]]);
  const left = ones.slice(start);
  const right = others.slice(start);
  return pairs.concat(left.length * right.length > MOST_PAIRS ? greedy(left, right) : longest(left, right));
};

const longest = (ones, others) => {
  const width = others.length + 1;
  const lengths = new Uint32Array((ones.length + 1) * width);
  for (let i = ones.length - 1; i >= 0; i -= 1) {
    for (let j = others.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = key(ones[i]) === key(others[j])
        ? lengths[(i + 1) * width + j + 1] + 1
        : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const pairs = [];
  let [i, j] = [0, 0];
  while (i < ones.length && j < others.length) {
    if (key(ones[i]) === key(others[j])) pairs.push([ones[i++], others[j++]]);
    else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) pairs.push([ones[i++], null]);
    else pairs.push([null, others[j++]]);
  }
  while (i < ones.length) pairs.push([ones[i++], null]);
  while (j < others.length) pairs.push([null, others[j++]]);
  return pairs;
};

const greedy = (ones, others) => {
  const places = new Map();
  others.forEach((call, at) => { if (!places.has(key(call))) places.set(key(call), []); places.get(key(call)).push(at); });
  const pairs = [];
  let at = 0;
  for (const call of ones) {
    const later = places.get(key(call));
    while (later?.length && later[0] < at) later.shift();
    if (!later?.length) { pairs.push([call, null]); continue; }
    while (at < later[0]) pairs.push([null, others[at++]]);
    pairs.push([call, others[at++]]);
  }
  while (at < others.length) pairs.push([null, others[at++]]);
  return pairs;
};

const difference = (one, other) => {
  if (!other) return "one";
  if (!one) return "other";
  if (one.digest !== other.digest) return "arguments";
  if (Boolean(one.error) !== Boolean(other.error)) return "error";
  return one.outDigest === other.outDigest ? "" : "value";
};

const merged = (one, other) => {
  const both = new Calls();
  const below = (ones, others, parent) => {
    for (const [left, right] of met(ones, others)) {
      const { f, given, error, out } = left ?? right;
      const node = { n: both.calls.length, parent, f, given, error, out, one: left, other: right, differs: difference(left, right), children: null, said: null };
      both.add(node);
      below(left?.children ?? [], right?.children ?? [], node);
    }
  };
  below(one.roots, other.roots, null);
  return both;
};

// The first that differs, then the first that differs below it, as long as both runs have it.
const divergence = (both) => {
  let found = null;
  let siblings = both.roots;
  for (;;) {
    const step = siblings.find((node) => node.differs);
    if (!step) return found;
    found = step;
    if (!step.one || !step.other) return found;
    siblings = step.children ?? [];
  }
};

const traces = [new Trace(), new Trace()];
const panels = [new Panel(by("call"), data), new Panel(by("other-call"), { ...data.other, words })];
let both = new Calls();

const PIECES = ["twist", "name", "given", "out", "marks", "time"];
const fill = (element, row) => {
  if (!element.firstChild) PIECES.forEach((piece) => element.append(made("span", piece)));
  const [twist, name, given, out, marks, took] = element.children;
  const node = row.call ?? row.group[0];
  const parting = row.call ? node.differs : row.group.find((each) => each.differs)?.differs ?? "";
  twist.textContent = row.leaf ? "" : row.open ? "▾" : "▸";
  name.textContent = row.call ? node.f.shown : `${row.group.length} × ${node.f.shown}`;
  given.textContent = row.call && node.given ? `(${node.given})` : "";
  out.textContent = row.call && node.one && node.other && node.differs
    ? `→ ${node.one.error ?? node.one.out} | ${node.other.error ?? node.other.out}`
    : row.call && node.out ? `→ ${node.out}` : "";
  marks.textContent = parting ? words[`part_${parting}`] : "";
  took.textContent = row.call ? [node.one, node.other].map((call) => (call ? time(call.us) : "–")).join(" | ") : "";
  element.classList.toggle("differing", Boolean(parting));
  element.classList.toggle("group", !row.call);
};
const tree = new Tree(by("tree"), {
  fill,
  choose: (row) => [row.call?.one, row.call?.other].forEach((call, side) => {
    if (call) panels[side].show(call); else panels[side].clear();
  }),
  toggle: (row, open, all = false) => {
    if (row.call && all) both.openBelow(row.call, open); else both.opened.set(row.key, open);
    redraw();
  },
});

const redraw = () => {
  tree.show(both.rows());
  const all = both.calls.length;
  by("count").textContent = both.filter ? blank(words.shown_of, { shown: both.found, all }) : String(all);
  by("tree").classList.toggle("nothing", !tree.rows.length);
  by("tree").dataset.empty = all ? words.no_match : words.no_calls;
};
const goTo = (node) => {
  if (!node) return;
  both.reveal(node);
  redraw();
  tree.select(tree.rows.findIndex((row) => row.call === node));
};
const search = () => {
  const parts = by("within").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const only = by("differing").checked;
  both.keep(parts.length || only ? (node) => (!only || node.differs) && parts.every((part) => hay(node).includes(part)) : null);
  redraw();
};
["within", "differing"].forEach((id) => by(id).addEventListener("input", search));
const chosen = () => tree.rows[tree.index()]?.call?.n ?? -1;
const jump = (step = 1) => goTo(both.next(chosen(), (node) => Boolean(node.differs), step));
by("next-difference").addEventListener("click", () => jump());
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (event.key === "d") jump();
  else if (event.key === "D") jump(-1);
  else if (event.key === "/") { event.preventDefault(); by("within").focus(); }
});

Promise.all([data.number, data.other.number].map((number, side) => traces[side].follow(number, () => {}))).then(() => {
  both = merged(...traces);
  both.keep(null);
  const first = divergence(both);
  by("divergence").textContent = first
    ? blank(words.part_first, { call: first.f.name, what: words[`part_${first.differs}`] })
    : words.agree;
  by("next-difference").disabled = !first;
  redraw();
  goTo(first);
  by("tree").dataset.ended = "yes";
}, (error) => { by("divergence").textContent = String(error); });
