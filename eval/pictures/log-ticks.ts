/** 1, 2, 5, 10, ... within a logarithmic axis; only powers of ten where those are many. */
export function logTicks(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Math.ceil(Math.log10(high)) - first;
  const ticks = Array.from({ length: decades + 1 }, (_, decade) =>
    [1, 2, 5].map((digit) => digit * 10 ** (first + decade)),
  )
    .flat()
    .filter((tick) => tick >= low && tick <= high);
  const powers = ticks.filter((tick) => Number.isInteger(Math.log10(tick)));
  if (ticks.length <= 6) return ticks;
  const every = Math.ceil(powers.length / 6);
  return powers.filter((_, index) => index % every === 0);
}
