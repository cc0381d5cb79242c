/**
 * The mean that makes a barycenter out of the marginals phi_s = K^T a_s: p = prod phi_s^lambda_s in the balanced case,
 * p = (sum lambda_s phi_s^power)^(1 / power) in the unbalanced one. Everything is in logarithms, so that neither needs
 * a power of a negative number.
 */
export interface LogMean {
  /** log p [N] from log phi (S arrays [N]) into `out`. */
  apply(weights: Float64Array, logPhi: readonly Float64Array[], out: Float64Array): void;
  /**
   * The adjoint. `gradient` [N] is d loss / d log p; d loss / d log phi_s goes to `out[s]`, d loss / d lambda_s is added
   * to `gradientWeights[s]`.
   */
  pullBack(
    weights: Float64Array,
    logPhi: readonly Float64Array[],
    gradient: Float64Array,
    out: readonly Float64Array[],
    gradientWeights: Float64Array,
  ): void;
}

/** The mean with the given exponent; 0 is the geometric mean. */
export function logMean(power: number): LogMean {
  return power === 0 ? geometricMean : powerMean(power);
}

const geometricMean: LogMean = {
  apply(weights, logPhi, out) {
    out.fill(0);
    for (let s = 0; s < logPhi.length; s++) {
      const weight = weights[s];
      const values = logPhi[s];
      for (let i = 0; i < out.length; i++) out[i] += weight * values[i];
    }
  },
  pullBack(weights, logPhi, gradient, out, gradientWeights) {
    for (let s = 0; s < logPhi.length; s++) {
      const weight = weights[s];
      const values = logPhi[s];
      const target = out[s];
      let sum = 0;
      for (let i = 0; i < gradient.length; i++) {
        sum += gradient[i] * values[i];
        target[i] = weight * gradient[i];
      }
      gradientWeights[s] += sum;
    }
  },
};

/** exp of at most this is what the gradient of a weight of zero may reach: its atom may be larger than the mean by any factor. */
const LARGEST_EXPONENT = 600;

function powerMean(power: number): LogMean {
  const logSum = (weights: Float64Array, logPhi: readonly Float64Array[], i: number): number => {
    let largest = -Infinity;
    for (let s = 0; s < logPhi.length; s++) if (weights[s] > 0) largest = Math.max(largest, logPhi[s][i]);
    let sum = 0;
    for (let s = 0; s < logPhi.length; s++) {
      if (weights[s] > 0) sum += weights[s] * Math.exp(power * (logPhi[s][i] - largest));
    }
    return power * largest + Math.log(sum);
  };
  return {
    apply(weights, logPhi, out) {
      for (let i = 0; i < out.length; i++) out[i] = logSum(weights, logPhi, i) / power;
    },
    pullBack(weights, logPhi, gradient, out, gradientWeights) {
      for (let i = 0; i < gradient.length; i++) {
        const total = logSum(weights, logPhi, i);
        for (let s = 0; s < logPhi.length; s++) {
          const perWeight = gradient[i] * Math.exp(Math.min(power * logPhi[s][i] - total, LARGEST_EXPONENT));
          out[s][i] = weights[s] * perWeight;
          gradientWeights[s] += perWeight / power;
        }
      }
    },
  };
}
