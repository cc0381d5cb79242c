import { expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { hilbertMetric, marginalViolation, planMarginals } from "../../../../src/transport/sinkhorn/metrics.ts";
import { points } from "../../../support/problems.ts";
import { reference } from "../../../support/reference.ts";

const stored = reference<{
  marginalViolation: { a: number[]; b: number[]; plan: number[][]; first: number; second: number; violation: number };
  hilbert: { u: number[]; v: number[]; ofVectors: number };
}>("marginal_metrics");

it("marginal violation is the reference's", () => {
  const { a, b, plan, first, second, violation } = stored.marginalViolation;
  const measured = marginalViolation(a, b, planMarginals(points(plan)));
  const values = [measured.first, measured.second, measured.violation];
  expect(values).toBeAllclose([first, second, violation], { absolute: 1e-15 });
  expect(() => marginalViolation(a, b, [b, a])).toThrow(InputError);
});

it("Hilbert metric is the reference's, blind to scale, and passes over absent mass", () => {
  const { u, v, ofVectors } = stored.hilbert;
  const logU = u.map(Math.log);
  const logV = v.map(Math.log);
  expect([hilbertMetric(logU, logV)]).toBeAllclose([ofVectors], { absolute: 1e-15 });
  expect([
    hilbertMetric(
      logU.map((value) => value + 3),
      logV,
    ),
  ]).toBeAllclose([ofVectors], { absolute: 1e-14 });
  expect(hilbertMetric([-Infinity, 1, 2], [-Infinity, 0, 0])).toBe(1);
  expect(hilbertMetric([-Infinity, 1], [0, 0])).toBe(Infinity);
  expect(hilbertMetric([-Infinity], [-Infinity])).toBe(0);
});
