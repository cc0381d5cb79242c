/** Lanes of a workgroup that sums. */
export const SUM_LANES = 256;

/** WGSL: the sum of a number of each of the workgroup's lanes, for all of them, by a fixed tree. From uniform control flow. */
export const TREE_SUM = /* wgsl */ `
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
