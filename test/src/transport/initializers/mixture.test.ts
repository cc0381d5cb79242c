import { expect, it } from "vitest";
import { OptionError } from "../../../../src/errors.ts";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import { gaussian } from "../../../../src/transport/initializers/gaussian.ts";
import { mixtureStart } from "../../../../src/transport/initializers/mixture.ts";
import { sinkhornHost } from "../../../../src/transport/sinkhorn/host.ts";

const side = 24;
const geometry = unitGrid([side, side]);

/** A histogram of round Gaussians at (row, column) in [0, 1]. */
function bumps(centres: readonly (readonly [number, number])[], deviation = 0.06): Float64Array {
  const masses = Float64Array.from({ length: side * side }, (_, at) => {
    const [y, x] = [Math.floor(at / side) / (side - 1), (at % side) / (side - 1)];
    return centres.reduce(
      (sum, [cy, cx]) => sum + Math.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * deviation ** 2)),
      0,
    );
  });
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return masses.map((mass) => mass / total);
}

it("one component is the Gaussian start up to a constant, but for the ridge", () => {
  const [a, b] = [bumps([[0.3, 0.4]], 0.1), bumps([[0.6, 0.5]], 0.07)];
  const problem = { geometry, a, b, epsilon: 0.01 };
  const [one, closed] = [mixtureStart({ components: 1 }), gaussian].map((start) => start.hostPotential(problem));
  const shift = closed[300] - one[300];
  expect(one.map((value) => value + shift)).toBeAllclose(closed, { absolute: 0.02 });
});

it("single points and few of them are no trouble", () => {
  const at = (...points: number[]) =>
    Float64Array.from({ length: side * side }, (_, i) => (points.includes(i) ? 1 / points.length : 0));
  for (const [a, b] of [
    [at(5), at(300)],
    [at(5, 70), at(300)],
    [at(5), bumps([[0.5, 0.5]])],
  ]) {
    const solved = sinkhornHost(a, b, geometry, { epsilon: 0.05, initializer: mixtureStart(), tolerance: 1e-6 });
    expect(solved.status).toBe("converged");
  }
});

it("says what it does not take", () => {
  expect(() => mixtureStart({ components: 0 })).toThrow(OptionError);
  const half = Float64Array.of(0.5, 0.5);
  const run = () => sinkhornHost(half, half, unitGrid([2]), { epsilon: 1, initializer: mixtureStart() });
  expect(run).toThrow(/points of the plane, got cost squared-euclidean in 1 dimensions/);
});
