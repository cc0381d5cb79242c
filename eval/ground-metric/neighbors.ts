import { encodeTsv } from "../../src/data/tab-separated.ts";

/** Neighbours listed for each entry. */
const NEIGHBORS = 10;

/** The nearest entries of each one, as a tab-separated table (see `encodeTsv`): entry, rank from 1, neighbour, distance. */
export function neighborTable(distances: Float64Array, names: readonly string[]): string {
  const rows: (string | number)[][] = [["name", "rank", "neighbor", "distance"]];
  names.forEach((name, i) => {
    nearest(distances, names.length, i, NEIGHBORS).forEach((j, rank) => {
      rows.push([name, rank + 1, names[j], distances[i * names.length + j]]);
    });
  });
  return encodeTsv(rows);
}

/** The `wanted` entries nearest to i, itself left out; of equals the one with the lower number first. */
export function nearest(distances: Float64Array, count: number, i: number, wanted: number): number[] {
  const row = distances.subarray(i * count, (i + 1) * count);
  const found: number[] = [];
  for (let j = 0; j < count; j++) {
    if (j === i || (found.length === wanted && !(row[j] < row[found[wanted - 1]]))) continue;
    let place = found.length;
    while (place > 0 && row[j] < row[found[place - 1]]) place--;
    found.splice(place, 0, j);
    if (found.length > wanted) found.pop();
  }
  return found;
}
