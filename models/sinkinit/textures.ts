import type { Random } from "../../src/tensor/random.ts";
import { drawStrokes } from "./strokes.ts";
import { AXIS_MAPS } from "./layers/axis-matrices.ts";

/** Extents of the noise images that a texture is a random mixture of, coarse to fine; the last is the pixel noise. */
const SCALES = [3, 5, 8, 14] as const;

/** Spread of the logarithm of each scale's weight: one or two scales dominate an image. */
const WEIGHT_SPREAD = 1.5;

/** The finest noise weighs less: it blurs away, and nothing is to be learned from it. */
const PIXEL_NOISE_LOG = -1;

/** Share of images that are drawn with a pen. */
const DRAWN_SHARE = 0.35;

/**
 * Random images without any model of real ones: mixtures of smooth noise at all scales, turned into blobs, contour lines
 * or shaded surfaces, and drawn curves, over a background between nothing and most of the mass. They are the prior of the generator where
 * normal noise alone would teach the approximator nothing about coarse structure.
 *
 * @returns [count, extent * extent], each with mean one
 */
export function textures(count: number, extent: number, random: Random): Float32Array {
  const points = extent * extent;
  const matrices = SCALES.map((scale) => AXIS_MAPS.resize(scale, extent));
  const out = new Float32Array(count * points);
  const field = new Float64Array(points);
  for (let image = 0; image < count; image++) {
    if (random.uniform() < DRAWN_SHARE) {
      drawStrokes(field, extent, random);
    } else {
      smoothNoise(field, extent, matrices, random);
      shape(field, random);
    }
    addBackground(field, random);
    out.set(field, image * points);
  }
  return out;
}

/** Zero mean, unit variance. */
function smoothNoise(field: Float64Array, extent: number, matrices: readonly Float32Array[], random: Random): void {
  field.fill(0);
  SCALES.forEach((scale, index) => {
    const weight = Math.exp(WEIGHT_SPREAD * random.normal());
    const noise = new Float64Array(scale * scale);
    for (let entry = 0; entry < noise.length; entry++) noise[entry] = weight * random.coarseNormal();
    enlarge(field, noise, matrices[index], scale, extent);
  });
  const weight = Math.exp(WEIGHT_SPREAD * random.normal() + PIXEL_NOISE_LOG);
  for (let point = 0; point < field.length; point++) field[point] += weight * random.coarseNormal();
  const mean = field.reduce((sum, value) => sum + value, 0) / field.length;
  const variance = field.reduce((sum, value) => sum + (value - mean) ** 2, 0) / field.length;
  for (let point = 0; point < field.length; point++) field[point] = (field[point] - mean) / Math.sqrt(variance);
}

/** field += A^T noise A, with A [scale, extent]. */
function enlarge(field: Float64Array, noise: Float64Array, matrix: Float32Array, scale: number, extent: number): void {
  const wide = new Float64Array(scale * extent);
  for (let row = 0; row < scale; row++) {
    for (let k = 0; k < scale; k++) {
      const value = noise[row * scale + k];
      for (let column = 0; column < extent; column++)
        wide[row * extent + column] += value * matrix[k * extent + column];
    }
  }
  for (let k = 0; k < scale; k++) {
    for (let row = 0; row < extent; row++) {
      const share = matrix[k * extent + row];
      if (share === 0) continue;
      for (let column = 0; column < extent; column++) {
        field[row * extent + column] += share * wide[k * extent + column];
      }
    }
  }
}

/** Turns noise into nonnegative brightness, in one of three ways. */
function shape(field: Float64Array, random: Random): void {
  const kind = random.uniform();
  const level = random.normal();
  if (kind < 0.4) {
    // blobs: what lies above a level
    for (let point = 0; point < field.length; point++) field[point] = Math.max(field[point] + level, 0);
  } else if (kind < 0.6) {
    // contour lines: the neighbourhood of a level line
    const width = Math.exp(0.6 * random.normal() - 1.2);
    for (let point = 0; point < field.length; point++) {
      field[point] = Math.max(width - Math.abs(field[point] - level), 0);
    }
  } else {
    // shading: positive everywhere
    const contrast = 1.5 * random.uniform();
    for (let point = 0; point < field.length; point++) field[point] = Math.exp(contrast * field[point]);
  }
}

/** Median share and spread of the background, on a logarithmic scale: a quarter of one percent, e^2.5 up or down. */
const BACKGROUND = { log: -6, spread: 2.5 } as const;

function addBackground(field: Float64Array, random: Random): void {
  const background = Math.exp(BACKGROUND.log + BACKGROUND.spread * random.normal());
  const mass = field.reduce((sum, value) => sum + value, 0);
  const scale = mass > 0 ? field.length / mass : 0;
  for (let point = 0; point < field.length; point++) {
    field[point] = (scale * field[point] + background) / ((mass > 0 ? 1 : 0) + background);
  }
}
