import { describe, expect, it } from "vitest";
import { matrixPicture } from "../../../eval/pictures/matrix.ts";
import { blocksOf, pooled } from "../../../eval/pictures/pooled.ts";
import type { MatrixView } from "../../../eval/views.ts";

describe("pooled", () => {
  it("has means of blocks of the order", () => {
    const matrix = { shape: [3, 4], data: Float64Array.from({ length: 12 }, (_, at) => at) };
    const [rows, columns] = [blocksOf([2, 0, 1], 2), blocksOf([3, 2, 1, 0], 2)];
    expect(rows.bounds).toEqual([0, 1, 3]);
    expect(columns.bounds).toEqual([0, 2, 4]);
    const { shape, data } = pooled(matrix, rows, columns);
    expect(shape).toEqual([2, 2]);
    expect([...data]).toEqual([10.5, 8.5, 4.5, 2.5]);
  });

  it("only reorders what has as many blocks as entries", () => {
    const matrix = { shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) };
    expect([...pooled(matrix, blocksOf([1, 0], 100), blocksOf([0, 1], 100)).data]).toEqual([3, 4, 1, 2]);
  });
});

describe("matrixPicture", () => {
  const picture = (count: number) => {
    const order = Array.from({ length: count }, (_, index) => index);
    const side = { title: "sample", names: order.map((index) => `s${index}`), labels: order.map(() => undefined) };
    const matrix = { shape: [count, count], data: Float64Array.from({ length: count ** 2 }, (_, at) => at % 7) };
    return matrixPicture(matrix, {
      rows: side,
      columns: side,
      valueTitle: "distance",
      orders: [
        { title: "as given", rows: order, columns: order },
        { title: "backwards", rows: order.toReversed(), columns: order.toReversed() },
      ],
    });
  };

  it("carries all entries in every order as plain JSON", async () => {
    const { view } = (await picture(3)) as { view: MatrixView };
    expect(JSON.parse(JSON.stringify(view))).toEqual(view);
    expect(view.orders.map(({ values }) => values)).toEqual([
      [[0, 1, 2], [3, 4, 5], [6, 0, 1]],
      [[1, 0, 6], [5, 4, 3], [2, 1, 0]],
    ]); // prettier-ignore
    expect(view.rows.labels).toEqual([null, null, null]);
  });

  it("pools many entries, in the still picture too, whose axes say so", async () => {
    const { svg, view } = (await picture(230)) as { svg: string; view: MatrixView };
    expect(view.orders.map(({ values }) => [values.length, values[0].length])).toEqual([[100, 100], [100, 100]]); // prettier-ignore
    expect(view.orders[0].rows.bounds.at(-1)).toBe(230);
    expect(svg).toContain("sample (blocks of 2.3), as given");
    expect(JSON.stringify(view).length).toBeLessThan(200_000);
  });
});
