/** Frame of a step from one to another of a lattice's atoms; pairs lie in order, the smaller one first. */
export function frameIndex([from, to]: readonly number[], step: number, atoms: number, steps: number): number {
  const [low, high, at] = from < to ? [from, to, step] : [to, from, steps - 1 - step];
  const pair = low * atoms - (low * (low + 1)) / 2 + (high - low - 1);
  return pair * steps + at;
}
