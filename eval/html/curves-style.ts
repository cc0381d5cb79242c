/** The look of curves that are drawn in a page: part of `PAGE_STYLE`. */
export const CURVES_STYLE = `
.curves-bar { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; align-items: center; margin: 0 0 0.75rem; font-size: 0.9rem; }
.curves-bar fieldset { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0; padding: 0; border: 0; }
.curves-bar fieldset[hidden] { display: none; }
.curves-bar legend { float: left; margin: 0 0.75rem 0 0; padding: 0; color: var(--soft); }
.curves button {
  font: inherit; font-size: 0.85rem; color: var(--ink); background: var(--panel); border: 1px solid var(--line);
  border-radius: 0.35rem; padding: 0.15rem 0.6rem; cursor: pointer;
}
.curves button:disabled { color: var(--soft); cursor: default; opacity: 0.7; }
.curves-legend { display: flex; flex-wrap: wrap; gap: 0.35rem; }
.curves-legend button { display: inline-flex; align-items: center; gap: 0.4rem; max-width: 100%; overflow-wrap: anywhere; text-align: left; }
.curves-legend button svg, .curves-tip svg { flex: none; }
.curves-legend button[aria-pressed="false"] { color: var(--soft); text-decoration: line-through; background: none; }
.curves-legend button[aria-pressed="false"] svg { opacity: 0.25; }
.curves-panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem 2rem; }
.curves-panel { min-width: 0; }
.curves-head { display: flex; flex-wrap: wrap; gap: 0.25rem 0.9rem; align-items: baseline; margin: 0 0 0.35rem; font-size: 0.85rem; }
.curves-head h3 { margin: 0; font-size: 0.9rem; font-weight: 500; }
.curves-head label { color: var(--soft); }
.curves-plot { position: relative; touch-action: pan-y; cursor: crosshair; user-select: none; border-radius: 0.25rem; }
.curves-plot:focus-visible { outline: 2px solid #2b83c6; outline-offset: 3px; }
.curves-chart svg { display: block; max-width: none; }
.curves-brush { position: absolute; top: 0; bottom: 2.5rem; background: currentColor; opacity: 0.12; pointer-events: none; }
.curves-cursor { will-change: transform; position: absolute; inset: 0; overflow: hidden; pointer-events: none; }
.curves-rule { position: absolute; border-left: 1px solid currentColor; opacity: 0.6; }
.curves-dot { position: absolute; width: 8px; height: 8px; margin: -4px; border-radius: 50%; box-shadow: 0 0 0 1.5px var(--paper); }
.curves-tip {
  will-change: transform; position: absolute; top: 0.25rem; z-index: 1; max-width: 75%; padding: 0.35rem 0.6rem;
  pointer-events: none; font-size: 0.8rem; line-height: 1.4; font-variant-numeric: tabular-nums; color: var(--ink);
  background: var(--paper); border: 1px solid var(--line); border-radius: 0.35rem;
}
.curves-tip > div { display: flex; flex-wrap: wrap; gap: 0 0.4rem; align-items: center; overflow-wrap: anywhere; }
.curves-tip .curves-x { color: var(--soft); }
.curves-brush[hidden], .curves-cursor[hidden], .curves-tip[hidden] { display: none; }
.curves-hint { margin: 0.5rem 0 0; color: var(--soft); font-size: 0.85rem; }
@media print { .curves-bar button, .curves-hint { display: none; } }
`;
