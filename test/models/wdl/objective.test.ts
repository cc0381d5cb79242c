import { pointObjective } from "../../../models/wdl/encode/point-objective.ts";
import { describe, expect, it } from "vitest";
import { LOSS_NAMES, type LossName } from "../../../models/wdl/losses.ts";
import { dictionaryObjective, packFactors, unpackFactors, type WdlProblem } from "../../../models/wdl/objective.ts";
import { barycenterInputs } from "../../../models/wdl/factors.ts";
import { affine, softmax } from "../../../models/wdl/simplex.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { hostOperator } from "../../support/factors.ts";
import { dot, randomNormal } from "../../support/problems.ts";
import { dataTerm, dictionaryCases, randomFactors, randomRows, type DictionaryCase } from "../../support/wdl.ts";

type Variant = DictionaryCase["variants"][number]["options"];

function problemOf(given: DictionaryCase, loss: LossName, zeta: number, variant: Variant = {}): WdlProblem {
  const { size, epsilon, iterations, target, alpha } = given;
  const geometry = grid({ size });
  return {
    term: dataTerm(loss, geometry, epsilon, Float64Array.from(target)),
    pixels: target.length,
    atoms: alpha.length,
    operator: hostOperator(geometry, { epsilon, iterations, ...variant }),
    weightMap: softmax,
    zeta,
  };
}

/** Value and gradients with respect to alpha and beta themselves, at the logits of the case. */
async function evaluate(given: DictionaryCase, problem: WdlProblem) {
  const alpha = Float64Array.from(given.alpha.flat());
  const x = packFactors(problem, alpha, Float64Array.from(given.beta));
  const { value, gradient } = await dictionaryObjective(problem)(x);
  const scaled = gradient.slice(alpha.length);
  // the variables are beta / sqrt(zeta)
  return {
    value,
    alpha: gradient.slice(0, alpha.length),
    beta: scaled.map((slope) => slope / Math.sqrt(problem.zeta)),
  };
}

/** Each entry within 1e-9 of itself or of the largest one. */
function close(expected: readonly number[] | readonly number[][]) {
  const largest = Math.max(...expected.flat().map(Math.abs));
  return { relative: 1e-9, absolute: 1e-9 * largest };
}

describe.each(dictionaryCases)("objective over (alpha, beta) of $name", (given) => {
  it.each(LOSS_NAMES)("%s equals the reference", async (loss) => {
    const expected = given.losses[loss];
    const { value, alpha, beta } = await evaluate(given, problemOf(given, loss, 2.7));
    expect([value]).toBeAllclose([expected.loss], { relative: 1e-9, absolute: 0 });
    expect(alpha).toBeAllclose(expected.gradientAlpha, close(expected.gradientAlpha));
    expect(beta).toBeAllclose(expected.gradientBeta, close(expected.gradientBeta));
  });

  it.each(given.variants)("$options equals the reference", async ({ options, quadratic }) => {
    const { value, alpha, beta } = await evaluate(given, problemOf(given, "quadratic", 0.4, options));
    expect([value]).toBeAllclose([quadratic.loss], { relative: 1e-9, absolute: 0 });
    expect(alpha).toBeAllclose(quadratic.gradientAlpha, close(quadratic.gradientAlpha));
    expect(beta).toBeAllclose(quadratic.gradientBeta, close(quadratic.gradientBeta));
  });
});

describe("several data points", () => {
  const geometry = grid({ size: [5, 4] });
  const [points, atoms, pixels] = [3, 2, 20];
  const problem: WdlProblem = {
    term: dataTerm("kl", geometry, 2, randomRows(points, pixels, 40)),
    pixels,
    atoms,
    operator: hostOperator(geometry, { epsilon: 2, iterations: 6 }),
    weightMap: softmax,
    zeta: 3,
  };
  const x = randomNormal(atoms * pixels + points * atoms, 41);

  /** d value / dt along a direction, by the gradient and by central differences. */
  async function slopes(
    objective: (x: Float64Array) => Promise<{ value: number; gradient: Float64Array }>,
    at: Float64Array,
  ) {
    const direction = randomNormal(at.length, 43);
    const moved = (step: number) => at.map((value, index) => value + step * direction[index]);
    const [ahead, behind] = [await objective(moved(1e-5)), await objective(moved(-1e-5))];
    return [dot((await objective(at)).gradient, direction), (ahead.value - behind.value) / 2e-5];
  }

  it.each([
    ["softmax", softmax],
    ["affine", affine],
  ])("the gradient with %s weights agrees with finite differences", async (_, weightMap) => {
    const [gradient, difference] = await slopes(dictionaryObjective({ ...problem, weightMap }), x);
    expect([gradient]).toBeAllclose([difference], { relative: 1e-7, absolute: 1e-9 });
  });

  it("scalings to start from are constants of the gradient", async () => {
    const start = await problem.operator.logScalings(
      barycenterInputs(problem, randomFactors(points, atoms, pixels, 47)),
    );
    const cold = await dictionaryObjective(problem)(x);
    const warm = await dictionaryObjective(problem, start)(x);
    expect(Math.abs(warm.value - cold.value)).toBeGreaterThan(1e-6);
    const [gradient, difference] = await slopes(dictionaryObjective(problem, start), x);
    expect([gradient]).toBeAllclose([difference], { relative: 1e-7, absolute: 1e-9 });
  });

  it("the gradient over the weights alone agrees with finite differences", async () => {
    const dictionary = randomRows(atoms, pixels, 53);
    const each = pointObjective(problem, dictionary, undefined);
    const all = Int32Array.from({ length: points }, (_, point) => point);
    const [gradient, difference] = await slopes(
      async (beta) => {
        const { losses, gradients } = await each(all, beta);
        return { value: losses.reduce((sum, loss) => sum + loss), gradient: gradients };
      },
      randomNormal(points * atoms, 59),
    );
    expect([gradient]).toBeAllclose([difference], { relative: 1e-7, absolute: 1e-9 });
  });

  it("packing and unpacking are inverse up to the maps to the simplex", () => {
    const [alpha, beta] = [randomNormal(atoms * pixels, 61), randomNormal(points * atoms, 67)];
    const { atoms: rows, weights } = unpackFactors(problem, packFactors(problem, alpha, beta));
    expect(rows).toBeAllclose(softmax.forward(alpha, pixels), { relative: 1e-14 });
    expect(weights).toBeAllclose(softmax.forward(beta, atoms), { relative: 1e-14 });
  });
});
