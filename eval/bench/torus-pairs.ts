/** Two-mode data on a torus as `peers/*_all_pairs.py` make it, number for number. */
export interface TorusPairs {
  /** Rows of the data as histograms [samples, features]. */
  readonly histograms: Float64Array;
  /** L1 distances of its columns as histograms, divided by the largest [features, features]. */
  readonly cost: Float64Array;
}

/** Added to every mass before the last normalisation. */
const DUST = 1e-6;

/** X_ik = h(i / samples - k / features), h two bumps of the circle. */
export function torusPairs(samples: number, features: number): TorusPairs {
  const data = Float64Array.from({ length: samples * features }, (_, index) => {
    return twoModes(Math.floor(index / features) / samples - (index % features) / features);
  });
  const columns = Float64Array.from({ length: samples * features }, (_, index) => {
    return data[(index % samples) * features + Math.floor(index / samples)];
  });
  const cost = l1Distances(dusted(columns, samples), samples);
  const largest = cost.reduce((most, entry) => Math.max(most, entry), 0);
  return { histograms: dusted(data, features), cost: cost.map((entry) => entry / largest) };
}

function twoModes(x: number): number {
  let sum = 0;
  for (let turn = -2; turn <= 2; turn++) {
    sum += Math.exp(-(((x + turn) / 0.1) ** 2)) + 0.5 * Math.exp(-(((x + turn + 1 / 3) / 0.05) ** 2));
  }
  return sum;
}

/** Rows divided by their sums, with dust, and divided again. */
function dusted(rows: Float64Array, length: number): Float64Array {
  return normalised(
    normalised(rows, length).map((mass) => mass + DUST),
    length,
  );
}

function normalised(rows: Float64Array, length: number): Float64Array {
  const result = rows.slice();
  for (let start = 0; start < rows.length; start += length) {
    const row = result.subarray(start, start + length);
    const total = row.reduce((sum, mass) => sum + mass, 0);
    row.forEach((mass, index) => (row[index] = mass / total));
  }
  return result;
}

function l1Distances(rows: Float64Array, length: number): Float64Array {
  const count = rows.length / length;
  return Float64Array.from({ length: count * count }, (_, index) => {
    const [p, q] = [Math.floor(index / count) * length, (index % count) * length];
    let sum = 0;
    for (let k = 0; k < length; k++) sum += Math.abs(rows[p + k] - rows[q + k]);
    return sum;
  });
}
