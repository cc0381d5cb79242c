/** Rows of one kind: what a chart was drawn from. */
export type Rows = readonly Readonly<Record<string, unknown>>[];
