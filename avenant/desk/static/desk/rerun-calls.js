// Calls of a run as a tree: read from its outline, filtered, grouped, flattened into the rows that are shown.
const ALIKE = 5; // so many siblings alike, one after the other, are shown as a group

export class Calls {
  constructor() {
    this.calls = [];
    this.roots = [];
    this.opened = new Map(); // key -> whether somebody opened or closed it
    this.filter = null;
    this.kept = null; // per call: 0 hidden, 1 above something found, 2 found
    this.found = 0;
    this.opensTo = 2;
  }

  add(call) {
    call.depth = call.parent ? call.parent.depth + 1 : 0;
    (call.parent ? (call.parent.children ||= []) : this.roots).push(call);
    this.calls[call.n] = call;
  }

  // Hide what does not match, and nothing above what does.
  keep(filter) {
    if (filter !== this.filter) this.opened.clear();
    this.filter = filter;
    this.kept = null;
    this.found = this.calls.length;
    if (!filter) return;
    const kept = new Uint8Array(this.calls.length);
    this.found = 0;
    for (let n = this.calls.length - 1; n >= 0; n -= 1) {
      const call = this.calls[n];
      if (filter(call)) { kept[n] = 2; this.found += 1; }
      if (kept[n] && call.parent && !kept[call.parent.n]) kept[call.parent.n] = 1;
    }
    this.kept = kept;
  }

  shows(call) { return !this.kept || this.kept[call.n] > 0; }

  isOpen(key, call) {
    const said = this.opened.get(key);
    if (said !== undefined) return said;
    if (call === null) return false;
    return this.kept ? this.kept[call.n] === 1 : this.calls.length < 300 || call.depth < this.opensTo;
  }

  // Stretches of siblings that are shown: each an array of calls alike.
  stretches(siblings) {
    const found = [];
    let last = null;
    for (const call of siblings) {
      if (!this.shows(call)) continue;
      if (last && last[0].f === call.f && Boolean(last[0].error) === Boolean(call.error)) last.push(call);
      else found.push(last = [call]);
    }
    return found;
  }

  rows() {
    const rows = [];
    const below = (siblings, level) => {
      for (const alike of this.stretches(siblings)) {
        if (alike.length < ALIKE) { alike.forEach((call) => one(call, level)); continue; }
        const key = `g${alike[0].n}`;
        const open = this.isOpen(key, null);
        rows.push({ key, level, open, leaf: false, group: alike, call: null });
        if (open) alike.forEach((call) => one(call, level + 1));
      }
    };
    const one = (call, level) => {
      const leaf = !call.children || !call.children.some((child) => this.shows(child));
      const open = !leaf && this.isOpen(call.n, call);
      rows.push({ key: call.n, level, open, leaf, group: null, call });
      if (open) below(call.children, level + 1);
    };
    below(this.roots, 0);
    return rows;
  }

  // Open all that lies around a call, so that it has a row.
  reveal(call) {
    if (!this.shows(call)) this.keep(null);
    for (let each = call; each; each = each.parent) {
      if (each !== call) this.opened.set(each.n, true);
      const siblings = each.parent ? each.parent.children : this.roots;
      const alike = this.stretches(siblings).find((some) => some.length >= ALIKE && some.includes(each));
      if (alike) this.opened.set(`g${alike[0].n}`, true);
    }
  }

  openBelow(call, open) {
    const waiting = [call];
    while (waiting.length) {
      const each = waiting.pop();
      this.opened.set(each.n, open);
      each.children?.forEach((child) => waiting.push(child));
    }
  }

  // The next call after (before) ``from`` for which ``wanted`` holds, around the end.
  next(from, wanted, step = 1) {
    const count = this.calls.length;
    for (let far = 1; far <= count; far += 1) {
      const n = (((from + step * far) % count) + count) % count;
      if (wanted(this.calls[n])) return this.calls[n];
    }
    return null;
  }
}

const TAKES = {
  g: (trace, [, name]) => { trace.stage = name; },
  f: (trace, [, n, module, name, file, line]) => {
    trace.functions[n] = { n, module, name, shown: name.replace("__create_fn__.<locals>.", ""), file, line, said: `${module}.${name}`.toLowerCase() };
  },
  c: (trace, [, n, parent, f, began, at, given, digest]) => trace.add({
    n, parent: parent === null ? null : trace.calls[parent], f: trace.functions[f], began, at, given, digest,
    us: null, end: null, out: "", outDigest: 0, marks: null, error: null, children: null, logs: null,
    caught: null, lines: null, stage: trace.stage, said: null,
  }),
  r: (trace, [, n, us, at, out, digest, marks]) => {
    Object.assign(trace.calls[n], { us, end: at, out, outDigest: digest, marks: marks.length ? marks : null });
  },
  x: (trace, [, n, us, at, type, message, digest]) => {
    Object.assign(trace.calls[n], { us, end: at, error: `${type}: ${message}`, outDigest: digest });
  },
  k: (trace, [, n, at, type]) => { Object.assign(trace.calls[n], { caught: at, caughtType: type }); },
  l: (trace, [, n, at]) => { trace.calls[n].lines = at; },
  s: (trace, [, f, at]) => { trace.functions[f].source = at; },
  o: (trace, [, n, level, logger, text, at]) => {
    const call = n === null ? null : trace.calls[n];
    const line = { call, level, logger, text, at };
    trace.logs.push(line);
    if (call) (call.logs ||= []).push(line);
  },
};

export class Trace extends Calls {
  constructor() {
    super();
    this.functions = [];
    this.logs = [];
    this.stage = "";
  }

  take(text) {
    if (!text) return;
    for (const line of JSON.parse(`[${text.trimEnd().replaceAll("\n", ",")}]`)) TAKES[line[0]](this, line);
  }

  // Fetch the outline until the run has ended; ``told`` is called with each part.
  async follow(number, told) {
    let from = 0;
    for (;;) {
      const answer = await fetch(`/reruns/${number}/trace?from=${from}`, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(`the trace answers ${answer.status}`);
      from = Number(answer.headers.get("X-Following"));
      const ended = answer.headers.get("X-Ended") === "yes";
      const text = await answer.text();
      this.take(text);
      told(ended);
      if (ended) return;
      if (!text) await new Promise((resolve) => { setTimeout(resolve, 250); });
    }
  }
}

export const hay = (call) => (call.said ??= `${call.f.said} ${call.given} ${call.out} ${call.error || ""}`.toLowerCase());

export const time = (us) => {
  if (us === null) return "…";
  if (us < 1000) return `${us} µs`;
  return us < 1_000_000 ? `${(us / 1000).toFixed(1)} ms` : `${(us / 1_000_000).toFixed(2)} s`;
};
