import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeNpy } from "../../src/data/npy.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { distancesOf } from "./spaces.ts";

/** Points [count, 2] of an L with unequal arms. */
export function ell(count: number): number[][] {
  return Array.from({ length: count }, (_, i) => {
    const along = (3 * i) / (count - 1);
    return [Math.min(along, 2) / 2, Math.max(along - 2, 0) / 2];
  });
}

/** Turned, mirrored and moved, with a third coordinate. */
export function movedEll(count: number): number[][] {
  const [cos, sin] = [Math.cos(2), Math.sin(2)];
  return ell(count).map(([x, y]) => [cos * x + sin * y + 7, sin * x - cos * y, 1]);
}

/** Writes `x.csv` and `y.csv`, an L and its moved copy, `labels.txt`, their arms, and `dx.npy`, `dy.npy`, their distances. */
export async function writeElls(folder: string, count = 20): Promise<void> {
  for (const [name, rows] of [
    ["x", ell(count)],
    ["y", movedEll(count)],
  ] as const) {
    const values = ndarray(Float64Array.from(rows.flat()), [count, rows[0].length]);
    await writeFile(join(folder, `${name}.csv`), `${rows.map((row) => row.join(",")).join("\n")}\n`);
    await writeNpy(join(folder, `d${name}.npy`), distancesOf(values));
  }
  const labels = ell(count).map(([, y]) => (y > 0 ? "short" : "long"));
  await writeFile(join(folder, "labels.txt"), `${labels.join("\n")}\n`);
}
