/** What a drawing says, in the order of its elements. */
export function svgTexts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
}

/** What must hold for every drawing: finite coordinates, nothing fetched, no ink that the page cannot change. */
export function svgFaults(svg: string): string[] {
  const patterns = {
    "not a number": /NaN|Infinity|undefined/,
    link: /href="(?!data:)/,
    black: /"(#000|#000000|black)"/,
  };
  const faults = Object.entries(patterns).filter(([, pattern]) => pattern.test(svg));
  return [...(svg.startsWith("<svg") ? [] : ["not a drawing"]), ...faults.map(([name]) => name)];
}
