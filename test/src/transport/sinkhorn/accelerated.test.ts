import { describe, expect, it } from "vitest";
import { sinkhornAccelerated } from "../../../../src/transport/sinkhorn/accelerated.ts";
import { sinkhornHost } from "../../../../src/transport/sinkhorn/host.ts";
import { transportPlan } from "../../../../src/transport/sinkhorn/objective.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { randomMatrix } from "../../../support/spaces.ts";

const uniform = (count: number) => new Float64Array(count).fill(1 / count);

describe("sinkhornAccelerated", () => {
  const clouds = (count: number) => pointCloud(randomMatrix(count, 2, 1), randomMatrix(count, 2, 2));

  it.each([0.005, 0.002])("has the plan of sinkhornHost in far fewer iterations, at epsilon %d", (epsilon) => {
    const geometry = clouds(40);
    const options = { epsilon, tolerance: 1e-10, maxIterations: 100_000 };
    const plain = sinkhornHost(uniform(40), uniform(40), geometry, options);
    const fast = sinkhornAccelerated(uniform(40), uniform(40), geometry, options);
    expect([plain.status, fast.status]).toEqual(["converged", "converged"]);
    expect(plain.iterations).toBeGreaterThan(500);
    expect(fast.iterations).toBeLessThan(plain.iterations / 5);
    expect(fast.errors.length).toBe(fast.iterations);
    expect(transportPlan(geometry, fast).data).toBeAllclose(transportPlan(geometry, plain).data, {
      absolute: 1e-7,
      relative: 0,
    });
  });

  it("is sinkhornHost where that needs few iterations, and stops where it is told", () => {
    const geometry = clouds(20);
    const easy = { epsilon: 0.5, tolerance: 1e-9 };
    expect(sinkhornAccelerated(uniform(20), uniform(20), geometry, easy)).toEqual(
      sinkhornHost(uniform(20), uniform(20), geometry, easy),
    );
    const hard = { epsilon: 1e-3, tolerance: 1e-300, maxIterations: 730 };
    const { iterations, status } = sinkhornAccelerated(uniform(20), uniform(20), geometry, hard);
    expect([iterations, status]).toEqual([730, "max-iterations"]);
  });
});
