import { InputError } from "../errors.ts";
import { allocate } from "../files/memory.ts";
import { ndarray } from "../tensor/ndarray.ts";
import { numbered, type MatrixDataset } from "./dataset.ts";
import type { DatasetEntry, DatasetOptions } from "./entry.ts";

/** A bump of a template: height, place and width on a circle of length 1. */
interface Bump {
  readonly height: number;
  readonly place: number;
  readonly width: number;
}

/** Turns of the circle that a bump of the widths below reaches. */
const TURNS = [-2, -1, 0, 1, 2];

/** Two bumps, the second lower and narrower: the learned distance knows that they can fall on each other. */
export const torus = torusDataset("torus", "two bumps of different height and width", [
  { height: 1, place: 0, width: 0.1 },
  { height: 0.5, place: -1 / 3, width: 0.05 },
]);

export const torusOneBump = torusDataset("torus-one-bump", "one bump", [{ height: 1, place: 0, width: 0.1 }]);

export const torusTwins = torusDataset("torus-twins", "two equal bumps opposite each other", [
  { height: 1, place: 0, width: 0.05 },
  { height: 1, place: 1 / 2, width: 0.05 },
]);

/**
 * One template on a circle, translated: X_ik = h(i / n - k / m) (Huizing et al. 2022, section 2.3, which shows three templates
 * and gives no formulas). A template is a sum of Gaussian bumps exp(-((x - place) / width)^2).
 */
function torusDataset(name: string, what: string, template: readonly Bump[]): DatasetEntry {
  return {
    description: `${what} on a circle, translated: 100 samples of 80 features (--size 100x80)`,
    load: async (options) => translations(name, template, options),
  };
}

function translations(name: string, template: readonly Bump[], { size }: DatasetOptions): MatrixDataset {
  const [samples, features] = torusSize(size);
  const values = allocate(Float64Array, samples * features, "size", `a table of ${samples} x ${features}`);
  for (let i = 0; i < samples; i++) {
    for (let k = 0; k < features; k++) values[i * features + k] = templateAt(template, i / samples - k / features);
  }
  return {
    kind: "matrix",
    name,
    values: ndarray(values, [samples, features]),
    names: numbered(samples),
    features: numbered(features),
  };
}

function templateAt(template: readonly Bump[], x: number): number {
  let sum = 0;
  for (const { height, place, width } of template) {
    for (const turn of TURNS) sum += height * Math.exp(-(((x + turn - place) / width) ** 2));
  }
  return sum;
}

/** "100x80": samples and features. Throws InputError. */
function torusSize(size: string | undefined): [samples: number, features: number] {
  const [, samples, features] = /^(\d+)x(\d+)$/.exec(size ?? "100x80") ?? [];
  const [n, m] = [Number(samples), Number(features)];
  if (!(n >= 3 && m >= 3)) {
    throw new InputError(
      `size: expected samples x features of at least 3 each, as in 100x80, got ${JSON.stringify(size)}`,
    );
  }
  return [n, m];
}
