import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { grid } from "../../../../src/geometry/grid.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { barycenter } from "../../../../src/transport/barycenter/barycenter.ts";
import { barycenterComposed } from "../../../../src/transport/barycenter/tensor/composed.ts";
import { hostBarycenter } from "../../../../src/transport/barycenter/host/barycenter.ts";
import { tensorEngine } from "../../../../src/transport/barycenter/engine-tensor.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "../../../../src/transport/barycenter/options.ts";
import { atOnce } from "../../../../src/transport/barycenter/pieces.ts";
import type { BarycenterProblem } from "../../../../src/transport/barycenter/problem.ts";
import type { TensorBarycenterProblem } from "../../../../src/transport/barycenter/tensor/problem.ts";
import { relativeNorm } from "../../../support/allclose.ts";
import { backends } from "../../../support/backends.ts";
import {
  barycenterCases,
  barycenterExpectations,
  geometries,
  geometryFor,
  randomProblem,
  variants,
} from "../../../support/barycenter.ts";
import { points, randomNormal } from "../../../support/problems.ts";
import { ndarray, type NdArray } from "../../../../src/tensor/ndarray.ts";

const VALUE_TOLERANCE = 1e-5;
const GRADIENT_TOLERANCE = 1e-4;

interface Found {
  readonly barycenters: Float32Array;
  readonly logScalings: Float32Array;
  readonly gradientAtoms: Float32Array;
  readonly gradientWeights: Float32Array;
}

type Form = (problem: TensorBarycenterProblem, gradient: tf.Tensor2D, options: BarycenterOptions) => tf.Tensor[];

/** Each form as value, log-scalings and both gradients. */
const FORMS: Readonly<Record<string, Form>> = {
  custom: (problem, gradient, options) => taped(problem, gradient, (now) => barycenter(now, options)),
  composed(problem, gradient, options) {
    const kernel = problem.geometry.kernel(options.epsilon);
    const found = taped(problem, gradient, (now) => barycenterComposed({ ...now, kernel }, options));
    kernel.dispose();
    return found;
  },
  // What runs on the graphics backends, on all of them.
  device({ geometry, atoms, weights, start }, gradient, options) {
    const engine = tensorEngine(geometry, resolveBarycenterOptions(options));
    const inputs = { atoms, weights, start };
    const found = atOnce(engine.forward(inputs, ["barycenters", "logScalings"]));
    const gradients = atOnce(engine.pullBack(inputs, gradient));
    engine.dispose();
    return [found.barycenters, found.logScalings, gradients.atoms, gradients.weights];
  },
};

/**
 * Everything on the host; on the device all in the scaling domain, one case in the log domain. The software adapter of
 * webgpu takes a millisecond an operation: one case and one loss there.
 */
function expectationsFor(backend: string, form: string) {
  const hosted = form === "custom" && backend !== "webgpu";
  return (["scaling", "log"] as const).flatMap((domain) =>
    barycenterExpectations
      .filter(({ label }) => label === "grid-8x8" || (backend !== "webgpu" && (domain === "scaling" || hosted)))
      .map((given) => {
        const all = (domain === "scaling" && backend !== "webgpu") || hosted;
        return { ...given, domain, losses: all ? given.losses : given.losses.slice(0, 1) };
      }),
  );
}

/** The device form stands behind the custom one on webgpu; once more on wasm is enough. */
function formsOn(backend: string): string[] {
  return Object.keys(FORMS).filter((form) => form !== "device" || backend === "wasm");
}

