export interface MeanAndDeviation {
  readonly mean: number;
  /** Of the population. */
  readonly deviation: number;
}

/** NaN of no values. */
export function meanAndDeviation(values: ArrayLike<number>): MeanAndDeviation {
  const count = values.length;
  let [sum, squares] = [0, 0];
  for (let at = 0; at < count; at++) sum += values[at];
  const mean = sum / count;
  for (let at = 0; at < count; at++) squares += (values[at] - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / count) };
}
