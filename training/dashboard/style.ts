/** What the dashboard adds to the look of reports. */
export const DASHBOARD_STYLE = `
:root { --accent: #1d6fae; --good: #00735a; --warn: #a04a00; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --accent: #6cb4e8; --good: #3fbf9a; --warn: #f0995a; --bad: #ff8a80; }
}
main { grid-template-columns: minmax(0, 1fr); padding-top: 1.5rem; }
main > * { grid-column: 1 / -1; min-width: 0; }
.top { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 1rem; margin: 0 0 1.5rem; }
.top .place { color: var(--soft); font-size: 0.9rem; overflow-wrap: anywhere; }
.top .connection { margin-left: auto; font-size: 0.9rem; color: var(--soft); }
.top .connection.lost { color: var(--bad); font-weight: 600; }
[hidden] { display: none !important; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
button, .button {
  display: inline-block; padding: 0.4rem 0.9rem; border: 1px solid var(--line); border-radius: 0.4rem;
  background: var(--panel); color: var(--ink); font: inherit; font-size: 0.95rem; text-decoration: none; cursor: pointer;
}
button:hover, .button:hover { border-color: var(--soft); }
button:disabled { color: var(--soft); cursor: default; border-style: dashed; }
.actions { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0 0 1rem; }
.notice { margin: 0 0 1rem; padding: 0.6rem 0.9rem; max-width: none; border-left: 4px solid var(--warn); background: var(--panel); overflow-wrap: anywhere; }
.notice.bad { border-color: var(--bad); }
.runs { list-style: none; margin: 0 0 1.5rem; padding: 0; }
.runs li {
  display: grid; align-items: center; gap: 0.2rem 1rem; padding: 0.8rem 0; border-bottom: 1px solid var(--line);
  grid-template-columns: 1.5rem minmax(0, 1fr) 8rem 9.5rem; grid-template-areas: "pick name spark state" "pick about spark step" ". problem problem problem";
}
.runs input { grid-area: pick; width: 1.2rem; height: 1.2rem; margin: 0; accent-color: var(--accent); }
.runs .name { grid-area: name; overflow-wrap: anywhere; font-weight: 600; }
.runs .about { grid-area: about; color: var(--soft); font-size: 0.9rem; overflow-wrap: anywhere; }
.runs .spark { grid-area: spark; height: 2.2rem; width: 100%; color: var(--accent); overflow: visible; }
.runs .state { grid-area: state; }
.runs .step { grid-area: step; color: var(--soft); font-size: 0.9rem; font-variant-numeric: tabular-nums; }
.runs .problem { grid-area: problem; color: var(--bad); font-size: 0.9rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  main { padding: 1rem 1rem 3rem; }
  .runs li {
    grid-template-columns: 1.5rem minmax(0, 1fr) auto;
    grid-template-areas: "pick name name" ". state step" ". about about" ". problem problem" ". spark spark";
  }
}
.state { font-weight: 600; white-space: nowrap; }
.state::before { content: ""; display: inline-block; width: 0.65em; height: 0.65em; margin-right: 0.4em; border-radius: 50%; border: 2px solid currentColor; }
.state[data-state="running"], .state[data-state="writing"], .state[data-state="starting"] { color: var(--accent); }
.state[data-state="running"]::before { background: currentColor; animation: pulse 2s ease-in-out infinite; }
.state[data-state="finished"] { color: var(--good); }
.state[data-state="finished"]::before { background: currentColor; }
.state[data-state="stopping"], .state[data-state="interrupted"] { color: var(--warn); }
.state[data-state="unreadable"] { color: var(--bad); }
@keyframes pulse { 50% { opacity: 0.35; } }
@media (prefers-reduced-motion: reduce) { .state::before { animation: none !important; } }
.progress { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1rem; margin: 0.75rem 0 1.25rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.bar { display: contents; }
progress { flex: 1 1 12rem; height: 0.6rem; accent-color: var(--accent); }
iframe { display: block; width: 100%; height: 80vh; border: 1px solid var(--line); border-radius: 0.4rem; background: var(--paper); }
h2 { margin-top: 2.25rem; }
`;
