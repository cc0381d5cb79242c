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
.sliders label { display: grid; grid-template-columns: 6rem minmax(5rem, 1fr) minmax(3rem, auto); gap: 0.75rem; align-items: center; padding: 0.2rem 0; font-size: 0.9rem; }
.sliders label > span:first-child { display: flex; align-items: center; gap: 0.5rem; }
.sliders img { width: 1.75rem; height: 1.75rem; object-fit: contain; }
.sliders .value { text-align: right; font-variant-numeric: tabular-nums; }
@media (max-width: 50rem) { .morph { grid-template-columns: minmax(0, 1fr); } .morph-picture > canvas { max-width: 20rem; } }
`;
