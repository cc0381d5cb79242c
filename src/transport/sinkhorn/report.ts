import type { SinkhornReport } from "./engine.ts";

const WORST_LAST = ["converged", "max-iterations", "non-finite"] as const;

/** The report of a batch from those of its pairs, each of which stopped by itself. */
export function joinReports(reports: readonly SinkhornReport[], checkEvery: number): SinkhornReport {
  const tests = reports.reduce((most, { errors }) => Math.max(most, errors.length), 0);
  const all = Array.from({ length: tests }, (_, test) =>
    reports.reduce((largest, { errors }) => Math.max(largest, errors[Math.min(test, errors.length - 1)]), 0),
  );
  const bad = all.findIndex((error) => !Number.isFinite(error));
  const errors = bad < 0 ? all : all.slice(0, bad + 1);
  const most = reports.reduce((count, { iterations }) => Math.max(count, iterations), 0);
  const worst = reports.reduce((last, { status }) => Math.max(last, WORST_LAST.indexOf(status)), 0);
  return {
    status: WORST_LAST[worst],
    iterations: bad < 0 ? most : Math.min(most, errors.length * checkEvery),
    errors,
    domain: reports.some(({ domain }) => domain === "log") ? "log" : "scaling",
  };
}
