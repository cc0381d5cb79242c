/** The look of what a reader can press at a figure: choices, classes, zoom. */
export const VIEW_STYLE = `
.controls { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem 1rem; margin: 0 0 0.75rem; }
.choice { display: flex; flex-wrap: wrap; gap: 0.25rem; margin: 0; padding: 0; border: 0; min-width: 0; }
.choice legend { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.choice label { position: relative; }
.choice input { position: absolute; inset: 0; margin: 0; opacity: 0; pointer-events: none; }
.choice span, .zoom button, .legend button {
  display: inline-block; padding: 0.2rem 0.65rem; border: 1px solid var(--line); border-radius: 0.35rem;
  background: transparent; color: var(--ink); font: inherit; font-size: 0.85rem; line-height: 1.4; cursor: pointer;
}
.choice input:checked + span { background: var(--ink); border-color: var(--ink); color: var(--paper); }
.choice input:hover:not(:checked) + span, .zoom button:hover, .legend button:hover { background: var(--panel); }
.choice input:focus-visible + span, .zoom button:focus-visible, .legend button:focus-visible, .turn:focus-visible {
  outline: 2px solid #2b83c6; outline-offset: 2px;
}
.zoom, .legend { display: flex; flex-wrap: wrap; gap: 0.25rem; }
.legend { margin: 0.5rem 0 0; }
.legend button { display: inline-flex; align-items: center; gap: 0.35rem; border-color: transparent; max-width: 100%; text-align: left; overflow-wrap: anywhere; }
.legend svg { flex: none; }
.legend button[aria-pressed="false"] { color: var(--soft); text-decoration: line-through; }
.legend button[aria-pressed="false"] svg { opacity: 0.25; }
`;
