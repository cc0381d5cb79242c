/** Of morphs and of reconstructions that are looked at. */
export const MORPH_STYLE = `
.morph { display: grid; grid-template-columns: minmax(0, 20rem) minmax(0, 1fr); gap: 1rem 2rem; align-items: start; }
.morph-controls { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: center; }
.morph-picture > canvas { display: block; width: 100%; height: auto; image-rendering: pixelated; }
.morph-picture > svg { display: block; width: 100%; height: auto; }
[data-fault] { opacity: 0.25; }
.status:empty { display: none; }
.status { margin: 0.5rem 0 0; color: var(--soft); font-size: 0.9rem; }
.pad { flex: 0 1 20rem; min-width: 12rem; cursor: crosshair; }
.pad .outline { fill: var(--panel); stroke: var(--soft); stroke-width: 1; stroke-linejoin: round; touch-action: none; }
.pad .dot { fill: var(--soft); touch-action: none; }
.pad .handle { fill: var(--accent); stroke: var(--paper); stroke-width: 2; cursor: grab; touch-action: none; }
.pad .handle:focus-visible { outline: none; stroke: var(--ink); stroke-width: 3; }
.pad text { user-select: none; }
.sliders { flex: 1 1 15rem; margin: 0; padding: 0; border: 0; min-width: 0; }
.sliders legend { padding: 0; font-weight: 600; font-size: 0.9rem; }
.sliders label { display: grid; grid-template-columns: 6.5rem minmax(5rem, 1fr) minmax(3rem, auto); gap: 0.75rem; align-items: center; padding: 0.2rem 0; font-size: 0.9rem; }
.sliders label > span:first-child { white-space: nowrap; display: flex; align-items: center; gap: 0.5rem; }
.sliders img { width: 1.75rem; height: 1.75rem; object-fit: contain; }
.sliders .value { text-align: right; font-variant-numeric: tabular-nums; }
@media (max-width: 50rem) { .morph { grid-template-columns: minmax(0, 1fr); } .morph-picture > canvas { max-width: 20rem; } }

.reconstructions { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1rem 1.5rem; align-items: start; }
.reconstructions .panel { margin: 0 0 0.75rem; }
.reconstructions canvas { display: block; width: 100%; max-width: 20rem; height: auto; image-rendering: pixelated; }
.words { margin: 0.35rem 0 0; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
.strip { display: flex; gap: 2px; margin: 0 0 1.25rem; padding: 3px; overflow-x: auto; }
.strip button { flex: none; min-height: 0; padding: 2px; border: 0; background: none; }
.strip button.chosen { outline: 2px solid var(--accent); }
.strip canvas { display: block; width: 2.5rem; height: auto; }
.weight-bars { width: 100%; max-width: 20rem; font-size: 0.85rem; }
.weight-bars caption { caption-side: top; padding: 0 0 0.25rem; color: var(--ink); }
.weight-bars th, .weight-bars td { padding: 0.15rem 0.5rem 0.15rem 0; border: 0; white-space: nowrap; vertical-align: middle; }
.weight-bars td:nth-child(2) { width: 100%; }
.bar { display: block; height: 0.7rem; min-width: 1px; background: var(--accent); border: 1px solid var(--accent); border-radius: 1px; }
.bar.negative { background: none; }
`;