describe.each(backends)("on %s", (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  describe.each(formsOn(backend))("%s form", (form) => {
    it.each(expectationsFor(backend, form))("reference values: $label, domain $domain", async (given) => {
      const { problem, options, domain, p, losses } = given;
      for (const [loss, { gradientP, gradientAtoms, gradientWeights }] of losses) {
        const found = await run(form, problem, points([gradientP]), { ...options, domain });
        expect(relativeNorm(found.barycenters, p)).toBeLessThan(VALUE_TOLERANCE);
        expect(relativeNorm(found.gradientAtoms, gradientAtoms), `${loss}, atoms`).toBeLessThan(GRADIENT_TOLERANCE);
        expect(relativeNorm(found.gradientWeights, gradientWeights), `${loss}, weights`).toBeLessThan(
          GRADIENT_TOLERANCE,
        );
      }
    });

    const cases = geometries
      .flatMap(([name, geometry]) =>
        variants.flatMap(([variant, options]) =>
          (["scaling", "log"] as const).map((domain) => ({
            label: `${name}, ${variant}, ${domain}`,
            geometry: geometryFor(options, geometry),
            options: { epsilon: 1.1, iterations: 4, domain, ...options },
          })),
        ),
      )
      .filter(({ label }) => backend !== "webgpu" || label.startsWith("dense, unbalanced heavy-ball"));
    it.each(cases)("warm start, batch and empty pixels as on the host: $label", async ({ geometry, options }) => {
      const cold = randomProblem(geometry, 3, 5);
      const { logScalings: start } = hostBarycenter(randomProblem(geometry, 3, 77, 0), { ...options, iterations: 2 });
      const upstream = ndarray(randomNormal(3 * geometry.shape[0], 6), [3, geometry.shape[0]]);
      for (const problem of [cold, { ...cold, start }]) {
        const expected = hostBarycenter(problem, options);
        const gradients = expected.backward(upstream);
        const found = await run(form, problem, upstream, options);
        expect(relativeNorm(found.barycenters, expected.barycenters.data)).toBeLessThan(VALUE_TOLERANCE);
        expect(found.logScalings).toBeAllclose(expected.logScalings.data, { relative: 1e-4, absolute: 1e-4 });
        // Composed log-scalings give empty pixels the gradient 0; times the mass all forms agree everywhere.
        const masses = problem.atoms.data;
        const weighted = gradients.gradientAtoms.data.map((value, i) => value * masses[i]);
        expect(
          relativeNorm(
            found.gradientAtoms.map((value, i) => value * masses[i]),
            weighted,
          ),
        ).toBeLessThan(GRADIENT_TOLERANCE);
        if (form !== "composed") {
          expect(relativeNorm(found.gradientAtoms, gradients.gradientAtoms.data)).toBeLessThan(GRADIENT_TOLERANCE);
        }
        expect(relativeNorm(found.gradientWeights, gradients.gradientWeights.data)).toBeLessThan(GRADIENT_TOLERANCE);
      }
    });
  });

  it("goes through a softmax: gradients for the logits of atoms and weights", async () => {
    const { alpha, beta, losses, epsilon, iterations, size } = barycenterCases.find(({ name }) => name === "grid-8x8")!;
    const upstream = tf.tensor2d([losses["kl"].gradientP]);
    const [gradientAlpha, gradientBeta] = tf.grads((alphas: tf.Tensor, betas: tf.Tensor) => {
      const atoms = tf.softmax(alphas as tf.Tensor2D);
      const weights = tf.softmax(betas as tf.Tensor2D);
      const options = { epsilon, iterations, domain: "scaling" } as const;
      const { barycenters } = barycenter({ geometry: grid({ size }), atoms, weights }, options);
      return tf.sum(tf.mul(barycenters, upstream));
    })([tf.tensor2d(alpha!), tf.tensor2d([beta!])]);
    expect(relativeNorm(await gradientAlpha.data(), losses["kl"].gradientAlpha!)).toBeLessThan(GRADIENT_TOLERANCE);
    expect(relativeNorm(await gradientBeta.data(), losses["kl"].gradientBeta!)).toBeLessThan(GRADIENT_TOLERANCE);
  });

  it.each(formsOn(backend))("leaks no tensor, %s form", async (form) => {
    const problem = randomProblem(grid({ size: [3, 2] }), 2, 9);
    const upstream = ndarray(randomNormal(18, 10), [3, 6]);
    const options = { epsilon: 1, iterations: 3, heavyBall: -0.1 };
    await run(form, problem, upstream, options);
    const before = tf.memory().numTensors;
    await run(form, problem, upstream, { ...options, domain: "log" });
    await run(form, problem, upstream, options);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("bad input", () => {
  it.each([
    ["atoms", { atoms: [2, 4], weights: [1, 2] }, /atoms must be \[S, 3\].*got \[2, 4\]/],
    ["weights", { atoms: [2, 3], weights: [1, 3] }, /weights must be \[B, 2\].*got \[1, 3\]/],
  ])("%s of another size", (_, shapes, message) => {
    const kernel = grid({ size: [3] }).kernel(1);
    const problem = {
      geometry: grid({ size: [3] }),
      kernel,
      atoms: tf.ones<tf.Rank.R2>(shapes.atoms as [number, number]),
      weights: tf.ones<tf.Rank.R2>(shapes.weights as [number, number]),
    };
    for (const form of [barycenter, barycenterComposed]) {
      expect(() => form(problem, { epsilon: 1, iterations: 1 })).toThrow(InputError);
      expect(() => form(problem, { epsilon: 1, iterations: 1 })).toThrow(message);
    }
  });
});

/** Runs a form on arrays and disposes of everything. */
async function run(
  form: string,
  { geometry, atoms, weights, start }: BarycenterProblem,
  gradient: NdArray,
  options: BarycenterOptions,
): Promise<Found> {
  const tensors = tf.tidy(() => {
    const tensor = ({ data, shape }: NdArray): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape]);
    const problem = {
      geometry,
      atoms: tensor(atoms) as tf.Tensor2D,
      weights: tensor(weights) as tf.Tensor2D,
      start: start && tensor(start),
    };
    return FORMS[form](problem, tensor(gradient) as tf.Tensor2D, options);
  });
  const [barycenters, logScalings, gradientAtoms, gradientWeights] = await Promise.all(
    tensors.map((tensor) => tensor.data() as Promise<Float32Array>),
  );
  tf.dispose(tensors);
  return { barycenters, logScalings, gradientAtoms, gradientWeights };
}

function taped(
  problem: TensorBarycenterProblem,
  gradient: tf.Tensor2D,
  operator: (problem: TensorBarycenterProblem) => { barycenters: tf.Tensor2D; logScalings: tf.Tensor4D },
): tf.Tensor[] {
  const { barycenters, logScalings } = operator(problem);
  const [gradientAtoms, gradientWeights] = tf.grads((atoms: tf.Tensor, weights: tf.Tensor) => {
    const now = { ...problem, atoms: atoms as tf.Tensor2D, weights: weights as tf.Tensor2D };
    return tf.sum(tf.mul(operator(now).barycenters, gradient));
  })([problem.atoms, problem.weights]);
  return [barycenters, logScalings, gradientAtoms, gradientWeights];
}
