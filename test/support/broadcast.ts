import fc from "fast-check";
import { sizeOf } from "./matmul.ts";

/** Two shapes that broadcast: of each dimension either may be 1, and leading ones may be missing. */
export const broadcastShapes = fc
  .array(fc.record({ size: fc.integer({ min: 0, max: 6 }), a: fc.boolean(), b: fc.boolean() }), { maxLength: 4 })
  .chain((dimensions) =>
    fc.record({ dropA: fc.integer({ min: 0, max: 2 }), dropB: fc.integer({ min: 0, max: 2 }) }).map((drop) => ({
      a: dimensions.map(({ size, a }) => (a ? size : 1)).slice(drop.dropA),
      b: dimensions.map(({ size, b }) => (b ? size : 1)).slice(drop.dropB),
    })),
  );

/** For each element of the broadcast result the indices of its operands. */
export function broadcastPairs(a: readonly number[], b: readonly number[]): [a: number, b: number][] {
  const rank = Math.max(a.length, b.length);
  const padded = [a, b].map((shape) => [...new Array<number>(rank - shape.length).fill(1), ...shape]);
  const shape = padded[0].map((size, d) => (size === 1 ? padded[1][d] : size));
  return Array.from({ length: sizeOf(shape) }, (_, element) => {
    let rest = element;
    const index = new Array<number>(rank);
    for (let d = rank - 1; d >= 0; d--) {
      index[d] = rest % shape[d];
      rest = Math.floor(rest / shape[d]);
    }
    const [left, right] = padded.map((own) => own.reduce((at, size, d) => at * size + (size === 1 ? 0 : index[d]), 0));
    return [left, right];
  });
}
