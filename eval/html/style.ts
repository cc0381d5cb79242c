import { CONTROLS_STYLE } from "./controls-style.ts";
import { MORPH_STYLE } from "./morph-style.ts";
import { COMPARE_STYLE } from "./compare-style.ts";
import { CURVES_STYLE } from "./curves-style.ts";
import { VIEW_STYLE } from "./view-style.ts";

/** The look of a page: one column, two for small figures side by side, the system's font, two inks. Light and dark follow the reader's setting. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1c1e21; --soft: #5c636b; --line: #e2e5e9; --paper: #ffffff; --panel: #f6f7f9;
  --edge: #8b929a; --accent: #1f6fb0;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --soft: #a2a9b1; --line: #33383e; --paper: #15171a; --panel: #1d2024; --edge: #6d757e; --accent: #6cb1ea; }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", sans-serif;
}
main {
  max-width: 64rem; margin: 0 auto; padding: 3rem 1.5rem 5rem;
  display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); column-gap: 2rem;
}
header, nav, section { grid-column: 1 / -1; min-width: 0; }
section.half { grid-column: span 1; }
@media (max-width: 50rem) { section.half { grid-column: 1 / -1; } }
section[id] { scroll-margin-top: 2rem; }
.contents {
  position: sticky; top: 0; z-index: 2; margin-top: 1.5rem; padding: 0.4rem 0; background: var(--paper);
  border-bottom: 1px solid var(--line); font-size: 0.9rem;
}
.contents ul { display: flex; gap: 0.25rem 1.25rem; margin: 0; padding: 4px; overflow-x: auto; list-style: none; }
.contents a { white-space: nowrap; color: var(--soft); text-decoration: none; }
.contents a:hover { color: var(--ink); text-decoration: underline; }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { margin: 3rem 0 1rem; font-size: 1.25rem; line-height: 1.3; }
p { max-width: 44rem; margin: 0 0 1rem; }
.subtitle { margin: 0.5rem 0 0; color: var(--soft); }
.highlights { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 2rem 0 0; }
.highlights div { flex: 1 1 9rem; padding: 0.9rem 1.1rem; border-radius: 0.5rem; background: var(--panel); }
.highlights dt { color: var(--soft); font-size: 0.85rem; }
.highlights dd { margin: 0; }
.highlights .value { font-size: 1.6rem; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.4; }
.highlights .note { color: var(--soft); font-size: 0.85rem; }
figure { margin: 0 0 1.5rem; }
figure img, figure svg { display: block; max-width: 100%; height: auto; overflow: visible; }
figcaption, caption { max-width: 44rem; margin-top: 0.75rem; color: var(--soft); font-size: 0.9rem; text-align: left; }
caption { caption-side: bottom; padding-top: 0.75rem; margin: 0; }
.drawing.vega-embed { overflow-x: auto; }
.drawing.vega-embed svg { overflow: hidden; }
.table { overflow-x: auto; margin: 0 0 1.5rem; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.35rem 2rem 0.35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 400; color: var(--soft); }
thead th { font-weight: 600; color: var(--ink); }
.number { text-align: right; }
td { overflow-wrap: anywhere; }
section > details > summary { margin-top: 3rem; }
section > details[open] > summary { margin-bottom: 1rem; }
summary h2 { display: inline; margin: 0; }
.tools { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin: 0.75rem 0 0; font-size: 0.9rem; }
.tools .data[open] { flex: 1 1 100%; order: 1; min-width: 0; }
.tools .data:not([open]) { margin-right: 1rem; order: -1; }
.data > summary { padding: 0.25rem 0; }
.data > button { margin: 0.25rem 0 0.5rem; }
.data .table { max-height: 24rem; overflow: auto; margin: 0 0 1rem; }
.data th, .data td { padding-right: 1.25rem; overflow-wrap: normal; }
.data thead th { position: sticky; top: 0; background: var(--paper); }
${CURVES_STYLE}
${COMPARE_STYLE}
${CONTROLS_STYLE}
${MORPH_STYLE}
${VIEW_STYLE}
#vg-tooltip-element.vg-tooltip {
  max-width: min(24rem, 90vw); padding: 0.4rem 0.6rem; border: 1px solid var(--edge); border-radius: 0.375rem; box-shadow: none;
  background: var(--paper); color: var(--ink); font: inherit; font-size: 0.8rem; line-height: 1.4; font-variant-numeric: tabular-nums;
}
#vg-tooltip-element.vg-tooltip td { padding: 0 0.75rem 0 0; border: 0; overflow: visible; max-width: none; }
#vg-tooltip-element.vg-tooltip td.key { color: var(--soft); max-width: none; text-align: left; }
#vg-tooltip-element.vg-tooltip td.value { max-width: 14rem; padding: 0; white-space: normal; }
@media (max-width: 30rem) { main { padding: 1.5rem 1rem 3rem; } h1 { font-size: 1.6rem; } }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print {
  :root { color-scheme: light; --ink: #000000; --soft: #444444; --line: #cccccc; --paper: #ffffff; --panel: #f6f7f9; --accent: #1f6fb0; }
  main { padding: 0; max-width: none; }
  .contents, .tools, .controls, button { display: none; }
  figure, tr, .highlights div { break-inside: avoid; }
  h2 { break-after: avoid; }
  .table, .drawing.vega-embed { overflow: visible; }
}
`;
