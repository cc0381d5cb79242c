import { describe, expect, it } from "vitest";
import { KL_FLOOR, LOSS_NAMES, lossByName, type LossName } from "../../../models/wdl/losses.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { dot, randomHistogram, randomNormal } from "../../support/problems.ts";
import { CONVERGED, dictionaryCases, directionalDifference } from "../../support/wdl.ts";

const geometry = grid({ size: [4, 5] });
const settings = { geometry, epsilon: 1.5, ...CONVERGED };

function evaluate(name: LossName, p: Float64Array, x: Float64Array): { value: number; gradient: Float64Array } {
  const gradient = new Float64Array(p.length).fill(NaN);
  return { value: lossByName(name, settings)(p, x, gradient), gradient };
}

describe.each(dictionaryCases)("losses of $name", ({ size, epsilon, target, p, losses }) => {
  it.each(LOSS_NAMES)("%s equals the reference", (name) => {
    const gradient = new Float64Array(p.length);
    const loss = lossByName(name, { geometry: grid({ size }), epsilon, ...CONVERGED });
    const value = loss(Float64Array.from(p), Float64Array.from(target), gradient);
    expect([value]).toBeAllclose([losses[name].loss], { relative: 1e-9, absolute: 0 });
    expect(gradient).toBeAllclose(losses[name].gradientP, { relative: 1e-9, absolute: 1e-9 });
  });
});

describe("gradients of the losses", () => {
  const x = randomHistogram(20, 3);
  const p = randomHistogram(20, 5).map((mass) => 0.9 * mass); // a mass below one, as after finitely many iterations
  const direction = randomNormal(20, 7).map((value, index) => 0.01 * value * p[index]);

  // "wasserstein" is the paper's form, which is not the gradient of its value
  it.each(LOSS_NAMES.filter((name) => name !== "wasserstein"))("%s agrees with finite differences", (name) => {
    const { gradient } = evaluate(name, p, x);
    const expected = directionalDifference((at) => evaluate(name, at, x).value, p, direction, 1e-3);
    expect([dot(gradient, direction)]).toBeAllclose([expected], { relative: 1e-5, absolute: 1e-9 });
  });

  it("wasserstein is centred, its normalised form orthogonal to p, and neither value sees the mass of p", () => {
    const paper = evaluate("wasserstein", p, x);
    const exact = evaluate("wasserstein-normalized", p, x);
    const whole = evaluate("wasserstein", randomHistogram(20, 5), x);
    expect([dot(paper.gradient, new Float64Array(20).fill(1)), dot(exact.gradient, p)]).toBeAllclose([0, 0]);
    expect([paper.value, exact.value]).toBeAllclose([whole.value, whole.value]);
  });
});

describe("masses of zero", () => {
  const x = randomHistogram(20, 11, 0.4);
  const p = randomHistogram(20, 13, 0.4);

  it("kl reads zero data as its floor, and 0 log 0 as 0", () => {
    const { value, gradient } = evaluate("kl", p, x);
    const expected = p.reduce(
      (sum, mass, i) => sum + (mass > 0 ? mass * Math.log(mass / Math.max(x[i], KL_FLOOR)) : 0) - mass + x[i],
      0,
    );
    expect([value]).toBeAllclose([expected]);
    expect(value).toBeGreaterThan(1); // p puts mass on zero pixels of x
    expect(gradient.every(Number.isFinite)).toBe(true);
    expect(gradient.filter((_, i) => p[i] === 0 && x[i] > 0).every((slope) => slope < -500)).toBe(true);
  });

  it("kl of a histogram from itself is zero with its zeros", () => {
    const { value, gradient } = evaluate("kl", x, x);
    expect(value).toBe(0);
    expect(Array.from(gradient).filter((_, i) => x[i] > 0)).toBeAllclose(
      Array.from(
        x.filter((mass) => mass > 0),
        () => 0,
      ),
    );
  });

  it.each(["wasserstein", "wasserstein-normalized"] as const)("%s and its gradient stay finite", (name) => {
    const { value, gradient } = evaluate(name, p, x);
    expect(Number.isFinite(value)).toBe(true);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });
});
