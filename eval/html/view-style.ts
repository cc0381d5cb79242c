/** The look of points, matrices and surfaces with what a reader can press at them. */
export const VIEW_STYLE = `
.choice { display: flex; flex-wrap: wrap; gap: 0.25rem; margin: 0; padding: 0; border: 0; min-width: 0; }
.choice legend { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.choice label { position: relative; }
.choice input { position: absolute; inset: 0; margin: 0; opacity: 0; pointer-events: none; }
.choice span { padding: 0.2rem 0.65rem; border: 1px solid var(--edge); border-radius: 0.35rem; cursor: pointer; }
.choice input:checked + span { background: var(--ink); border-color: var(--ink); color: var(--paper); }
.choice input:hover:not(:checked) + span { background: var(--panel); }
.choice input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
.zoom, .legend { display: flex; flex-wrap: wrap; gap: 0.25rem; }
.legend { margin: 0.5rem 0 0; }
.legend button {
  display: inline-flex; align-items: center; gap: 0.35rem; max-width: 100%; border-color: transparent; box-shadow: none;
  text-align: left; overflow-wrap: anywhere;
}
.legend svg { flex: none; }
.legend button[aria-pressed="false"] { color: var(--soft); text-decoration: line-through; }
.legend button[aria-pressed="false"] svg { opacity: 0.25; }
.turns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 1rem 2rem; }
.turns h3 { margin: 0 0 0.35rem; font-size: 0.9rem; font-weight: 500; }
.turn-frame { position: relative; }
.turn { display: block; touch-action: pan-y; cursor: grab; color: inherit; }
.turn:active { cursor: grabbing; }
.turn-hint { position: absolute; z-index: 1; pointer-events: none; overflow-wrap: anywhere; }
.turn-hint[hidden] { display: none; }
.controls .note { margin: 0; color: var(--soft); }
.turn-hint {
  max-width: min(22rem, 80vw); padding: 0.4rem 0.6rem; border: 1px solid var(--edge); border-radius: 0.375rem;
  background: var(--paper); color: var(--ink); font-size: 0.8rem; line-height: 1.4;
}
`;
