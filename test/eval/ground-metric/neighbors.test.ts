import { parse } from "csv-parse/sync";
import { expect, it } from "vitest";
import { nearest, neighborTable } from "../../../eval/ground-metric/neighbors.ts";
import { Random } from "../../../src/tensor/random.ts";

const distances = Float64Array.of(0, 2, 1, 2, 0, 2, 1, 2, 0);

it("nearest leaves the entry itself out and breaks ties by number", () => {
  expect(nearest(distances, 3, 0, 5)).toEqual([2, 1]);
  expect(nearest(distances, 3, 1, 1)).toEqual([0]);
});

it("neighborTable lists entries, ranks, neighbours and distances", () => {
  const [header, first] = neighborTable(distances, ["a", "b", "c"]).split("\n");
  expect(header).toBe("name\trank\tneighbor\tdistance");
  expect(first).toBe("a\t1\tc\t1");
});

it("neighborTable keeps its columns where a name has a tab or a newline", () => {
  const table = neighborTable(distances, ["a\tb", "c\nd", 'e"f']);
  const rows: string[][] = parse(table, { delimiter: "\t" });
  expect(rows.map((row) => row.length)).toEqual(Array(rows.length).fill(4));
  expect(new Set(rows.slice(1).map(([name]) => name))).toEqual(new Set(["a\tb", "c\nd", 'e"f']));
});

it("nearest finds what sorting finds", () => {
  const random = Random.fromSeed(2);
  const row = Float64Array.from({ length: 60 }, () => Math.floor(20 * random.uniform()));
  const sorted = [...row.keys()].slice(1).sort((a, b) => row[a] - row[b] || a - b);
  for (const wanted of [0, 1, 15, 59]) expect(nearest(row, 60, 0, wanted)).toEqual(sorted.slice(0, wanted));
});
