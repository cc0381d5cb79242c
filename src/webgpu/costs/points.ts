import * as tf from "@tensorflow/tfjs-core";
import { kernelLimits } from "../limits.ts";
import { growingScratch, type CostBlock, type CostCode, type CostSource } from "./source.ts";

/** What the costs of points are of the differences along the axes. */
export const PointMetric = { squares: 0, rootOfSquares: 1, absolutes: 2 } as const;

/** Two sides of points: [n, d] and [m, d]. */
export interface DevicePoints {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly d: number;
  readonly metric: (typeof PointMetric)[keyof typeof PointMetric];
}

/** A form of the squares: |x|^2 + |y|^2 - 2 <x, y>, with the norms as one more axis. Two thirds of the operations, but near points lose digits. */
const PRODUCTS = 3;

/** Axes from which on products are worth their norms. */
const PRODUCT_AXES = 8;

/** Largest (|x|^2 + |y|^2) / epsilon for which products are as good: what they round away of an exponent is below 2e-5. */
const PRODUCT_RANGE = 64;

/** Axes of a tile of points that a workgroup holds at a time: 4 x 16 points of each side take 8 KiB. */
const AXES = 16;
const LANES = 16;

/**
 * Costs from coordinates [d, points], axis by axis through tiles in workgroup memory; 4 x 4 pairs a lane, so that 8 numbers are read
 * there for 16 terms. Differences are taken before squares, so that near points keep their digits.
 */
