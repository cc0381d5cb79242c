import { describe, expect, it } from "vitest";
import { EVD, Matrix } from "ml-matrix";
import { kernelPca } from "../../../eval/baselines/kernel-pca.ts";
import { InputError } from "../../../src/errors.ts";
import { Random } from "../../../src/tensor/random.ts";

describe("kernelPca", () => {
  it("gives the leading eigenvectors of the centred Gaussian kernel, times the roots of their eigenvalues", () => {
    const random = Random.fromSeed(2);
    const [count, size] = [25, 4];
    const data = random.fill(count * size, () => random.normal());
    const kernel = new Matrix(count, count);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        let squared = 0;
        for (let k = 0; k < size; k++) squared += (data[i * size + k] - data[j * size + k]) ** 2;
        kernel.set(i, j, Math.exp(-squared / size));
      }
    }
    const centring = Matrix.sub(Matrix.eye(count), Matrix.ones(count, count).div(count));
    const { realEigenvalues, eigenvectorMatrix } = new EVD(centring.mmul(kernel).mmul(centring), {
      assumeSymmetric: true,
    });
    const order = [...realEigenvalues.keys()].sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
    const coordinates = kernelPca({ shape: [count, size], data }, 3);
    expect(coordinates.shape).toEqual([count, 3]);
    for (let component = 0; component < 3; component++) {
      const expected = eigenvectorMatrix
        .getColumn(order[component])
        .map((x) => x * Math.sqrt(realEigenvalues[order[component]]));
      const found = Array.from({ length: count }, (_, row) => coordinates.data[row * 3 + component]);
      const sign = Math.sign(found[0] * expected[0]);
      found.forEach((value, row) => expect(sign * value).toBeCloseTo(expected[row], 5));
    }
  });

  it("refuses data without a sample axis", () => {
    expect(() => kernelPca({ shape: [3], data: new Float64Array(3) }, 2)).toThrow(InputError);
  });
});
