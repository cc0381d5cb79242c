import type * as tf from "@tensorflow/tfjs-core";
import type { Kernel } from "../kernel.ts";
import { allocate, launch, release, upload } from "../launch.ts";
import { WORKGROUP_INDEX } from "../wgsl.ts";
import { BLOCKS, TOTALS } from "./blocks.ts";
import { columnFunctions, type ColumnStorage, type Place } from "./columns.ts";
import { DOMAINS, type Domain } from "./domains.ts";
import { encodeJobs, JOB, type PairJob } from "./jobs.ts";
import { pooled, pooledSize } from "./pooled.ts";
import type { DeviceSupports } from "./supports.ts";

/** Of the dual, in units of epsilon: what rounding leaves. */
const SELF_ERROR = 1e-12;
/** Averaged updates shrink the error at least fourfold. */
const MOST_ITERATIONS = 40;

/**
 * The problem of each histogram with itself by averaged updates `x <- sqrt(x a / K x)` of its one scaling, as in
 * `transport/pairs/sinkhorn/host-self.ts`: in scalings whatever the cost, since K x >= x. Writes p = log2(x / a) as a whole
 * number and a rest, with sum 2 a p = OT(a, a) log2(e) / epsilon.
 */
const selfKernel = (place: Place): Kernel => ({
  name: `pairs: self problems, columns in a ${place}`,
  code: /* wgsl */ `
${JOB}
@group(0) @binding(0) var<storage, read> panels: array<f32>;
@group(0) @binding(1) var<storage, read> bins: array<u32>;
@group(0) @binding(2) var<storage, read> masses: array<vec2f>;
@group(0) @binding(3) var<storage, read> jobs: array<Job>;
@group(0) @binding(4) var<storage, read_write> self_potentials: array<vec2f>;
struct Uniforms { jobs: u32 }
@group(0) @binding(${place === "workgroup" ? 5 : 6}) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}${DOMAINS.scaling}${columnFunctions(place, 5)}
override LOGARITHMS: bool; // in the panels
fn panel_entry(x: f32) -> f32 {
  if (LOGARITHMS) { return exp2(x); }
  return x;
}
${BLOCKS}${TOTALS}
const LOG2_E: f32 = ${Math.LOG2E};
const SELF_ERROR: f32 = ${SELF_ERROR};
const MOST_ITERATIONS: u32 = ${MOST_ITERATIONS};
var<workgroup> ended: u32;

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup_index(id, count);
  if (index >= uniforms.jobs) { return; }
  let job = jobs[index];
  find_columns(index);
  for (var c = lane; c < job.column_count; c += WIDTH) { set_scaling(c, sqrt(masses[job.columns + c].x)); }
  synchronize();

  var iterations = 0u;
  var excess = 0f;
  loop {
    var error = 0f;
    excess = 0;
    for (var first = 0u; first < job.row_count; first += ROWS) {
      sum_rows(job, first, lane);
      let row = first + lane;
      if (lane < ROWS && row < job.row_count) {
        let mass = masses[job.rows + row].x;
        let scaling = scaling_at(row);
        let sum = row_sum(lane);
        let change = scaling * sum / mass - 1;
        error += mass * change * change;
        excess += mass * change;
        set_sum_before(row, sqrt(scaling) * sqrt(mass / sum));
      }
      workgroupBarrier();
    }
    synchronize();
    error = total(error, lane);
    excess = total(excess, lane);
    iterations++;
    if (lane == 0) { ended = u32(error <= SELF_ERROR || iterations == MOST_ITERATIONS); }
    if (workgroupUniformLoad(&ended) == 1) { break; }
    for (var c = lane; c < job.column_count; c += WIDTH) { set_scaling(c, sum_before(c)); }
    synchronize();
  }
  for (var c = lane; c < job.column_count; c += WIDTH) {
    let potential = log2_parts(scaling_at(c) / masses[job.columns + c].x);
    self_potentials[job.columns + c] = potential - vec2f(0, excess * LOG2_E / 2);
  }
}`,
  buffers: ["read", "read", "read", "read", "write", ...(place === "buffer" ? (["write"] as const) : [])],
  uniforms: true,
});

const KERNELS: Readonly<Record<Place, Kernel>> = {
  workgroup: selfKernel("workgroup"),
  buffer: selfKernel("buffer"),
};

export interface SelfLaunch {
  readonly domain: Domain;
  readonly storage: ColumnStorage;
  readonly jobs: readonly PairJob[];
  readonly panels: tf.TensorInfo;
  readonly supports: DeviceSupports;
  /** Written. [entries, 2] */
  readonly selfPotentials: tf.TensorInfo;
}

/** Records the self problems of these histograms, whose jobs have them as rows and as columns. */
export function solveSelfProblems({ domain, storage, jobs, panels, supports, selfPotentials }: SelfLaunch): void {
  const list = upload(pooled(encodeJobs(jobs)));
  const columns = storage.place === "buffer" ? [allocate([pooledSize((jobs.length * storage.bufferBytes) / 4)])] : [];
  const buffers = [panels, supports.bins, supports.masses, list, selfPotentials, ...columns];
  const constants = { WIDTH: storage.width, CAPACITY: storage.capacity, LOGARITHMS: domain === "log" ? 1 : 0 };
  launch(KERNELS[storage.place], {
    buffers,
    constants,
    uniforms: Uint32Array.of(jobs.length),
    workgroups: jobs.length,
  });
  release(list, ...columns);
}
