/** Squared Euclidean distances of rows [M, M], row-major; from the differences, so that near rows keep their digits. */
export function squaredDistances(rows: readonly Float64Array[]): Float64Array {
  const count = rows.length;
  const squared = new Float64Array(count * count);
  for (let i = 1; i < count; i++) {
    const x = rows[i];
    for (let j = 0; j < i; j++) {
      const y = rows[j];
      let sum = 0;
      for (let index = 0; index < x.length; index++) sum += (x[index] - y[index]) ** 2;
      squared[i * count + j] = squared[j * count + i] = sum;
    }
  }
  return squared;
}