const POINTS: CostCode = {
  name: "points",
  bindings: 2,
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read> output_points: array<f32>;
@group(0) @binding(1) var<storage, read> reduced_points: array<f32>;
const AXES: u32 = ${AXES};
const LANES: u32 = ${LANES};
var<workgroup> output_tile: array<vec4f, AXES * LANES>;
var<workgroup> reduced_tile: array<vec4f, AXES * LANES>;

fn costs(place: Place) -> mat4x4f {
  // a lane loads one axis of four points of each side
  var loading = place;
  loading.output = place.lane % LANES;
  loading.reduced = place.lane % LANES;
  let outputs = outputs_of(loading);
  let reduced = reduced_of(loading);
  var sums = mat4x4f();
  for (var axis = 0u; axis < u.dimension; axis += AXES) {
    let here = axis + place.lane / LANES;
    workgroupBarrier();
    if (here < u.dimension) {
      output_tile[place.lane] = output_axis(place, here, outputs);
      reduced_tile[place.lane] = reduced_axis(place, here, reduced);
    }
    workgroupBarrier();
    let count = min(AXES, u.dimension - axis);
    // a loop each, so that none of them asks which it is
    if (u.metric == ${PRODUCTS}) {
      for (var k = 0u; k < count; k++) {
        let x = output_tile[LANES * k + place.output];
        let y = reduced_tile[LANES * k + place.reduced];
        sums = mat4x4f(fma(x, y.xxxx, sums[0]), fma(x, y.yyyy, sums[1]), fma(x, y.zzzz, sums[2]), fma(x, y.wwww, sums[3]));
      }
    } else if (u.metric == ${PointMetric.absolutes}) {
      for (var k = 0u; k < count; k++) {
        let x = output_tile[LANES * k + place.output];
        let y = reduced_tile[LANES * k + place.reduced];
        sums += mat4x4f(abs(x - y.x), abs(x - y.y), abs(x - y.z), abs(x - y.w));
      }
    } else {
      for (var k = 0u; k < count; k++) {
        let x = output_tile[LANES * k + place.output];
        let y = reduced_tile[LANES * k + place.reduced];
        let d = mat4x4f(x - y.x, x - y.y, x - y.z, x - y.w);
        sums = mat4x4f(fma(d[0], d[0], sums[0]), fma(d[1], d[1], sums[1]), fma(d[2], d[2], sums[2]), fma(d[3], d[3], sums[3]));
      }
    }
  }
  if (u.metric == ${PRODUCTS}) {
    let x = output_axis(place, u.dimension, outputs_of(place));
    let y = reduced_axis(place, u.dimension, reduced_of(place));
    return mat4x4f(of_product(x + y.x, sums[0]), of_product(x + y.y, sums[1]), of_product(x + y.z, sums[2]), of_product(x + y.w, sums[3]));
  }
  if (u.metric == ${PointMetric.rootOfSquares}) {
    return mat4x4f(sqrt(sums[0]), sqrt(sums[1]), sqrt(sums[2]), sqrt(sums[3]));
  }
  return sums;
}
fn of_product(norms: vec4f, product: vec4f) -> vec4f { return max(fma(vec4f(-2), product, norms), vec4f()); }
fn output_axis(place: Place, axis: u32, points: vec4u) -> vec4f {
  let at = points + axis * place.outputs;
  return vec4f(output_points[at.x], output_points[at.y], output_points[at.z], output_points[at.w]);
}
fn reduced_axis(place: Place, axis: u32, points: vec4u) -> vec4f {
  let at = points + axis * place.reduced_count;
  return vec4f(reduced_points[at.x], reduced_points[at.y], reduced_points[at.z], reduced_points[at.w]);
}
`,
};

export const pointLanes: CostSource["lanes"] = () => ({ reduced: LANES, outputs: LANES, isReducedFirst: true });

/** Points from their mean. */
interface Centred {
  readonly points: Float64Array;
  /** |x|^2 */
  readonly norms: Float64Array;
}

interface Piece {
  readonly from: number;
  readonly count: number;
  /** [d, count], or [d + 1, count] with the norms. */
  readonly tensor: tf.Tensor;
}

/**
 * Points on the device, float32, 4 (n + m) d bytes, in pieces that one binding holds each; no costs. Made at the first use, from the mean
 * of x, so that differences keep their digits. Squares at an epsilon that is large beside them are taken as products.
 */
export function pointSource({ x, y, d, metric }: DevicePoints, epsilon: number): CostSource {
  const { scratch, free } = growingScratch();
  const means = meansOf(x, d);
  const [first, second] = [centred(x, d, means), centred(y, d, means)];
  const range = (largestOf(first.norms) + largestOf(second.norms)) / epsilon;
  const isProduct = metric === PointMetric.squares && d >= PRODUCT_AXES && range <= PRODUCT_RANGE;
  let made: readonly [readonly Piece[], readonly Piece[]] | undefined;
  const sides = () => (made ??= [piecesOf(first, d, isProduct), piecesOf(second, d, isProduct)]);

  return {
    shape: [x.length / d, y.length / d],
    shift: 0,
    dimension: d,
    metric: isProduct ? PRODUCTS : metric,
    operationsAnAxis: isProduct ? 2 : 3,
    code: POINTS,
    blocks(transposed) {
      const [one, other] = sides();
      const [outputs, reduced] = transposed ? [other, one] : [one, other];
      return outputs.flatMap((left) =>
        reduced.map((right): CostBlock => ({
          outputs: left,
          reduced: right,
          buffers: [left.tensor, right.tensor],
          strides: [1, 1],
        })),
      );
    },
    lanes: pointLanes,
    scratch,
    dispose() {
      free();
      for (const pieces of made ?? []) for (const { tensor } of pieces) tensor.dispose();
      made = undefined;
    },
  };
}

function meansOf(points: Float64Array, d: number): Float64Array {
  const sums = new Float64Array(d);
  for (let at = 0; at < points.length; at++) sums[at % d] += points[at];
  return sums.map((sum) => (sum * d) / points.length);
}

function centred(given: Float64Array, d: number, means: Float64Array): Centred {
  const points = given.map((value, at) => value - means[at % d]);
  const norms = new Float64Array(points.length / d);
  for (let at = 0; at < points.length; at++) norms[Math.floor(at / d)] += points[at] ** 2;
  return { points, norms };
}

function largestOf(values: Float64Array): number {
  return values.reduce((largest, value) => Math.max(largest, value), 0);
}

function piecesOf({ points, norms }: Centred, d: number, withNorms: boolean): Piece[] {
  const axes = withNorms ? d + 1 : d;
  const most = Math.max(1, Math.floor(kernelLimits().maxStorageBufferBindingSize / (4 * axes)));
  return Array.from({ length: Math.ceil(norms.length / most) }, (_, piece) => {
    const from = piece * most;
    const count = Math.min(most, norms.length - from);
    const values = new Float32Array(count * axes);
    for (let axis = 0; axis < d; axis++) {
      for (let point = 0; point < count; point++) values[axis * count + point] = points[(from + point) * d + axis];
    }
    if (withNorms) values.set(norms.subarray(from, from + count), d * count);
    return { from, count, tensor: tf.keep(tf.tensor1d(values)) };
  });
}
