import type { Kernel } from "../kernel.ts";
import { WORKGROUP_INDEX } from "../wgsl.ts";
import { BLOCKS, TOTALS } from "./blocks.ts";
import { columnFunctions, type Place } from "./columns.ts";
import { DOMAINS, type Domain } from "./domains.ts";
import { JOB, STATE } from "./jobs.ts";

/**
 * Sinkhorn for pairs, a workgroup each: all iterations up to the stopping test (`transport/pairs/sinkhorn/stopping.ts`) or the
 * launch's limit. An iteration reads the rows of the panel twice, the second time soon after the first.
 *
 * The value is that of the dual less the self problems' potentials, entry by entry: what two equal histograms have in common
 * leaves no rounding behind.
 */
const iterationKernel = (domain: Domain, place: Place): Kernel => ({
  name: `pairs: iterate, ${domain}, columns in a ${place}`,
  code: /* wgsl */ `
${JOB}${STATE}
@group(0) @binding(0) var<storage, read> panels: array<f32>;
@group(0) @binding(1) var<storage, read> bins: array<u32>;
@group(0) @binding(2) var<storage, read> masses: array<vec2f>;
@group(0) @binding(3) var<storage, read> self_potentials: array<vec2f>;
@group(0) @binding(4) var<storage, read> jobs: array<Job>;
@group(0) @binding(5) var<storage, read_write> potentials: array<f32>; // log(u / a)
@group(0) @binding(6) var<storage, read_write> states: array<State>;
struct Uniforms { jobs: u32, most_iterations: u32, tolerance: f32, rounding_error: f32, spread: f32 }
@group(0) @binding(${place === "workgroup" ? 7 : 8}) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}${DOMAINS[domain]}${columnFunctions(place, 7)}
fn panel_entry(x: f32) -> f32 { return x; }
${BLOCKS}${TOTALS}
const LOG2_E: f32 = ${Math.LOG2E};
const LN_2: f32 = ${Math.LN2};
const LOWEST: f32 = -1e30;
const MOST_CONTRACTION: f32 = 0.999;
const FIRST_CONTRACTION: f32 = 0.98;
var<workgroup> ended: u32;

// What an entry of a support adds to the value, of the sum that its scaling divides.
fn value_term(entry: u32, sum: f32) -> f32 {
  let known = parts_of(sum) + self_potentials[entry];
  return -masses[entry].x * (known.x + known.y);
}

fn natural_potential(sum: f32) -> f32 {
  let parts = parts_of(sum);
  return -LN_2 * (parts.x + parts.y);
}

fn start_at(job: Job, k: u32) -> f32 {
  if (job.start != START_SELF) { return LOG2_E * potentials[job.potential + k]; }
  let self_potential = self_potentials[select(job.columns, job.rows, job.row_count <= job.column_count) + k];
  return self_potential.x + self_potential.y;
}

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup_index(id, count);
  if (index >= uniforms.jobs) { return; }
  let job = jobs[index];
  let on_rows = job.row_count <= job.column_count;
  find_columns(index);

  // the start about zero; no optimal potential spreads over more than the costs do
  var highest = LOWEST;
  var lowest = -LOWEST;
  for (var k = lane; k < min(job.row_count, job.column_count); k += WIDTH) {
    let potential = start_at(job, k);
    highest = max(highest, potential);
    lowest = min(lowest, potential);
  }
  let middle = (largest(highest, lane) - largest(-lowest, lane)) / 2;
  let most = uniforms.spread / 2;

  for (var c = lane; c < job.column_count; c += WIDTH) { set_sum(c, NOTHING); }
  if (on_rows) {
    for (var first = 0u; first < job.row_count; first += ROWS) {
      let row = first + lane;
      if (lane < ROWS && row < job.row_count) {
        let potential = clamp(start_at(job, row) - middle, -most, most);
        row_places[lane] = place_of_row(job, row);
        row_scalings[lane] = scaling_of(masses[job.rows + row], value_of_log2(-potential));
      }
      workgroupBarrier();
      add_rows(job, first, lane);
      workgroupBarrier();
    }
  }
  for (var c = lane; c < job.column_count; c += WIDTH) {
    var sum = value_of(sum_at(c));
    if (!on_rows) { sum = value_of_log2(-clamp(start_at(job, c) - middle, -most, most)); }
    set_sum_before(c, sum);
    set_scaling(c, scaling_of(masses[job.columns + c], sum));
    set_sum(c, NOTHING);
  }
  synchronize();

  var iterations = 0u;
  var error_before = -1f;
  var ratio_before = 0f;
  if (job.start == START_RESUMED) {
    error_before = states[job.result].error;
    ratio_before = states[job.result].ratio;
  }
  var correction = 0f;
  var converged = false;
  var value = 0f;
  var violation = 0f;
  loop {
    value = 0;
    for (var first = 0u; first < job.row_count; first += ROWS) {
      sum_rows(job, first, lane);
      let row = first + lane;
      if (lane < ROWS && row < job.row_count) {
        let sum = value_of(row_sum(lane));
        row_places[lane] = place_of_row(job, row);
        row_scalings[lane] = scaling_of(masses[job.rows + row], sum);
        value += value_term(job.rows + row, sum);
        if (on_rows) { potentials[job.potential + row] = natural_potential(sum); }
      }
      workgroupBarrier();
      add_rows(job, first, lane);
    }
    var error = 0f;
    violation = 0;
    for (var c = lane; c < job.column_count; c += WIDTH) {
      let mass = masses[job.columns + c];
      let sum = value_of(sum_at(c));
      let change = deviation(sum, sum_before(c));
      error += mass.x * change * change;
      violation += mass.x * abs(change);
      value += value_term(job.columns + c, sum);
      set_sum_before(c, sum);
      set_scaling(c, scaling_of(mass, sum));
      set_sum(c, NOTHING);
    }
    synchronize();
    error = total(error, lane);
    iterations++;

    let known = error_before >= 0;
    let ratio = select(FIRST_CONTRACTION, error / max(error_before, 1e-30), known);
    let contraction = sqrt(min(MOST_CONTRACTION, max(ratio, ratio_before)));
    let rest = error / 2 * contraction / (1 - contraction);
    ratio_before = ratio;
    error_before = error;
    let rounding = error <= uniforms.rounding_error;
    correction = select(0f, rest, known && !rounding);
    converged = rest <= uniforms.tolerance || rounding;
    if (lane == 0) { ended = u32(converged || iterations == uniforms.most_iterations); }
    if (workgroupUniformLoad(&ended) == 1) { break; }
  }

  if (!on_rows) {
    for (var c = lane; c < job.column_count; c += WIDTH) {
      potentials[job.potential + c] = natural_potential(sum_before(c));
    }
  }
  value = total(value, lane);
  violation = total(violation, lane);
  if (lane == 0) {
    states[job.result] =
      State(value, correction, violation, f32(iterations), f32(converged), error_before, ratio_before, 0);
  }
}`,
  buffers: [
    "read",
    "read",
    "read",
    "read",
    "read",
    "write",
    "write",
    ...(place === "buffer" ? (["write"] as const) : []),
  ],
  uniforms: true,
});

export const ITERATION_KERNELS: Readonly<Record<Domain, Readonly<Record<Place, Kernel>>>> = {
  scaling: {
    workgroup: iterationKernel("scaling", "workgroup"),
    buffer: iterationKernel("scaling", "buffer"),
  },
  log: {
    workgroup: iterationKernel("log", "workgroup"),
    buffer: iterationKernel("log", "buffer"),
  },
};
