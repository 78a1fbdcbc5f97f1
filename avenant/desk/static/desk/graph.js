// The claims graph: drawn once over all times; the slider only shows, fades and strikes through.
import { Model } from "./graph-model.js";
import { Panel, text } from "./graph-panel.js";
import { Picture } from "./graph-picture.js";

const element = (id) => document.getElementById(id);
const FEW = 12;
const MOST_IN_ADDRESS = 40;

const data = JSON.parse(element("graph-data").textContent);
const model = new Model(data);
const { revs } = model;
const asked = new URLSearchParams(location.search);
let place = asked.has("at") ? Math.max(0, revs.indexOf(Number(asked.get("at")))) : revs.length - 1;
let selected = asked.get("node") || "";
let comparing = asked.has("with") ? Number(asked.get("with")) : null;
let everything = asked.get("shown") === "all";
let expanded = asked.getAll("open").filter((id) => model.states.has(id));
let apart = new Set(asked.getAll("apart"));
let shown = new Set();
let groups = [];

const picture = new Picture(element("picture"), element("heads"), model);
const panel = new Panel(
  { context: element("context"), differences: element("differences"), nodes: element("nodes"), edges: element("edges") },
  model,
  { choose: (id) => choose(id), apart: (ids) => { ids.forEach((id) => apart.add(id)); draw(ids[0], true); } },
);

// Place, choice, comparison and expansion stand in the address, so that a colleague sees the same.
const remember = () => {
  const query = new URLSearchParams(location.search);
  const set = (key, value) => (value === null || value === "" ? query.delete(key) : query.set(key, value));
  const list = (key, values) => { query.delete(key); values.slice(-MOST_IN_ADDRESS).forEach((value) => query.append(key, value)); };
  set("at", place === revs.length - 1 ? "" : revs[place]);
  set("node", selected);
  set("with", comparing);
  set("shown", everything ? "all" : "");
  list("open", expanded);
  list("apart", [...apart]);
  history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
};

// anchor: the object to look at; stay: it does not move on the screen.
const draw = (anchor, stay) => {
  const all = everything || model.states.size <= FEW;
  shown = all ? new Set(model.states.keys()) : model.around([...model.focus(), ...expanded]);
  if (selected && model.states.has(selected)) shown.add(selected);
  const alone = new Set([...apart, selected, ...model.focus(), ...expanded]);
  groups = model.groups(shown, alone);
  picture.now({ rev: revs[place], chosen: selected });
  picture.show(shown, groups, data.words.grouped, anchor || model.focus()[0], stay);
  paint();
};

const paint = () => {
  const rev = revs[place];
  const instant = data.instants[place];
  element("sentence").textContent = instant ? instant.sentence : "";
  element("slider").value = place;
  element("slider").setAttribute("aria-valuetext", instant ? instant.said : "");
  const found = comparing === null ? null : model.differences(comparing, rev);
  const differs = new Map(Object.entries(found || {}).flatMap(([kind, some]) => some.map(([id]) => [id, kind])));
  picture.now({ rev, chosen: selected, differs });
  panel.compared(found, Math.max(comparing ?? rev, rev));
  if (element("table").open) panel.tables(rev);
  context();
  remember();
};

const context = () => {
  const group = groups.find((one) => one.id === selected);
  if (group) panel.group(group, revs[place]);
  else if (model.states.has(selected)) panel.object(selected, revs[place]);
  else panel.empty();
};

const choose = (id) => {
  const drawnAnew = model.states.has(id) && (!shown.has(id) || picture.groupOf.has(id));
  selected = id;
  if (drawnAnew) { expanded = [...new Set([...expanded, id])]; draw(id, true); return; }
  picture.now({ chosen: id });
  picture.see(id);
  context();
  remember();
};

const expand = (id) => {
  if (!model.states.has(id) || !model.hasMore(id, shown)) return;
  expanded = [...new Set([...expanded, id])];
  draw(id, true);
};

const go = (to) => { place = Math.max(0, Math.min(revs.length - 1, to)); paint(); };

let playing = null;
const play = () => {
  const pressed = element("play");
  if (playing) { clearInterval(playing); playing = null; pressed.setAttribute("aria-pressed", "false"); return; }
  if (place === revs.length - 1) go(0);
  pressed.setAttribute("aria-pressed", "true");
  playing = setInterval(() => { if (place >= revs.length - 1) play(); else go(place + 1); }, 900);
};

const saved = (name, blob) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};

const find = (typed) => {
  const sought = typed.trim().toLowerCase();
  picture.now({ sought });
  if (element("table").open) panel.find(sought);
};

// Enter leads to the first object that is called so, also one that is not drawn yet.
const lead = (typed) => {
  const sought = typed.trim().toLowerCase();
  const hit = sought && [...model.states.keys()].find((id) => `${model.title(model.told(id, revs[place]))} ${id}`.toLowerCase().includes(sought));
  element("found").textContent = hit || !sought ? "" : element("found").dataset.none;
  if (hit) choose(hit);
};

element("slider").max = Math.max(revs.length - 1, 0);
element("slider").addEventListener("input", (event) => go(Number(event.target.value)));
element("before").addEventListener("click", () => go(place - 1));
element("after").addEventListener("click", () => go(place + 1));
element("play").addEventListener("click", play);
element("one-hop").addEventListener("click", () => { everything = false; expanded = []; apart = new Set(); draw(); });
element("all").addEventListener("click", () => { everything = true; draw(selected); });
element("svg").addEventListener("click", () => saved("graph.svg", picture.svg()));
element("png").addEventListener("click", async () => saved("graph.png", await picture.png()));
element("table").addEventListener("toggle", () => { if (element("table").open) panel.tables(revs[place]); });
element("within").addEventListener("input", (event) => find(event.target.value));
element("within").addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); lead(event.target.value); } });
element("compare").append(...data.instants.map((one) => { const option = text("option", one.said); option.value = one.rev; return option; }));
element("compare").value = comparing ?? "";
element("compare").addEventListener("change", (event) => { comparing = event.target.value === "" ? null : Number(event.target.value); paint(); });
picture.cy.on("tap", "node", (event) => { const id = event.target.id(); choose(id); expand(id); });
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey) return;
  if (event.key === "[") go(place - 1);
  if (event.key === "]") go(place + 1);
});

window.avenantGraph = { cy: picture.cy, go, known: () => [...model.states.keys()].filter((id) => model.at(id, revs[place])) };
await picture.empty;
// The first frame with the boxes in it; when the timer ends it is on the screen.
picture.cy.one("render", () => { element("picture").dataset.drawn = "yes"; setTimeout(() => performance.mark("graph-painted")); });
if (revs.length) draw(selected);
