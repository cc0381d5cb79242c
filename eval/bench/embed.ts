import { descend } from "../../models/embed/descend.ts";
import { objectiveAt } from "../../models/embed/iterate.ts";
import { embedProblem, type EmbedProblem } from "../../models/embed/problem.ts";
import { independentStart } from "../../models/embed/starts.ts";
import { pairwiseDistances } from "../../src/spaces/distances.ts";
import { matrixMetric } from "../../src/spaces/metric-matrix.ts";
import { metricSpace } from "../../src/spaces/space.ts";
import { planeTarget } from "../../src/spaces/targets/plane.ts";
import { numberOption } from "../../src/options.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { best, GOLDEN, type BenchResult } from "./timing.ts";
import { defineWork } from "./work.ts";

/** Another irrational number, so that the second cloud is not the first one. */
const PLASTIC = 0.7548776662466927;

export const embedWork = defineWork({
  description: "Block-coordinate descent of a joint metric space embedding, of the size of SNAREseq.",
  options: {
    points: numberOption({ description: "points of each set", default: 1047, least: 2, integer: true }),
    resolution: numberOption({ description: "points along the plane", default: 20, least: 2, integer: true }),
    outer: numberOption({ description: "steps", default: 40, least: 1, integer: true }),
    lambda: numberOption({ description: "weight of the Gromov-Wasserstein terms", default: 1, above: 0 }),
    epsilon: numberOption({ description: "regularisation, a share of the largest cost", default: 1e-3, above: 0 }),
    tolerance: numberOption({ description: "violation that ends an inner problem", default: 1e-6, above: 0 }),
    iterations: numberOption({ description: "iterations of an inner problem, at most", default: 1000, integer: true }),
  },
  peer: "embed.py",
  hostOnly: "its inner problems are solved in float64",
  async prepare({ repeat, ...settings }) {
    const { lambda, ...same } = settings;
    return {
      ours: async () => [await embedding(settings, repeat)],
      peerArguments: Object.entries({ ...same, weight: lambda }).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    };
  },
});

interface EmbedBenchSettings {
  readonly points: number;
  readonly resolution: number;
  readonly outer: number;
  readonly lambda: number;
  readonly epsilon: number;
  readonly tolerance: number;
  readonly iterations: number;
}

/**
 * From one start. The peer does it with an inner problem in the log domain, that of the paper, and with products of dense conditional
 * plans at absorbed potentials, the fastest that its libraries allow. Coordinate i (from 1, point after point) of the first cloud is frac(i golden), of the second frac(i plastic), times the
 * extent of its axis; a mass i of the start's images is 0.5 + frac of the same, over the sum.
 */
async function embedding(settings: EmbedBenchSettings, repeat: number): Promise<BenchResult> {
  const { outer, lambda, iterations, ...shared } = settings;
  const step = { ...shared, lambda, scaleCosts: true, lineSearch: false, maxIterations: iterations };
  const { timing, value } = await best(repeat, async () => {
    const problem = benchProblem(settings);
    const points = settings.resolution ** 2;
    let iterate = independentStart(problem, masses(points, GOLDEN), masses(points, PLASTIC));
    let inner = 0;
    for (let done = 0; done < outer; done++) {
      iterate = descend(problem, iterate, step);
      inner += iterate.report.iterations;
    }
    return { inner, objective: objectiveAt(iterate, lambda).value };
  });
  const { points, resolution } = settings;
  return { work: "embed", points, resolution, inner_iterations: value.inner, value: value.objective, ...timing };
}

function benchProblem({ points, resolution }: EmbedBenchSettings): EmbedProblem {
  const space = (irrational: number, extents: readonly number[]) => {
    const coordinates = Float64Array.from({ length: points * extents.length }, (_, i) => {
      return (((i + 1) * irrational) % 1) * extents[i % extents.length];
    });
    const { data, shape } = pairwiseDistances(ndarray(coordinates, [points, extents.length]), "euclidean");
    const largest = data.reduce((most, distance) => Math.max(most, distance), 0);
    return metricSpace(
      matrixMetric(
        ndarray(
          Float64Array.from(data, (distance) => distance / largest),
          shape,
        ),
      ),
    );
  };
  return embedProblem(space(GOLDEN, [1, 0.7, 0.1]), space(PLASTIC, [1, 0.6]), planeTarget({ resolution }));
}

function masses(count: number, irrational: number): Float64Array {
  const raw = Float64Array.from({ length: count }, (_, i) => 0.5 + (((i + 1) * irrational) % 1));
  const total = raw.reduce((sum, mass) => sum + mass, 0);
  return raw.map((mass) => mass / total);
}
