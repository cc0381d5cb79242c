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

/** Axes of a tile of points that a workgroup holds at a time: 4 x 16 points of each side take 8 KiB. */
const AXES = 16;
const LANES = 16;

/**
 * Costs from coordinates [d, points], axis by axis through tiles in workgroup memory; 4 x 4 pairs a lane, so that 8 numbers are read
 * there for 16 terms. Differences are taken before squares: near points keep their digits, which |x|^2 + |y|^2 - 2 <x, y> would cost.
 */
const POINTS: CostCode = {
  name: "points",
  bindings: 2,
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read> output_points: array<f32>;
@group(0) @binding(1) var<storage, read> reduced_points: array<f32>;
override METRIC: u32;
const AXES: u32 = ${AXES};
const LANES: u32 = ${LANES};
var<workgroup> output_tile: array<vec4f, AXES * LANES>;
var<workgroup> reduced_tile: array<vec4f, AXES * LANES>;

fn costs(place: Place) -> mat4x4f {
  // of four points each: one of lane % LANES, and one axis of lane / LANES
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
      let o = outputs + here * place.outputs;
      let r = reduced + here * place.reduced_count;
      output_tile[place.lane] = vec4f(output_points[o.x], output_points[o.y], output_points[o.z], output_points[o.w]);
      reduced_tile[place.lane] = vec4f(reduced_points[r.x], reduced_points[r.y], reduced_points[r.z], reduced_points[r.w]);
    }
    workgroupBarrier();
    let count = min(AXES, u.dimension - axis);
    for (var k = 0u; k < count; k++) {
      let x = output_tile[LANES * k + place.output];
      let y = reduced_tile[LANES * k + place.reduced];
      sums[0] = with_term(sums[0], x - y.x);
      sums[1] = with_term(sums[1], x - y.y);
      sums[2] = with_term(sums[2], x - y.z);
      sums[3] = with_term(sums[3], x - y.w);
    }
  }
  if (METRIC == ${PointMetric.rootOfSquares}) {
    return mat4x4f(sqrt(sums[0]), sqrt(sums[1]), sqrt(sums[2]), sqrt(sums[3]));
  }
  return sums;
}
fn with_term(sum: vec4f, difference: vec4f) -> vec4f {
  if (METRIC == ${PointMetric.absolutes}) { return sum + abs(difference); }
  return fma(difference, difference, sum);
}
`,
};

export const pointLanes: CostSource["lanes"] = () => ({ reduced: LANES, outputs: LANES, isReducedFirst: true });

interface Piece {
  readonly from: number;
  readonly count: number;
  /** [d, count] */
  readonly tensor: tf.Tensor;
}

/** Points on the device, float32, 4 (n + m) d bytes, in pieces that one binding holds each; no costs. Made at the first use. */
export function pointSource({ x, y, d, metric }: DevicePoints): CostSource {
  const { scratch, free } = growingScratch();
  let made: readonly [readonly Piece[], readonly Piece[]] | undefined;

  /** From the mean of x, so that differences keep their digits in float32. */
  function sides(): readonly [readonly Piece[], readonly Piece[]] {
    if (made) return made;
    const means = meansOf(x, d);
    return (made = [piecesOf(x, d, means), piecesOf(y, d, means)]);
  }

  return {
    shape: [x.length / d, y.length / d],
    shift: 0,
    dimension: d,
    code: POINTS,
    constants: { METRIC: metric },
    blocks(transposed) {
      const [first, second] = sides();
      const [outputs, reduced] = transposed ? [second, first] : [first, second];
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
  points.forEach((value, at) => (sums[at % d] += value));
  return sums.map((sum) => (sum * d) / points.length);
}

function piecesOf(points: Float64Array, d: number, means: Float64Array): Piece[] {
  const all = points.length / d;
  const most = Math.max(1, Math.floor(kernelLimits().maxStorageBufferBindingSize / (4 * d)));
  return Array.from({ length: Math.ceil(all / most) }, (_, piece) => {
    const from = piece * most;
    const count = Math.min(most, all - from);
    const axes = new Float32Array(count * d);
    for (let point = 0; point < count; point++) {
      for (let axis = 0; axis < d; axis++) {
        axes[axis * count + point] = points[(from + point) * d + axis] - means[axis];
      }
    }
    return { from, count, tensor: tf.keep(tf.tensor1d(axes)) };
  });
}
