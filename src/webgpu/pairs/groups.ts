import { kernelLimits } from "../limits.ts";
import type { ColumnStorage } from "./columns.ts";
import { NUMBERS_PER_JOB, type PairJob } from "./jobs.ts";
import { mostPanelBytes, PanelLayout } from "./panels.ts";

/** A pair on its way: histograms by their numbers, the rest as in its job. */
export interface OpenPair extends Pick<PairJob, "potential" | "start" | "result"> {
  readonly rows: number;
  readonly columns: number;
  /** Which buffer its potential is in. */
  readonly segment: number;
}

/** Pairs of one launch, and the panels that they read. */
export interface Group {
  readonly jobs: PairJob[];
  readonly panels: PanelLayout;
  readonly segment: number;
}

/** Cuts pairs into launches: potentials in one buffer, panels and columns within what the device binds. The order stays. */
export function groupsOf(
  pairs: Iterable<OpenPair>,
  { bins, starts }: { readonly bins: number; readonly starts: Int32Array },
  { bufferBytes }: ColumnStorage,
): Group[] {
  const most = kernelLimits().maxStorageBufferBindingSize;
  const mostJobs = Math.floor(most / Math.max(bufferBytes, 4 * NUMBERS_PER_JOB));
  const mostPanels = mostPanelBytes();
  const sizeOf = (histogram: number): number => starts[histogram + 1] - starts[histogram];
  const groups: Group[] = [];
  for (const { rows, columns, segment, ...pair } of pairs) {
    let group = groups.at(-1);
    const size = sizeOf(columns);
    const goesOn =
      group?.segment === segment && group.jobs.length < mostJobs && group.panels.bytesWith(columns, size) <= mostPanels;
    if (!group || !goesOn) groups.push((group = { jobs: [], panels: new PanelLayout(bins), segment }));
    group.jobs.push({
      ...pair,
      rows: starts[rows],
      rowCount: sizeOf(rows),
      columns: starts[columns],
      columnCount: size,
      panel: group.panels.place(columns, starts[columns], size),
    });
  }
  return groups;
}
