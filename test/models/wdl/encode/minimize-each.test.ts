import { expect, it } from "vitest";
import { minimizeEach, type EachObjective } from "../../../../models/wdl/encode/minimize-each.ts";

/** Rosenbrock's function with a valley of its own steepness for each problem; counts the evaluations of each. */
function valleys(steepness: readonly number[]) {
  const counts = steepness.map(() => 0);
  const objective: EachObjective = async (rows, x) => {
    const losses = new Float64Array(rows.length);
    const gradients = new Float64Array(x.length);
    rows.forEach((row, k) => {
      counts[row]++;
      const [a, b, c] = [x[2 * k], x[2 * k + 1], steepness[row]];
      losses[k] = 1 + (1 - a) ** 2 + c * (b - a * a) ** 2;
      gradients.set([-2 * (1 - a) - 4 * c * a * (b - a * a), 2 * c * (b - a * a)], 2 * k);
    });
    return { losses, gradients };
  };
  return { objective, counts };
}

it("brings each problem to its own minimum, by its own number of steps", async () => {
  const { objective, counts } = valleys([0.1, 1, 100]);
  const start = Float64Array.of(-1.2, 1, -1.2, 1, -1.2, 1);
  const found = await minimizeEach(objective, start, 2, { evaluations: 300, tolerance: 1e-15 });
  expect(found.x).toBeAllclose([1, 1, 1, 1, 1, 1], { absolute: 1e-6, relative: 0 });
  expect(found.converged).toBe(3);
  expect(found.evaluations).toBe(counts.reduce((sum, count) => sum + count));
  expect(counts[0]).toBeLessThan(counts[2] / 2);
});

it("does for each problem what it does for it alone", async () => {
  const together = valleys([1, 30]);
  const both = await minimizeEach(together.objective, Float64Array.of(0, 0.5, -1, 1), 2, {
    evaluations: 12,
    tolerance: 1e-4,
  });
  const alone = await minimizeEach(valleys([30]).objective, Float64Array.of(-1, 1), 2, {
    evaluations: 12,
    tolerance: 1e-4,
  });
  expect(both.x.slice(2)).toEqual(alone.x);
});

it("never ends above where it began, and makes no more evaluations than it may", async () => {
  const { objective, counts } = valleys([1e4, 1e4]);
  const start = Float64Array.of(-1.2, 1, 3, -3);
  const before = (await objective(Int32Array.of(0, 1), start)).losses;
  const { losses } = await minimizeEach(objective, start, 2, { evaluations: 6, tolerance: 0 });
  losses.forEach((loss, row) => expect(loss).toBeLessThan(before[row]));
  expect(Math.max(...counts)).toBeLessThanOrEqual(7);
});

it("takes Newton's step where the curvature is known", async () => {
  const objective: EachObjective = async (rows, x) => ({
    losses: Float64Array.from(rows, (_, k) => 5 + 50 * (x[2 * k] - 1) ** 2 + (x[2 * k + 1] + 1) ** 2),
    gradients: x.map((value, i) => (i % 2 === 0 ? 100 * (value - 1) : 2 * (value + 1))),
  });
  const inverseCurvature = () => Float64Array.of(1 / 100, 0, 0, 1 / 2);
  const { x, evaluations } = await minimizeEach(objective, Float64Array.of(0, 0), 2, {
    evaluations: 9,
    tolerance: 1e-9,
    inverseCurvature,
  });
  expect(x).toBeAllclose([1, -1]);
  expect(evaluations).toBe(2);
});
