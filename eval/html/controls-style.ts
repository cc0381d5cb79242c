/** Buttons, choices and sliders, everywhere the same. */
export const CONTROLS_STYLE = `
button, select, input[type="number"] {
  min-height: 2rem; padding: 0.25rem 0.75rem; border: 1px solid var(--edge); border-radius: 0.375rem;
  background: var(--paper); color: var(--ink); font: inherit; font-size: 0.875rem;
}
button, select, input[type="range"], input[type="checkbox"], summary { cursor: pointer; }
button:hover, select:hover { background: var(--panel); }
button:disabled { color: var(--soft); cursor: default; }
button[aria-pressed="true"] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
select { max-width: 100%; padding-right: 0.4rem; }
input[type="range"] { width: 100%; height: 1.5rem; margin: 0; accent-color: var(--accent); }
input[type="checkbox"], input[type="radio"] { accent-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 0.2rem; }
.controls { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; margin: 0.5rem 0 1rem; font-size: 0.9rem; }
.controls label { display: inline-flex; flex-wrap: wrap; gap: 0.25rem 0.5rem; align-items: center; max-width: 100%; }
`;
