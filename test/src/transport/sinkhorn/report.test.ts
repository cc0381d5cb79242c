import { expect, it } from "vitest";
import type { SinkhornReport } from "../../../../src/transport/sinkhorn/engine.ts";
import { joinReports } from "../../../../src/transport/sinkhorn/report.ts";

const pair = (status: SinkhornReport["status"], errors: number[], domain: SinkhornReport["domain"] = "scaling") => {
  return { status, iterations: 5 * errors.length, errors, domain };
};

it("a pair that has stopped keeps its last error, and the worst status is the batch's", () => {
  const joint = joinReports([pair("converged", [0.5, 0.01]), pair("max-iterations", [0.3, 0.2, 0.1], "log")], 5);
  expect(joint).toEqual({ status: "max-iterations", iterations: 15, errors: [0.5, 0.2, 0.1], domain: "log" });
});

it("the tests of a batch end with the first error that is not finite", () => {
  const joint = joinReports([pair("converged", [0.5, 0.4, 0.01]), pair("non-finite", [0.3, NaN])], 5);
  expect(joint).toEqual({ status: "non-finite", iterations: 10, errors: [0.5, NaN], domain: "scaling" });
});

it("a batch of no pairs has converged", () => {
  expect(joinReports([], 5)).toEqual({ status: "converged", iterations: 0, errors: [], domain: "scaling" });
});
