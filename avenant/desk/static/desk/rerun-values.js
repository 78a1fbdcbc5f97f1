// Snapshots of values as elements: scalars exact, tables with their marks, the rest folded. Text only, never markup.
import { made } from "./rerun-tree.js";

const INLINE = 6;

const blank = (text, blanks) => text.replace(/\{(\w+)\}/g, (whole, name) => blanks[name] ?? whole);

const isPlain = (value) => value === null || typeof value !== "object";

const text = (value) => (value === null ? "None" : value === true ? "True" : value === false ? "False" : String(value));

// One value in line, or null where it needs room.
const inline = (value, words) => {
  if (isPlain(value)) return made("code", "value", text(value));
  if (value.enum) return made("code", "value", `${value.type.split(".").pop()}.${value.enum}`);
  if (value.token !== undefined) {
    const token = made("code", "token", value.token);
    token.title = words.masked;
    return token;
  }
  if ("value" in value) {
    const quoted = value.type === "str" ? JSON.stringify(value.value) : text(value.value);
    return made("code", "value", value.length > String(value.value).length ? `${quoted}… (${value.length})` : quoted);
  }
  const name = value.type.split(".").pop();
  if (value.cut) return made("span", "quiet", `${name}: ${words.cut}`);
  if (value.opaque) return made("code", "quiet", value.name ? `${name} ${value.name}` : name);
  if (value.items && value.items.length <= INLINE && value.length <= INLINE) return inlineItems(value, words);
  return null;
};

const inlineItems = (value, words) => {
  const parts = value.items.map((each) => inline(each, words));
  if (parts.some((part) => part === null)) return null;
  const [before, after] = { list: "[]", tuple: "()" }[value.type] || "{}";
  const all = made("span", "items", before);
  parts.forEach((part, at) => all.append(at ? ", " : "", part));
  all.append(after);
  return all;
};

export const shown = (value, words, depth = 0) => {
  const small = inline(value, words);
  if (small) return small;
  if (value.type === "polars.DataFrame") return table(value, words);
  if (value.type === "polars.Series") return series(value, words);
  const fold = made("details", "inside");
  fold.open = depth < 1;
  const count = value.fields ? "" : ` ${blank(words.items, { count: value.length ?? 0 })}`;
  fold.append(made("summary", "quiet", value.type.split(".").pop() + count));
  fold.append(contents(value, words, depth));
  return fold;
};

const contents = (value, words, depth) => {
  const pairs = value.fields
    ? Object.entries(value.fields)
    : (value.pairs || []).map(([key, each]) => [inline(key, words)?.textContent ?? "…", each]);
  if (value.items) value.items.forEach((each, at) => pairs.push([String(at), each]));
  return named(pairs, words, depth + 1);
};

export const named = (pairs, words, depth = 0) => {
  const list = made("dl", "values");
  for (const [name, value] of pairs) {
    const term = made("dt");
    term.append(made("code", "", name));
    const told = made("dd");
    told.append(shown(value, words, depth));
    list.append(term, told);
  }
  return list;
};

const series = (value, words) => {
  const all = made("p", "items", `${value.name} ${value.dtype} [${value.length}]: `);
  value.items.forEach((each, at) => all.append(at ? ", " : "", inline(each, words) ?? "…"));
  return all;
};

let tables = 0;

const table = (value, words) => {
  const box = made("div", "frame scroll");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", `${++tables}: DataFrame ${value.height} × ${value.width}`);
  const grid = made("table", "compact");
  grid.append(made("caption", "quiet small-text", blank(words.rows_of, { shown: value.rows.length, all: value.height })));
  const head = made("tr");
  head.append(made("td"));
  const order = placed(value);
  order.forEach((place) => head.append(heading(...value.columns[place], value, words)));
  const body = made("tbody");
  value.rows.forEach((cells, at) => body.append(line(cells, value, at, order, words)));
  const top = made("thead");
  top.append(head);
  grid.append(top, body);
  box.append(grid);
  return box;
};

// Where the columns stand: the first, which says whose a row is, then what the call brought, then the rest.
const RANK = { new: 1, changed: 2, "": 3 };
const placed = (value) => value.columns.map((column, place) => ({ place, rank: place ? RANK[mark(column[0], value)] : 0 }))
  .sort((one, other) => one.rank - other.rank || one.place - other.place).map((each) => each.place);

const mark = (name, value) => (value.new.includes(name) ? "new" : value.changed.includes(name) ? "changed" : "");

const heading = (name, kind, value, words) => {
  const marked = mark(name, value);
  const cell = made("th", marked ? `${marked}-column` : "");
  cell.scope = "col";
  cell.append(made("code", "", name), made("span", "faint kind", kind));
  if (marked) cell.append(made("span", "mark", words[`${marked}_column`]));
  return cell;
};

const line = (cells, value, at, order, words) => {
  const mine = value.owned.includes(value.at[at]);
  const row = made("tr", mine ? "own" : "");
  const first = made("th", "faint", String(value.at[at]));
  first.scope = "row";
  if (mine) first.append(made("span", "mark", words.own_row));
  row.append(first);
  order.forEach((place) => {
    const cell = cells[place];
    const marked = mark(value.columns[place][0], value);
    const told = made("td", `${marked ? `${marked}-column` : ""}${typeof cell === "number" ? " n" : ""}`.trim());
    if (cell === null) told.append(made("span", "faint", "null"));
    else if (isPlain(cell)) told.textContent = text(cell);
    else told.append(inline(cell, words) ?? "…");
    row.append(told);
  });
  return row;
};

export { blank };
