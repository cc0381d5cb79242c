import type { Row } from "../messages.ts";
import type { State } from "./state.ts";

/** One of the dashboard's pages: made once, then kept up with the state. */
export interface View {
  readonly title: string;
  readonly box: HTMLElement;
  show(state: State): void;
  /** Takes the rows that the run has logged since its history was shown. */
  append?(rows: readonly Row[]): void;
  /** Frees what it holds; it is not shown again. */
  leave?(): void;
}
