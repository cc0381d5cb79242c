import type * as tf from "@tensorflow/tfjs-core";
import { reduceCosts } from "./reduction.ts";
import { joiningKernel, perSource, reducingKernel, type Buffers, type ReductionKernels } from "./reduction-kernels.ts";
import { LANE_WIDTH, type CostSource } from "./source.ts";

const MAIN = /* wgsl */ `
override WITH_POTENTIALS: bool;
var<workgroup> shared_sum: array<vec4f, LANES_A_GROUP / 2>;

/** Exponents of weights are below zero, but for rounding: of absent ones, which lie at 1e30, that may be anything. */
const LARGEST_EXPONENT: f32 = 1;
fn weight(costs: vec4f, base: vec4f) -> vec4f {
  return exp(min(exponents(costs, base + u.offset), vec4f(LARGEST_EXPONENT)));
}

@compute @workgroup_size(LANES_A_GROUP)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group_task = task_of(workgroup_index(id, count));
  if (!group_task.exists) { return; }
  var place = place_of(lane, group_task.tile);
  var sum: array<vec4f, PAIRS>;
  let end = min((group_task.split + 1) * u.split_length, u.reduced);
  for (var first = group_task.split * u.split_length; first < end; first += ${LANE_WIDTH} * REDUCED_LANES) {
    place.first_reduced = first;
    let c = costs(place);
    var kernel = mat4x4f();
    if (!WITH_POTENTIALS) {
      let base = vec4f(u.offset);
      kernel = mat4x4f(exp(exponents(c[0], base)), exp(exponents(c[1], base)), exp(exponents(c[2], base)), exp(exponents(c[3], base)));
    }
    for (var k = 0u; k < PAIRS; k++) {
      let at = at_reduced(place, group_task.first_pair + k);
      let given = vec4f(values[at.x], values[at.y], values[at.z], values[at.w]);
      let x = select(vec4f(), given, is_within(place, end));
      if (WITH_POTENTIALS) {
        let t = vec4f(terms[at.x], terms[at.y], terms[at.z], terms[at.w]);
        let o = at_outputs(place, group_task.first_pair + k);
        let own = vec4f(outputs[o.x], outputs[o.y], outputs[o.z], outputs[o.w]);
        // the sum of both first: they may be of opposite signs, and far larger than what is left
        kernel = mat4x4f(weight(c[0], own + t.x), weight(c[1], own + t.y), weight(c[2], own + t.z), weight(c[3], own + t.w));
      }
      sum[k] += kernel * x;
    }
  }
  for (var k = 0u; k < PAIRS; k++) {
    var total = sum[k];
    for (var half = REDUCED_LANES / 2; half > 0; half /= 2) {
      workgroupBarrier();
      if (place.reduced >= half && place.reduced < 2 * half) {
        shared_sum[(place.reduced - half) * OUTPUT_LANES + place.output] = total;
      }
      workgroupBarrier();
      if (place.reduced < half) { total += shared_sum[place.reduced * OUTPUT_LANES + place.output]; }
    }
    let pair = group_task.first_pair + k;
    if (place.reduced == 0 && pair < u.pairs) {
      let at = at_outputs(place, pair);
      let are = are_outputs(place);
      for (var i = 0u; i < ${LANE_WIDTH}; i++) {
        if (are[i]) { store(pair, group_task.split, at[i], total[i]); }
      }
    }
  }
}
`;

const STORE_RESULT = /* wgsl */ `
fn store(pair: u32, split: u32, at: u32, sum: f32) { result[at] = sum; }
`;

/** [pairs, parts, outputs] */
const STORE_PART = /* wgsl */ `
fn store(pair: u32, split: u32, at: u32, sum: f32) {
  let output = at - (u.first_pair + pair) * u.all_outputs;
  partial[(pair * u.parts + u.first_part + split) * u.all_outputs + output] = sum;
}
`;

const JOIN = /* wgsl */ `
fn join(pair: u32, output: u32, at: u32) {
  var sum = 0.0;
  for (var part = 0u; part < u.parts; part++) { sum += partial[(pair * u.parts + part) * u.all_outputs + output]; }
  result[at] = sum;
}
`;

const INPUTS: Buffers = [
  ["values", "read"],
  ["terms", "read"],
  ["outputs", "read"],
];
const RESULT = ["result", "write"] as const;

const JOINING = joiningKernel("weighted sum, parts joined", [["partial", "read"], RESULT], JOIN);

const kernelsOf = perSource((code, pairs): ReductionKernels => ({
  whole: reducingKernel(`weighted sum of ${code.name}`, code, [...INPUTS, RESULT], pairs, STORE_RESULT + MAIN),
  part: reducingKernel(
    `weighted sum of ${code.name}, in parts`,
    code,
    [...INPUTS, ["partial", "write"]],
    pairs,
    STORE_PART + MAIN,
  ),
  join: JOINING,
}));

export interface WeightedSum {
  /** On the second side's outputs, over the first. */
  readonly transposed: boolean;
  /** [pairs, reduced], of any sign. */
  readonly values: tf.TensorInfo;
  /** [pairs, reduced] and [pairs, outputs]: with them no exponent is above zero but for rounding. */
  readonly potentials?: { readonly terms: tf.TensorInfo; readonly outputs: tf.TensorInfo };
  /** Of the costs times K in place of K. */
  readonly costed?: boolean;
  readonly factor: number;
  /** [pairs, outputs], overwritten; not one of the inputs. */
  readonly result: tf.TensorInfo;
}

/** sum_j values_j exp(terms_j + outputs_i - factor C_ij) */
export function weightedSum(source: CostSource, { values, potentials, costed, factor, ...rest }: WeightedSum): void {
  reduceCosts(source, {
    ...rest,
    kernels: (pairsALane) => kernelsOf(source.code, pairsALane),
    partWidth: 1,
    inputs: [values, potentials?.terms ?? values, potentials?.outputs ?? values],
    endInputs: [],
    scalars: { factor, gain: 1, keep: 0, pull: 0 },
    constants: { WITH_POTENTIALS: Number(potentials !== undefined), COSTED: Number(costed ?? false) },
  });
}
