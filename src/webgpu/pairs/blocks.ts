/**
 * One pass over the rows of a panel, a block of rows at a time: LANES invocations share a row and read whole cache lines of it;
 * then each invocation has columns of its own, over rows that have just been read.
 *
 * Needs a domain, columns, `bins`, `panels` and `panel_entry`. The order of all sums is fixed by the sizes alone.
 */
export const BLOCKS = /* wgsl */ `
override WIDTH: u32;
const LANES: u32 = 8;
override ROWS: u32 = WIDTH / LANES;
var<workgroup> lane_sums: array<Sum, WIDTH>;
var<workgroup> row_places: array<u32, ROWS>;
var<workgroup> row_scalings: array<f32, ROWS>;

fn place_of_row(job: Job, row: u32) -> u32 {
  return job.panel + bins[job.rows + row] * job.column_count;
}

// The sums over all columns of the rows from first on; invocation r < ROWS reads that of row first + r by row_sum.
fn sum_rows(job: Job, first: u32, lane: u32) {
  let row = first + lane / LANES;
  var sum = NOTHING;
  if (row < job.row_count) {
    let place = place_of_row(job, row);
    for (var c = lane % LANES; c < job.column_count; c += LANES) {
      sum = plus(sum, panel_entry(panels[place + c]), scaling_at(c));
    }
  }
  lane_sums[lane] = sum;
  workgroupBarrier();
}

fn row_sum(r: u32) -> Sum {
  let k = r * LANES;
  return joined(
    joined(joined(lane_sums[k], lane_sums[k + 1]), joined(lane_sums[k + 2], lane_sums[k + 3])),
    joined(joined(lane_sums[k + 4], lane_sums[k + 5]), joined(lane_sums[k + 6], lane_sums[k + 7])));
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
