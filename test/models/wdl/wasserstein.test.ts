import { describe, expect, it } from "vitest";
import { dataTerm } from "../../../models/wdl/losses.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { rowOf } from "../../../src/tensor/ndarray.ts";
import { atOnce } from "../../../src/transport/barycenter/pieces.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { dot, randomNormal } from "../../support/problems.ts";
import { directionalDifference, randomRows } from "../../support/wdl.ts";

const geometry = grid({ size: [12, 10] });
const settings = { geometry, epsilon: 0.7 };
const pixels = 120;
const data = randomRows(3, pixels, 5, 0.3);
const barycenters = randomRows(3, pixels, 41).map((mass) => 0.97 * mass);

function evaluate(p: Float64Array, term = dataTerm("wasserstein-normalized", data, settings)) {
  const gradient = new Float64Array(p.length).fill(NaN);
  const losses = atOnce(term.evaluateAll!(p, gradient));
  return { losses, gradient, value: losses.reduce((sum, loss) => sum + loss, 0) };
}

describe("Wasserstein losses of all data points at once", () => {
  it("are those of converged Sinkhorn iterations", () => {
    const { losses } = evaluate(barycenters);
    const expected = Array.from({ length: 3 }, (_, row) => {
      const a = rowOf(barycenters, pixels, row).map((mass) => mass / 0.97);
      const x = rowOf(data, pixels, row);
      const { f, g } = sinkhornHost(a, x, geometry, { epsilon: 0.7, tolerance: 1e-13, maxIterations: 1e6 });
      const held = (mass: number, potential: number) => (mass > 0 ? mass * potential : 0);
      return a.reduce((sum, mass, i) => sum + held(mass, f[i]) + held(x[i], g[i]), 0) - 0.7;
    });
    expect(losses).toBeAllclose(expected, { relative: 1e-10, absolute: 1e-10 });
  });

  it("have a gradient that agrees with finite differences", () => {
    const direction = randomNormal(3 * pixels, 7).map((value, i) => 0.01 * value * barycenters[i]);
    const expected = directionalDifference((p) => evaluate(p).value, barycenters, direction, 1e-2);
    expect([dot(evaluate(barycenters).gradient, direction)]).toBeAllclose([expected], { relative: 1e-5 });
  });

  it("agree from a warm start to the tolerance, in fewer products", () => {
    const term = dataTerm("wasserstein-normalized", data, settings);
    const near = barycenters.map((mass, i) => mass * (1 + 0.001 * Math.sin(i)));
    evaluate(near, term);
    const cold = term.report!();
    const before = term.memory!.values!.slice();
    const warm = evaluate(barycenters, term);
    const { losses, gradient } = evaluate(barycenters);
    expect(warm.losses).toBeAllclose(losses, { relative: 1e-9, absolute: 1e-9 });
    expect(warm.gradient).toBeAllclose(gradient, { relative: 1e-6, absolute: 1e-6 });
    expect(term.report!()["lossProducts"]).toBeLessThan(cold["lossProducts"]);
    expect(before).not.toEqual(term.memory!.values);
    // bits are those of the memory
    term.memory!.values = before;
    expect(evaluate(barycenters, term)).toEqual(warm);
  });

  it("tell of data points whose products run out", () => {
    const term = dataTerm("wasserstein", data, { ...settings, maxProducts: 4 });
    evaluate(barycenters, term);
    expect(term.report!()["lossUnconverged"]).toBe(3);
    const solved = dataTerm("wasserstein", data, settings);
    evaluate(barycenters, solved);
    expect(solved.report!()["lossUnconverged"]).toBe(0);
  });

  it("are infinite where a barycenter has no mass, with slopes of 0, and leave the others alone", () => {
    const empty = barycenters.slice();
    empty.fill(0, pixels, 2 * pixels);
    const { losses, gradient } = evaluate(empty);
    const whole = evaluate(barycenters);
    expect(losses[1]).toBe(Infinity);
    expect(gradient.subarray(pixels, 2 * pixels).every((slope) => slope === 0)).toBe(true);
    expect([losses[0], losses[2]]).toBeAllclose([whole.losses[0], whole.losses[2]], { relative: 1e-10 });
  });
});
