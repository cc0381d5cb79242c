/** Lanes of a workgroup that goes over one row. */
export const ROW_LANES = 256;

/** Sums and maxima over a workgroup in a fixed tree, so that two runs have the same bits. Every lane gets the result. */
export const WORKGROUP_TREE = /* wgsl */ `
var<workgroup> tree: array<f32, ${ROW_LANES}>;
fn total_of(lane: u32, own: f32) -> f32 {
  workgroupBarrier();
  tree[lane] = own;
  for (var half = ${ROW_LANES / 2}u; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) { tree[lane] += tree[lane + half]; }
  }
  return workgroupUniformLoad(&tree[0]);
}
fn largest_of(lane: u32, own: f32) -> f32 {
  workgroupBarrier();
  tree[lane] = own;
  for (var half = ${ROW_LANES / 2}u; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) { tree[lane] = max(tree[lane], tree[lane + half]); }
  }
  return workgroupUniformLoad(&tree[0]);
}
`;
