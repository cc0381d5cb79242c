/**
 * One pass over the rows of a panel, a block of rows at a time: LANES invocations read a cache line or more of GROUP_ROWS rows
 * at once; then each invocation has columns of its own, over rows that have just been read.
 *
 * Needs a domain, columns, `bins`, `panels` and `panel_entry`. The order of all sums is fixed by the sizes alone.
 */
export const BLOCKS = /* wgsl */ `
override WIDTH: u32;
const LANES: u32 = 16;
const GROUP_ROWS: u32 = 4;
override ROWS: u32 = GROUP_ROWS * (WIDTH / LANES);
override LANE_STRIDE: u32 = ROWS + 1; // spread over the banks of the memory
override LANE_SUMS: u32 = LANES * LANE_STRIDE;
var<workgroup> lane_sums: array<Sum, LANE_SUMS>;
var<workgroup> row_places: array<u32, ROWS>;
var<workgroup> row_scalings: array<f32, ROWS>;

fn place_of_row(job: Job, row: u32) -> u32 {
  return job.panel + bins[job.rows + row] * job.column_count;
}

// The sums over all columns of the rows from first on; invocation r < ROWS reads that of row first + r by row_sum.
fn sum_rows(job: Job, first: u32, lane: u32) {
  let r = GROUP_ROWS * (lane / LANES);
  let row = first + r;
  if (row < job.row_count) {
    let last = job.row_count - 1;
    let a = place_of_row(job, row);
    let b = place_of_row(job, min(row + 1, last));
    let c = place_of_row(job, min(row + 2, last));
    let d = place_of_row(job, min(row + 3, last));
    var sum_a = NOTHING;
    var sum_b = NOTHING;
    var sum_c = NOTHING;
    var sum_d = NOTHING;
    for (var column = lane % LANES; column < job.column_count; column += LANES) {
      let scaling = scaling_at(column);
      sum_a = plus(sum_a, panel_entry(panels[a + column]), scaling);
      sum_b = plus(sum_b, panel_entry(panels[b + column]), scaling);
      sum_c = plus(sum_c, panel_entry(panels[c + column]), scaling);
      sum_d = plus(sum_d, panel_entry(panels[d + column]), scaling);
    }
    let to = (lane % LANES) * LANE_STRIDE + r;
    lane_sums[to] = sum_a;
    lane_sums[to + 1] = sum_b;
    lane_sums[to + 2] = sum_c;
    lane_sums[to + 3] = sum_d;
  }
  workgroupBarrier();
}

fn row_sum(r: u32) -> Sum {
  var sum = lane_sums[r];
  for (var l = 1u; l < LANES; l++) { sum = joined(sum, lane_sums[l * LANE_STRIDE + r]); }
  return sum;
}

// Adds the rows from first on, times their scalings, to the sums of the columns, once all invocations have met.
fn add_rows(job: Job, first: u32, lane: u32) {
  let rows = min(ROWS, job.row_count - first);
  for (var c = lane; c < job.column_count; c += WIDTH) {
    var sum = NOTHING;
    for (var r = 0u; r < rows; r++) {
      sum = plus(sum, panel_entry(panels[row_places[r] + c]), row_scalings[r]);
    }
    set_sum(c, joined(sum_at(c), sum));
  }
}
`;

/** The sum, or the largest, of a number of each invocation, the same for all: a tree of two levels. */
export const TOTALS = /* wgsl */ `
const BRANCHES: u32 = 16;
var<workgroup> leaves: array<f32, WIDTH>;
var<workgroup> branches: array<f32, BRANCHES>;

fn total(x: f32, lane: u32) -> f32 {
  leaves[lane] = x;
  workgroupBarrier();
  if (lane < BRANCHES) {
    var sum = 0f;
    for (var k = 0u; k < WIDTH / BRANCHES; k++) { sum += leaves[lane * (WIDTH / BRANCHES) + k]; }
    branches[lane] = sum;
  }
  workgroupBarrier();
  var sum = 0f;
  for (var k = 0u; k < BRANCHES; k++) { sum += branches[k]; }
  return sum;
}

fn largest(x: f32, lane: u32) -> f32 {
  leaves[lane] = x;
  workgroupBarrier();
  if (lane < BRANCHES) {
    var most = leaves[lane];
    for (var k = lane; k < WIDTH; k += BRANCHES) { most = max(most, leaves[k]); }
    branches[lane] = most;
  }
  workgroupBarrier();
  var most = branches[0];
  for (var k = 1u; k < BRANCHES; k++) { most = max(most, branches[k]); }
  return most;
}
`;
