/** What a dictionary's reconstruction depends on, as a reader of `result/` and `config.json` knows it. */
export interface NaiveSettings {
  /** C [n, n] */
  readonly cost: readonly (readonly number[])[];
  readonly gamma: number;
  readonly iterations: number;
  /** tau of the heavy-ball variant; 0: none. */
  readonly heavyBall: number;
  /** rho of the unbalanced variant; undefined: balanced. */
  readonly unbalanced: number | undefined;
  readonly debiased: boolean;
}

/**
 * The barycenter of Schmitz et al. 2018, equations 6 to 8 and Algorithms 5 and 6, or that of Janati et al. 2020, Algorithm 1, of mass one, by plain loops over the
 * dense kernel in float64 and logarithms. It shares no code with the package and is written to be read, not to be fast.
 */
export function naiveBarycenter(
  atoms: readonly (readonly number[])[],
  weights: readonly number[],
  { cost, gamma, iterations, heavyBall: tau, unbalanced: rho, debiased }: NaiveSettings,
): number[] {
  const n = cost.length;
  const share = rho === undefined ? 1 : rho / (rho + gamma);
  const extrapolated = (before: number, now: number) => (tau === 0 ? now : tau * before + (1 - tau) * now); // 0 * infinity
  let logA = atoms.map(() => new Array<number>(n).fill(0));
  let logB = atoms.map(() => new Array<number>(n).fill(0));
  let logD = new Array<number>(n).fill(0);
  let logP: number[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    // a_s = (d_s / K b_s)^share
    logA = atoms.map((atom, s) =>
      atom.map((mass, i) => {
        const logKb = logSum(cost[i].map((c, j) => logB[s][j] - c / gamma));
        return extrapolated(logA[s][i], share * (Math.log(mass) - logKb));
      }),
    );
    // phi_s = K^T a_s
    const logPhi = logA.map((a) => cost.map((_, j) => logSum(a.map((value, i) => value - cost[i][j] / gamma))));
    // p = prod_s phi_s^lambda_s, or the power mean that takes its place
    logP = cost.map((_, j) =>
      rho === undefined
        ? weights.reduce((sum, weight, s) => sum + weight * logPhi[s][j], 0)
        : logSum(weights.map((weight, s) => Math.log(weight) + (gamma / (rho + gamma)) * logPhi[s][j])) *
          ((rho + gamma) / gamma),
    );
    // p = D prod_s phi_s^lambda_s and D = sqrt(D p / K D)
    if (debiased) {
      logP = logP.map((value, j) => value + logD[j]);
      const before = logD;
      logD = before.map((value, i) => (value + logP[i] - logSum(cost[i].map((c, j) => before[j] - c / gamma))) / 2);
    }
    // b_s = (p / phi_s)^share
    logB = logB.map((b, s) => b.map((before, j) => extrapolated(before, share * (logP[j] - logPhi[s][j]))));
  }
  const total = logSum(logP);
  return logP.map((value) => Math.exp(value - total));
}

/** Squared distances of the pixels of a grid, row by row. */
export function gridCost([height, width]: readonly [number, number]): number[][] {
  const pixels = Array.from({ length: height * width }, (_, k) => [Math.floor(k / width), k % width]);
  return pixels.map(([y, x]) => pixels.map(([v, u]) => (y - v) ** 2 + (x - u) ** 2));
}

function logSum(values: readonly number[]): number {
  const largest = Math.max(...values);
  if (largest === -Infinity) return -Infinity;
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
