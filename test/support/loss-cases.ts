import { grid } from "../../src/geometry/grid.ts";
import { barycenterCases } from "./barycenter.ts";
import type { Ground } from "./in-page/ground.ts";
import { dictionaryCases } from "./wdl.ts";

/** Losses that the kernels take in. */
const FUSED = ["tv", "quadratic", "kl"] as const;
/** Enough where there are many iterations. */
const LONG = ["kl"] as const;

/** The two cases whose losses are known, on their grids and under a matrix of the line's costs; every variant. */
export const lossCases = dictionaryCases.flatMap(({ name, size, target, losses, variants }) => {
  const { epsilon, iterations, atoms, weights, ...known } = barycenterCases.find((given) => given.name === name)!;
  const grounds: Ground[] = [{ kind: "grid", size, spacing: 1 }];
  if (size.length === 1) grounds.push({ kind: "dense", cost: costRows(size) });
  const plain = (size.length === 1 ? LONG : FUSED).map((loss) => ({
    name: loss,
    target,
    value: losses[loss].loss,
    ...known.losses[loss],
  }));
  const settings = [
    { options: {}, p: known.p, losses: plain },
    ...variants.map(({ options, p, quadratic }, at) => ({
      options,
      p,
      losses: [{ name: "quadratic" as const, target, value: quadratic.loss, ...known.variants[at].quadratic }],
    })),
  ];
  return grounds.flatMap((ground) =>
    settings.map(({ options, ...expected }) => ({
      label: `${name}, ${ground.kind} ${JSON.stringify(options)}`,
      problem: { ground, atoms, weights, options: { epsilon, iterations, ...options } },
      ...expected,
    })),
  );
});

function costRows(size: readonly number[]): number[][] {
  const { data, shape } = grid({ size }).costMatrix();
  return Array.from({ length: shape[0] }, (_, i) => [...data.subarray(i * shape[1], (i + 1) * shape[1])]);
}
