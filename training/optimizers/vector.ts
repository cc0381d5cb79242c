/** Float64 vector arithmetic for the optimisers: a handful of loops that the JIT compiles well. */

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

export function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

export function maxAbs(a: Float64Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]));
  return most;
}

/** a + factor * b, as a new vector. */
export function addScaled(a: Float64Array, factor: number, b: Float64Array): Float64Array {
  const sum = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) sum[i] = a[i] + factor * b[i];
  return sum;
}

/** a - b, as a new vector. */
export function difference(a: Float64Array, b: Float64Array): Float64Array {
  return addScaled(a, -1, b);
}

/** a * factor, as a new vector. */
export function scaled(a: Float64Array, factor: number): Float64Array {
  return a.map((value) => value * factor);
}

/** a += factor * b, in place. */
export function accumulate(a: Float64Array, factor: number, b: Float64Array): void {
  for (let i = 0; i < a.length; i++) a[i] += factor * b[i];
}

export function isFinite(a: Float64Array): boolean {
  // The sum of finite numbers may overflow, so only a finite sum settles it without looking at every entry.
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i];
  return Number.isFinite(sum) || a.every(Number.isFinite);
}
