/** Everything that fixes the network for all grids; it travels with the weights. */
export interface AnyGridSpec {
  readonly network: "any-grid";
  /** Cells along an axis of the pooled grid on which the network's own iterations run. */
  readonly cells: number;
  /** Sinkhorn iterations on the pooled grid. */
  readonly iterations: number;
  /** Their smallest epsilon, in units of the square of the longest side: what cells of this size and float32 allow. */
  readonly leastEpsilon: number;
  /** Cosine modes an axis that the network sees of each field; it predicts as many as there are cells. */
  readonly modes: number;
  /** Units of the hidden layers. */
  readonly widths: readonly number[];
}

/** What one network serves: points along an axis, and epsilon in units of the square of the longest side. */
export const SIDES = { least: 8, most: 128 } as const;
export const EPSILONS = { least: 1e-3, most: 1e-1 } as const;

/** The sizes that `--preset any` trains. */
export const ANY_GRID: AnyGridSpec = {
  network: "any-grid",
  cells: 12,
  iterations: 3,
  leastEpsilon: 0.015,
  modes: 8,
  widths: [128, 128],
};

/** Fields of which the network sees the modes: both marginals, and three of the pooled iterations. */
const FIELDS = 5;
/** Coefficients of y, x, yy, yx, xx. */
export const MONOMIALS = 5;
/** Numbers that it sees besides: see `features.ts`. */
const SCALARS = 19;
/** Numbers about the problem that all pairs of a batch share. */
const PROBLEM_FEATURES = 5;

/** Numbers that the network sees of a pair. */
export function featuresOf({ modes }: AnyGridSpec): number {
  return FIELDS * modes ** 2 + SCALARS;
}

/** Numbers that it predicts: cosine coefficients, then those of the monomials. */
function outputsOf({ cells }: AnyGridSpec): number {
  return cells ** 2 + MONOMIALS;
}

/** Shapes of the weights by their names. `standard` centres and scales the features; it is measured, not learned. */
export function anyGridWeightShapes(spec: AnyGridSpec): ReadonlyMap<string, readonly number[]> {
  const features = featuresOf(spec);
  const shapes = new Map<string, readonly number[]>([
    ["standard/mean", [1, features]],
    ["standard/gain", [1, features]],
    ["problem/kernel", [PROBLEM_FEATURES, spec.widths[0]]],
  ]);
  let width = features;
  spec.widths.forEach((units, index) => {
    shapes.set(`hidden${index + 1}/kernel`, [width, units]).set(`hidden${index + 1}/bias`, [1, units]);
    width = units;
  });
  return shapes.set("output/kernel", [width, outputsOf(spec)]).set("output/bias", [1, outputsOf(spec)]);
}
