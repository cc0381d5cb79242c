import type * as tf from "@tensorflow/tfjs-core";
import { reduceCosts, type ReductionScalars } from "./reduction.ts";
import { joiningKernel, perSource, reducingKernel, type Buffers, type ReductionKernels } from "./reduction-kernels.ts";
import { LANE_WIDTH, type CostSource } from "./source.ts";

/** Running maxima and sums of a lane, online (Milakov, Gimelshein 2018): one pass over costs that are formed once. */
const MAIN = /* wgsl */ `
/** Stands before the first term, and past the last: far below LOG_ZERO. */
const PADDING: f32 = -1e37;
var<workgroup> shared_largest: array<vec4f, LANES_A_GROUP / 2>;
var<workgroup> shared_sum: array<vec4f, LANES_A_GROUP / 2>;

fn terms_of(place: Place, pair: u32, end: u32) -> vec4f {
  let at = at_reduced(place, pair);
  var base = vec4f(terms[at.x], terms[at.y], terms[at.z], terms[at.w]);
  if (u.with_masses != 0) { base += vec4f(log_masses[at.x], log_masses[at.y], log_masses[at.z], log_masses[at.w]); }
  return select(vec4f(PADDING), base, is_within(place, end));
}

@compute @workgroup_size(LANES_A_GROUP)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group_task = task_of(workgroup_index(id, count));
  if (!group_task.exists) { return; }
  var place = place_of(lane, group_task.tile);
  var largest: array<vec4f, PAIRS>;
  var sum: array<vec4f, PAIRS>;
  for (var k = 0u; k < PAIRS; k++) { largest[k] = vec4f(PADDING); }
  let end = min((group_task.split + 1) * u.split_length, u.reduced);
  for (var first = group_task.split * u.split_length; first < end; first += ${LANE_WIDTH} * REDUCED_LANES) {
    place.first_reduced = first;
    let c = costs(place);
    for (var k = 0u; k < PAIRS; k++) {
      let base = terms_of(place, group_task.first_pair + k, end);
      let e0 = exponents(c[0], vec4f(base.x));
      let e1 = exponents(c[1], vec4f(base.y));
      let e2 = exponents(c[2], vec4f(base.z));
      let e3 = exponents(c[3], vec4f(base.w));
      let top = max(max(max(e0, e1), max(e2, e3)), largest[k]);
      let added = (exp(e0 - top) + exp(e1 - top)) + (exp(e2 - top) + exp(e3 - top));
      sum[k] = fma(sum[k], exp(largest[k] - top), added);
      largest[k] = top;
    }
  }
  // the lanes along the reduced side, halved again and again
  for (var k = 0u; k < PAIRS; k++) {
    var top = largest[k];
    var total = sum[k];
    for (var half = REDUCED_LANES / 2; half > 0; half /= 2) {
      workgroupBarrier();
      if (place.reduced >= half && place.reduced < 2 * half) {
        let at = (place.reduced - half) * OUTPUT_LANES + place.output;
        shared_largest[at] = top;
        shared_sum[at] = total;
      }
      workgroupBarrier();
      if (place.reduced < half) {
        let at = place.reduced * OUTPUT_LANES + place.output;
        let both = max(top, shared_largest[at]);
        total = total * exp(top - both) + shared_sum[at] * exp(shared_largest[at] - both);
        top = both;
      }
    }
    let pair = group_task.first_pair + k;
    if (place.reduced == 0 && pair < u.pairs) {
      let at = at_outputs(place, pair);
      let are = are_outputs(place);
      for (var i = 0u; i < ${LANE_WIDTH}; i++) {
        if (are[i]) { store(pair, group_task.split, at[i], top[i], total[i]); }
      }
    }
  }
}
`;

/** From a maximum and a sum to the result. */
const FINISH = /* wgsl */ `
fn finish(row: u32, at: u32, largest: f32, sum: f32) {
  var value = u.gain * ((largest + u.offset) + log(sum));
  if (u.keep != 0) { value += u.keep * before[at]; }
  if (u.pull != 0) { value += u.pull * of_pair[row]; }
  result[at] = value;
}
`;

const STORE_RESULT = /* wgsl */ `
fn store(pair: u32, split: u32, at: u32, largest: f32, sum: f32) { finish(u.first_pair + pair, at, largest, sum); }
`;

/** [pairs, parts, 2, outputs] */
const STORE_PART = /* wgsl */ `
fn store(pair: u32, split: u32, at: u32, largest: f32, sum: f32) {
  let part = pair * u.parts + u.first_part + split;
  let output = at - (u.first_pair + pair) * u.all_outputs;
  partial[2 * part * u.all_outputs + output] = largest;
  partial[(2 * part + 1) * u.all_outputs + output] = sum;
}
`;

const JOIN = /* wgsl */ `
fn join(pair: u32, output: u32, at: u32) {
  let first = 2 * pair * u.parts * u.all_outputs + output;
  var largest = partial[first];
  for (var part = 1u; part < u.parts; part++) { largest = max(largest, partial[first + 2 * part * u.all_outputs]); }
  var sum = 0.0;
  for (var part = 0u; part < u.parts; part++) {
    let here = first + 2 * part * u.all_outputs;
    sum += partial[here + u.all_outputs] * exp(partial[here] - largest);
  }
  finish(u.first_pair + pair, at, largest, sum);
}
`;

const INPUTS: Buffers = [
  ["terms", "read"],
  ["log_masses", "read"],
];
const END: Buffers = [
  ["before", "read"],
  ["of_pair", "read"],
  ["result", "write"],
];

const JOINING = joiningKernel("log-sum, parts joined", [["partial", "read"], ...END], FINISH + JOIN);

const kernelsOf = perSource((code, pairs): ReductionKernels => ({
  whole: reducingKernel(`log-sum of ${code.name}`, code, [...INPUTS, ...END], pairs, FINISH + STORE_RESULT + MAIN),
  part: reducingKernel(
    `log-sum of ${code.name}, in parts`,
    code,
    [...INPUTS, ["partial", "write"]],
    pairs,
    STORE_PART + MAIN,
  ),
  join: JOINING,
}));

export interface LogSum {
  /** On the second side's outputs, over the first. */
  readonly transposed: boolean;
  /** [pairs, reduced] */
  readonly terms: tf.TensorInfo;
  /** log of masses [pairs, reduced], added to the terms. */
  readonly logMasses?: tf.TensorInfo;
  /** Of the costs times K in place of K. */
  readonly costed?: boolean;
  /** [pairs, outputs]; not read unless `keep` is other than zero. */
  readonly before?: tf.TensorInfo;
  /** [pairs]; not read unless `pull` is other than zero. */
  readonly ofPair?: tf.TensorInfo;
  readonly scalars: ReductionScalars;
  /** [pairs, outputs], overwritten; not one of the inputs. */
  readonly result: tf.TensorInfo;
}

/**
 * gain log(sum_j exp(terms_j + log masses_j - factor C_ij)) + keep before_i + pull of_pair. Terms may be of any size; LOG_ZERO is
 * absent.
 */
export function logSum(source: CostSource, { terms, logMasses, costed, before, ofPair, ...rest }: LogSum): void {
  reduceCosts(source, {
    ...rest,
    kernels: (pairsALane) => kernelsOf(source.code, pairsALane),
    partWidth: 2,
    inputs: [terms, logMasses ?? terms],
    endInputs: [before ?? terms, ofPair ?? terms],
    withMasses: logMasses !== undefined,
    constants: { COSTED: Number(costed ?? false) },
  });
}
