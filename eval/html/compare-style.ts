/** The look of comparisons: part of `PAGE_STYLE`. */
export const COMPARE_STYLE = `
.gallery { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 1rem 2rem; align-items: start; }
.gallery figcaption { margin-top: 0.35rem; overflow-wrap: anywhere; }
td.number { overflow-wrap: normal; white-space: nowrap; }
.best { color: var(--soft); }
.bars { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem 2rem; }
.bars > div { min-width: 0; }
.bars h3 { margin: 0 0 0.35rem; font-size: 0.9rem; font-weight: 500; }
`;
