import { describe, expect, it } from "vitest";
import { labelTransfer } from "../../../eval/metrics/label-transfer.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { reference } from "../../support/reference.ts";

interface Transfer {
  readonly train: number[][];
  readonly trainLabels: number[];
  readonly test: number[][];
  readonly testLabels: number[];
  readonly predicted: number[];
}

const matrix = (rows: number[][]) => ndarray(Float64Array.from(rows.flat()), [rows.length, rows[0].length]);

describe("labelTransfer", () => {
  it("tells each class as scikit-learn does, where votes are not equal", () => {
    const { train, test, trainLabels, testLabels, predicted } = reference<{ labelTransfer: Transfer }>(
      "alignment",
    ).labelTransfer;
    const { cost } = pointCloud(matrix(train), matrix(test), { cost: "euclidean", lazy: false });
    const tied = 1;
    test.forEach((_, row) => {
      if (row === tied) return;
      const { xToY } = labelTransfer(cost, trainLabels.map(String), testLabels.map(String), 5, { y: [row] });
      expect(xToY).toBe(predicted[row] === testLabels[row] ? 1 : 0);
    });
    const rows = test.map((_, row) => row).filter((row) => row !== tied);
    const right = rows.filter((row) => predicted[row] === testLabels[row]).length;
    const transfer = labelTransfer(cost, trainLabels.map(String), testLabels.map(String), 5, { y: rows });
    expect(transfer.xToY).toBeCloseTo(right / rows.length, 15);
  });

  it("goes both ways, by majority", () => {
    // x on a line at 0, 1, 2, 10; y at 1.4 and 9
    const distances = matrix([[1.4, 9], [0.4, 8], [0.6, 7], [8.6, 1]]); // prettier-ignore
    const { xToY, yToX } = labelTransfer(distances, ["A", "A", "B", "B"], ["A", "B"], 3);
    expect(xToY).toBe(1); // A, A, B at 1.4; B, B, A at 9
    // two voters for three: each class has one vote, so the nearer one wins
    expect(yToX).toBe(3 / 4);
  });

  it("lets the nearest of two equal classes win", () => {
    const voters = ["B", "A", "A", "B"];
    expect(labelTransfer(matrix([[1], [2], [3], [4]]), voters, ["B"], 4).xToY).toBe(1);
    expect(labelTransfer(matrix([[2], [1], [3], [4]]), voters, ["A"], 4).xToY).toBe(1);
  });

  it("does not hang on the order of samples that are equally near", () => {
    const collapsed = (voters: string[]) => labelTransfer(matrix(voters.map(() => [1])), voters, ["B"], 2).xToY;
    expect(collapsed(["A", "A", "B", "B", "B"])).toBe(1);
    expect(collapsed(["B", "B", "A", "A", "A"])).toBe(0);
  });

  it("passes over samples without a class", () => {
    const distances = matrix([[0, 1], [1, 1], [5, 5]]); // prettier-ignore
    expect(labelTransfer(distances, [undefined, "A", "B"], ["A", undefined], 1)).toEqual({ xToY: 1, yToX: 0.5 });
  });

  it.each([
    ["another number of labels", () => labelTransfer(matrix([[1, 2]]), ["A"], ["A"]), /expected 1 and 2 labels/],
    ["no labels", () => labelTransfer(matrix([[1]]), [undefined], ["A"]), /labelled samples in both/],
    ["no neighbours", () => labelTransfer(matrix([[1]]), ["A"], ["A"], 0), /positive number/],
  ])("refuses %s", (_, call, message) => {
    expect(call).toThrow(InputError);
    expect(call).toThrow(message);
  });
});
