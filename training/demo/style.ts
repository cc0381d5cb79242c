/** What the demo adds to the look of reports. */
export const DEMO_STYLE = `
main { grid-template-columns: minmax(0, 1fr); padding-top: 1.5rem; }
main > * { grid-column: 1 / -1; min-width: 0; }
[hidden] { display: none !important; }
h2 { margin-top: 2rem; }
.drop { padding: 1rem 1.25rem 0.5rem; border: 2px dashed var(--edge); border-radius: 0.5rem; background: var(--panel); }
.drop.over { border-color: var(--accent); }
.drop p { margin: 0 0 0.5rem; }
.settings { margin: 1rem 0; padding: 0; border: 0; min-width: 0; }
.settings legend { padding: 0 0 0.5rem; font-weight: 600; }
.settings input { width: 5rem; }
.inputs { display: flex; flex-wrap: wrap; gap: 4px; margin: 0.75rem 0 0; }
.inputs canvas { width: 3rem; height: auto; image-rendering: pixelated; }
.atoms { display: grid; grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); gap: 0.75rem; }
.atoms canvas { display: block; width: 100%; max-width: 10rem; height: auto; image-rendering: pixelated; }
.backend { overflow-wrap: anywhere; }
`;
