import type { History, MadePage, Row, RunDetails, RunSummary } from "../messages.ts";

/** What the page knows, as the server told it. */
export interface State {
  isConnected: boolean;
  directory: string;
  readonly runs: Map<string, RunSummary>;
  notes: readonly string[];
  readonly pages: Map<string, MadePage>;
  /** Of the run that is looked at. */
  history: History | undefined;
  details: RunDetails | undefined;
}

export function emptyState(): State {
  return {
    isConnected: true,
    directory: "",
    runs: new Map(),
    notes: [],
    pages: new Map(),
    history: undefined,
    details: undefined,
  };
}

/** A history's rows by their names. */
export function rowsOf({ columns }: History): Row[] {
  const entries = Object.entries(columns);
  return (columns["step"] ?? []).map((_, index) => {
    return Object.fromEntries(
      entries.flatMap(([name, values]) => (values[index] === null ? [] : [[name, values[index]]])),
    );
  });
}
