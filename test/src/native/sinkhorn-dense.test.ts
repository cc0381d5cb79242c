import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  denseGeometry,
  type DenseGeometry,
} from "../../../src/geometry/dense.ts";
import type { Geometry } from "../../../src/geometry/geometry.ts";
import { LOG_ZERO } from "../../../src/geometry/log-matvec.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { nativeStatus } from "../../../src/native/loader.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { previousSolution } from "../../../src/transport/initializers/previous.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { nativeSinkhorn } from "../../../src/transport/sinkhorn/native.ts";
import { randomNormal } from "../../support/problems.ts";
import {
  expectPotential,
  histogram,
  rounded,
  rowsTensor,
} from "../../support/sinkhorn.ts";

const { addon } = nativeStatus();

/** Squared distances between random points of a square of side one, at most 2. */
function cloud(n: number, m: number, seed: number): DenseGeometry {
  const points = (count: number, offset: number) =>
    ndarray(
      randomNormal(2 * count, seed + offset).map(
        (value) => value - Math.floor(value),
      ),
      [count, 2],
    );
  return pointCloud(points(n, 0), points(m, 1));
}

const problems = fc.record({
  n: fc.integer({ min: 1, max: 60 }),
  m: fc.integer({ min: 1, max: 60 }),
  /** As many as fill a block and more, so that pairs enter and leave. */
  pairs: fc.constantFrom(1, 2, 5, 40),
  seed: fc.integer({ min: 0, max: 1e6 }),
  zeroShare: fc.constantFrom(0, 0.3, 0.9),
  logEpsilon: fc.double({ min: -12, max: 2, noNaN: true }),
  iterations: fc.integer({ min: 1, max: 12 }),
  start: fc.constantFrom(0, 1, 30),
  domain: fc.constantFrom("auto" as const, "log" as const),
});

describe.skipIf(!addon)("native Sinkhorn under a dense cost", () => {
  let tensors = 0;
  beforeAll(() => useBackend("wasm"));
  beforeEach(() => void (tensors = tf.memory().numTensors));
  afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

  it("equals the float64 host for random clouds, epsilons, starts and zero masses", () => {
    const domains = { scaling: 0, log: 0 };
    fc.assert(
      fc.property(
        problems,
        ({
          n,
          m,
          pairs,
          seed,
          zeroShare,
          logEpsilon,
          iterations,
          start,
          momentum,
          domain,
        }) => {
          const geometry = cloud(n, m, seed);
          const epsilon = Math.exp(logEpsilon);
          const rows = (count: number, offset: number) =>
            Array.from({ length: pairs }, (_, pair) =>
              rounded(histogram(count, seed + 10 * pair + offset, zeroShare)),
            );
          const [a, b] = [rows(n, 0), rows(m, 1)];
          const g0 = b.map((_, pair) =>
            rounded(
              randomNormal(m, seed + pair).map(
                (value) => value * start * epsilon,
              ),
            ),
          );
          tf.tidy(() => {
            const kernel = geometry.kernel(epsilon);
            const options = {
              iterations,
              domain,
              start: rowsTensor(g0),
            };
            const solution = nativeSinkhorn(
              kernel,
              rowsTensor(a),
              rowsTensor(b),
              options,
            )!;
            domains[solution.domain]++;
            const [f, g] = [solution.f.dataSync(), solution.g.dataSync()];
            a.forEach((masses, pair) => {
              const host = sinkhornHost(geometry, masses, b[pair], {
                epsilon,
                maxIterations: iterations,
                tolerance: 0,
                  initializer: previousSolution(g0[pair]),
              });
              expectPotential(
                f.slice(pair * n, (pair + 1) * n),
                host.f,
                masses,
              );
              expectPotential(
                g.slice(pair * m, (pair + 1) * m),
                host.g,
                b[pair],
              );
            });
            kernel.dispose();
          });
        },
      ),
      { numRuns: 150 },
    );
    expect(Math.min(domains.scaling, domains.log)).toBeGreaterThan(10);
  });
});
