// The chosen call: arguments, result, exceptions, its log lines, and its source with the lines that ran.
import { time } from "./rerun-calls.js";
import { made } from "./rerun-tree.js";
import { named, shown } from "./rerun-values.js";

export const place = (call) => `avenant/${call.f.file}:${call.f.line}`;

export const editor = (call, root) => `vscode://file${encodeURI(root.replace(/\/+$/, ""))}/${place(call)}`;

const own = (call) => {
  if (call.us === null) return null;
  return Math.max(0, call.us - (call.children || []).reduce((sum, child) => sum + (child.us || 0), 0));
};

export class Panel {
  constructor(element, data) {
    this.element = element;
    this.data = data;
    this.words = data.words;
    this.sources = new Map();
    this.asked = 0;
  }

  clear() { this.asked += 1; this.element.replaceChildren(made("p", "quiet", this.words.choose)); }

  async show(call) {
    const asked = (this.asked += 1);
    const { f } = call;
    const places = [call.at, call.end, call.caught, call.lines].filter((at) => at !== null);
    if (f.source !== undefined && !this.sources.has(f)) places.push(f.source);
    const answer = await fetch(`/reruns/${this.data.number}/events?at=${places.join(",")}`, { credentials: "same-origin" });
    if (asked !== this.asked) return; // somebody chose another one meanwhile
    if (!answer.ok) { this.element.replaceChildren(made("p", "message error", this.words.no_match)); return; }
    const told = Object.fromEntries((await answer.json()).map((event) => [event[0], event]));
    if (told.source) this.sources.set(f, told.source[2]);
    this.element.replaceChildren(...this.parts(call, told));
    this.element.dataset.call = call.n;
  }

  parts(call, told) {
    const { words } = this;
    const parts = [...this.head(call)];
    const part = (title, ...content) => parts.push(made("h3", "", title), ...content);
    if (told.raise) part(words.raised, this.error(told.raise[3]));
    if (told.caught) part(words.caught, this.error(told.caught[2]));
    if (told.return) part(words.returned, shown(told.return[3], words));
    const given = Object.entries(told.call[5]);
    if (given.length) part(words.arguments, named(given, words));
    if (told.lines) part(words.values, named(Object.entries(told.lines[3]), words));
    if (call.logs) part(words.logs, this.logs(call));
    if (this.sources.has(call.f)) part(words.source, this.source(call, told.lines ? told.lines[2] : null));
    return parts;
  }

  head(call) {
    const title = made("h2", "", call.f.shown);
    const where = made("p", "small-text quiet");
    const path = made("code", "id", place(call));
    path.dataset.copy = "";
    path.title = this.words.copy;
    where.append(`${call.f.module} · ${time(call.us)}`, own(call) === null ? "" : ` (${this.words.self_time} ${time(own(call))})`, " · ", path);
    const ways = made("p", "small-text ways");
    if (this.data.root) {
      const link = made("a", "", this.words.editor);
      link.href = editor(call, this.data.root);
      ways.append(link);
    } else {
      const link = made("a", "", this.words.root);
      link.href = "/account";
      ways.append(link);
    }
    ways.append(" · ");
    const copy = made("button", "plain", this.words.copy);
    copy.type = "button";
    copy.addEventListener("click", () => navigator.clipboard?.writeText(place(call)));
    ways.append(copy);
    return [title, where, ways];
  }

  error(error) {
    const all = made("p", "message error");
    all.append(made("b", "", error.type), ` ${error.message}`);
    return all;
  }

  logs(call) {
    const list = made("ol", "log-lines");
    for (const line of call.logs) list.append(made("li", line.level.toLowerCase(), `${line.level} ${line.text}`));
    return list;
  }

  source(call, ran) {
    const executed = new Set(ran || []);
    const box = made("div");
    const code = made("pre", "source");
    code.tabIndex = 0;
    this.sources.get(call.f).forEach((text, at) => {
      const number = call.f.line + at;
      const line = made("span", executed.has(number) ? "line ran" : "line");
      const mark = made("span", "number", `${executed.has(number) ? "▸" : " "}${String(number).padStart(4)} `);
      line.append(mark, `${text}\n`);
      if (executed.has(number)) line.title = this.words.executed;
      code.append(line);
    });
    box.append(code);
    if (!ran && this.data.again) {
      const again = made("a", "acts", this.words.record_lines);
      again.href = `${this.data.again}${this.data.again.endsWith("=") ? "" : "&lines_of="}${encodeURIComponent(`${call.f.module}.${call.f.name}`)}`;
      box.append(again);
    }
    return box;
  }
}
