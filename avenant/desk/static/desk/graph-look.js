// How boxes and links look: the colour of the stage, the drawing of the kind, and what the moment makes of them.
import { icon } from "./graph-icons.js";

export const BOX = { width: 164, height: 60 };
export const STAGE_COLOURS = { told: "secu", understood: "others", rules: "pending", decided: "ours", booked: "pocket", settled: "accent" };

const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

export const style = (model, colour) => {
  const kinds = new Map([...model.states.values()].map(([first]) => [first.kind, first.stage]));
  const edged = (name, width) => ({ "border-color": colour(name), "border-width": width });
  return [
    { selector: "node", style: {
      shape: "round-rectangle", ...BOX, label: "data(label)", "text-wrap": "wrap", "text-max-width": 160, "min-zoomed-font-size": 3,
      "text-valign": "center", "font-size": 11, "line-height": 1.2, color: colour("ink"), "background-color": colour("sheet"),
      "background-width": 13, "background-height": 13, "background-position-x": 6, "background-position-y": 4,
      "border-width": 1.5, "border-color": colour("line-strong"), "transition-property": "opacity", "transition-duration": still ? 0 : 150 } },
    ...[...kinds].map(([kind, stage]) => ({ selector: `node[kind="${kind}"]`, style: { "border-color": colour(STAGE_COLOURS[stage]), "background-image": icon(kind, colour(STAGE_COLOURS[stage])) } })),
    { selector: "edge", style: { width: 1.2, "line-color": colour("line-strong"), "target-arrow-color": colour("line-strong"), "target-arrow-shape": "triangle", "curve-style": "bezier", "arrow-scale": 0.7 } },
    { selector: ".group", style: { "border-style": "double", "border-width": 4 } },
    { selector: ".later", style: { opacity: 0.08, events: "no" } },
    { selector: ".gone", style: { opacity: 0.25 } },
    { selector: "node.struck", style: { "border-style": "dashed", color: colour("faint"), "background-color": colour("raised") } },
    { selector: "node.more", style: { "border-width": 3 } },
    { selector: "node.chosen", style: { "background-color": colour("accent-soft"), "border-width": 3 } },
    { selector: "node.unfound", style: { opacity: 0.15 } },
    { selector: "node.added", style: edged("ours", 4) },
    { selector: "node.removed", style: { ...edged("refused", 4), "border-style": "dashed", opacity: 0.7 } },
    { selector: "node.changed", style: edged("pocket", 4) },
  ];
};
