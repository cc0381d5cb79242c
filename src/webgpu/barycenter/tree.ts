import { WORKGROUP_INDEX } from "../wgsl.ts";

/** Lanes of a workgroup that sums. */
export const SUM_LANES = 256;

/** WGSL: the sum of a number of each of the workgroup's lanes, for all of them, by a fixed tree. From uniform control flow. */
const TREE_SUM = /* wgsl */ `
var<workgroup> tree: array<f32, ${SUM_LANES}>;

fn tree_sum(value: f32, lane: u32) -> f32 {
  tree[lane] = value;
  workgroupBarrier();
  for (var half = ${SUM_LANES / 2}u; half > 0; half /= 2) {
    if (lane < half) { tree[lane] += tree[lane + half]; }
    workgroupBarrier();
  }
  let sum = tree[0];
  workgroupBarrier();
  return sum;
}
`;

/** WGSL: the `main` of a kernel with a workgroup for each of `uniforms.rows`; `body` sees `row` and `lane`, and sums by `tree_sum`. */
export const eachRow = (body: string): string => /* wgsl */ `
${WORKGROUP_INDEX}
${TREE_SUM}
@compute @workgroup_size(${SUM_LANES})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = workgroup_index(id, count);
  if (row >= uniforms.rows) { return; }
${body}
}
`;
