import { describe, expect, it } from "vitest";
import { gromovAlignment } from "../../../eval/baselines/gromov-alignment.ts";
import { matrixMetric } from "../../../src/spaces/metric-matrix.ts";
import { metricSpace } from "../../../src/spaces/space.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { distancesOf, randomMatrix } from "../../support/spaces.ts";

describe("gromovAlignment", () => {
  // unlike in any direction, so that one alignment is best; X is Y turned by a right angle
  const pointsY = randomMatrix(24, 2, 3);
  pointsY.data.forEach(
    (value, at) => (pointsY.data[at] = at % 2 ? 0.4 * value + 0.3 * value ** 2 : value ** 3 + value),
  );
  const pointsX = ndarray(
    pointsY.data.map((_, at) => (at % 2 ? pointsY.data[at - 1] : -pointsY.data[at + 1])),
    pointsY.shape,
  );
  const [x, y] = [pointsX, pointsY].map((points) => metricSpace(matrixMetric(distancesOf(points))));

  it("puts the points of one set beside their images in the other, both ways", () => {
    const options = { epsilon: 0.01, pointsX, pointsY, starts: 4 };
    const { coupling, projectionX, projectionY, result } = gromovAlignment(x, y, options);
    expect(result.status).toBe("converged");
    for (let i = 0; i < 24; i++) {
      const row = [...coupling.data.subarray(24 * i, 24 * (i + 1))];
      expect(row.indexOf(Math.max(...row))).toBe(i);
    }
    const worst = (a: Float64Array, b: Float64Array) =>
      a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at])), 0);
    expect(projectionX!.shape).toEqual([24, 2]);
    expect(worst(projectionX!.data, pointsY.data)).toBeLessThan(0.2);
    expect(worst(projectionY!.data, pointsX.data)).toBeLessThan(0.2);
  });

  it("projects the mean onto the mean, whatever the coupling", () => {
    const { projectionX } = gromovAlignment(x, y, { epsilon: 1, pointsY });
    const mean = (data: Float64Array) => data.reduce((sum, value, at) => sum + (at % 2 ? 0 : value), 0) / 24;
    expect([mean(projectionX!.data)]).toBeAllclose([mean(pointsY.data)], { absolute: 1e-9, relative: 0 });
  });

  it("projects only where there are coordinates, and checks them", () => {
    const { projectionX, projectionY } = gromovAlignment(x, y, { epsilon: 1, pointsX });
    expect([projectionX, projectionY!.shape]).toEqual([undefined, [24, 2]]);
    const few = ndarray(new Float64Array(6), [3, 2]);
    expect(() => gromovAlignment(x, y, { epsilon: 1, pointsX: few })).toThrow(
      "points of X: expected [24, dimension], got [3, 2]",
    );
  });
});
