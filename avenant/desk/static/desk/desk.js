// Keyboard, popovers, the palette. Pages work without it; nothing here knows a page.
(() => {
  "use strict";
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  const popover = document.getElementById("popover");
  const palette = document.getElementById("palette");
  let opener = null;
  let left = null;
  let pending = "";

  const place = (near) => {
    const box = near.getBoundingClientRect();
    const width = Math.min(440, document.documentElement.clientWidth - 24);
    const left = Math.max(12, Math.min(box.left, document.documentElement.clientWidth - width - 12));
    popover.style.left = `${left + scrollX}px`;
    popover.style.top = `${box.bottom + scrollY + 6}px`;
  };

  const closePopover = () => {
    if (popover.hidden) return false;
    popover.hidden = true;
    popover.replaceChildren();
    if (opener) opener.focus();
    opener = null;
    return true;
  };

  addEventListener("resize", closePopover);

  const openPopover = async (door) => {
    const answer = await fetch(door.href, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok) { location.assign(door.href); return; }
    popover.innerHTML = await answer.text();
    window.htmx?.process(popover);
    popover.hidden = false;
    opener = door;
    place(door);
    (popover.querySelector("a, button") || popover).focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const door = event.target.closest("a[data-why]");
    if (door && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      if (opener === door) return; // the second click follows the link
      event.preventDefault();
      openPopover(door);
      return;
    }
    const id = event.target.closest("[data-copy]");
    if (id && navigator.clipboard) { navigator.clipboard.writeText(id.textContent.trim()); return; }
    if (!popover.hidden && !popover.contains(event.target)) closePopover();
    if (event.target === palette) closePalette();
  });

  const closePalette = () => {
    if (!palette || palette.hidden) return false;
    palette.hidden = true;
    palette.replaceChildren();
    left?.focus();
    return true;
  };

  const openPalette = async () => {
    const find = document.querySelector("[data-find]");
    if (!find) return;
    const answer = await fetch(find.dataset.find, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok) { find.focus(); return; }
    left = document.activeElement;
    palette.innerHTML = await answer.text();
    palette.hidden = false;
    window.htmx?.process(palette);
    palette.querySelector("input")?.focus();
  };

  const reached = "a, button, summary, [tabindex]";
  const rows = () => [...document.querySelectorAll("[data-row]")].filter(
    (row) => row.offsetParent !== null && (row.matches(reached) || row.querySelector(reached)));

  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const now = all.indexOf(document.activeElement.closest?.("[data-row]"));
    const next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? (by > 0 ? 0 : all.length - 1) : now + by))];
    (next.matches(reached) ? next : next.querySelector(reached)).focus();
  };

  const choose = (event) => {
    const options = [...palette.querySelectorAll("[data-choice]")];
    if (!options.length) return;
    const now = options.indexOf(document.activeElement);
    event.preventDefault();
    options[(now + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length].focus();
  };

  // While the palette is open, Tab stays within it.
  const stayWithin = (event) => {
    const stops = [...palette.querySelectorAll("input:not([type=hidden]), a, button")];
    const beyond = event.shiftKey ? stops[0] : stops.at(-1);
    if (!stops.length || (document.activeElement !== beyond && palette.contains(document.activeElement))) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.key === "Escape") { if (closePopover() || closePalette()) event.preventDefault(); return; }
    if (palette && !palette.hidden) {
      if (["ArrowDown", "ArrowUp"].includes(event.key)) choose(event);
      if (event.key === "Tab") stayWithin(event);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (pending === "g") {
      pending = "";
      document.querySelector(`[data-go="${CSS.escape(event.key)}"]`)?.click();
      return;
    }
    const acts = {
      g: () => { pending = "g"; setTimeout(() => { pending = ""; }, 1200); },
      j: () => step(1),
      k: () => step(-1),
      "[": () => document.querySelector('[data-step="["]')?.click(),
      "]": () => document.querySelector('[data-step="]"]')?.click(),
      "?": () => document.querySelector("[data-keys]")?.click(),
      n: () => document.querySelector("[data-now]")?.click(),
    };
    acts[event.key]?.();
  });

  // A form that was sent once is not sent again by a second click.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });

  // On a narrow screen the place where one is stands in sight.
  document.querySelectorAll(".rail [aria-current], .tabs [aria-current]").forEach((here) => {
    const row = here.parentElement;
    if (row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - row.offsetLeft - 24;
  });

  // A table that is wider than the screen is reached, and then scrolled, by the keyboard.
  const reachTables = () => document.querySelectorAll(".scroll:not(.frame)").forEach((box) => {
    if (box.hasAttribute("aria-label") && !box.dataset.reached) return;  // it has a name of its own
    const whole = box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight;
    const reachable = whole || box.querySelector("a, button, input, select, summary");
    if (reachable) { ["tabindex", "role", "aria-label"].forEach((name) => box.removeAttribute(name)); return; }
    const named = box.querySelector("caption") || box.closest("section, article, main").querySelector("h1, h2, h3");
    box.tabIndex = 0;
    box.dataset.reached = "yes";
    box.setAttribute("role", "group");  // no landmark: its section may have the same name
    box.setAttribute("aria-label", named?.textContent.trim() || document.title);
  });
  window.addEventListener("resize", reachTables);
  document.addEventListener("htmx:load", reachTables);
  reachTables();

  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.responseText) event.detail.target.innerHTML = event.detail.xhr.responseText;
  });
})();
