import type { Reporter } from "./reporter.ts";

const nothing = () => undefined;

/** Says nothing. */
export const quietReporter: Reporter = { start: nothing, within: nothing, row: nothing, end: nothing, close: nothing };
