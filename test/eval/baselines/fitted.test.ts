import { describe, expect, it } from "vitest";
import { componentRows, fittedNmf, fittedPca } from "../../../eval/baselines/fitted.ts";
import { nmf } from "../../../eval/baselines/nmf.ts";
import { pca } from "../../../eval/baselines/pca.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { distance, rampMatrix } from "../../support/ramp-matrix.ts";

const data = rampMatrix();
const size = data.shape[1];

describe("a fitted dictionary", () => {
  it("of principal components gives the data that it was fitted to what the fit gave them", () => {
    const { mean, components, coefficients, reconstructions } = pca(data, 3);
    const { encode, decode } = fittedPca(mean.data, componentRows(components, size));
    const encoded = encode(data.data);
    expect(encoded.flatMap((row) => [...row])).toBeAllclose(coefficients.data, { absolute: 1e-10 });
    expect(decode(encoded)).toBeAllclose(reconstructions.data, { absolute: 1e-10 });
  });

  it("of principal components projects other data orthogonally", () => {
    const { mean, components } = pca(data, 3);
    const rows = componentRows(components, size);
    const { encode, decode } = fittedPca(mean.data, rows);
    const sample = Float64Array.from({ length: size }, (_, n) => Math.sin(3 * n));
    const [residual] = [decode(encode(sample)).map((value, n) => sample[n] - value)];
    for (const row of rows)
      expect(Math.abs(row.reduce((sum, value, n) => sum + value * residual[n], 0))).toBeLessThan(1e-10);
  });

  it("of the mean alone is the mean", () => {
    const { mean } = pca(data, 0);
    const { encode, decode } = fittedPca(mean.data, []);
    expect(decode(encode(data.data.slice(0, 2 * size)))).toBeAllclose([...mean.data, ...mean.data]);
  });

  it("of nonnegative components is at least as good as the factorisation was", () => {
    const fit = nmf(data, 4);
    const { encode, decode } = fittedNmf(componentRows(fit.components, size));
    const encoded = encode(data.data);
    expect(encoded.every((row) => row.every((value) => value >= 0))).toBe(true);
    const error = distance(ndarray(decode(encoded), data.shape), data);
    expect(error).toBeLessThanOrEqual(fit.error * (1 + 1e-9));
    expect(error).toBeGreaterThan(0.999 * fit.error);
  });
});
