import { expect, it } from "vitest";
import { quadraticForms, sparseRows } from "../../../models/ground-metric/quadratic-forms.ts";
import { Random } from "../../../src/tensor/random.ts";

it("quadratic forms of sparse rows are those of the differences", () => {
  const random = Random.fromSeed(3);
  const [count, bins] = [6, 9];
  const data = random.fill(count * bins, () => (random.uniform() < 0.5 ? 0 : random.uniform()));
  const root = random.fill(bins * bins, () => random.normal());
  const cost = Float64Array.from(
    { length: bins * bins },
    (_, at) => root[at] + root[(at % bins) * bins + Math.floor(at / bins)],
  );
  const formOf = quadraticForms(sparseRows({ count, bins, data }), cost);
  for (let k = 0; k < count; k++) {
    for (let l = 0; l < count; l++) {
      const difference = Array.from({ length: bins }, (_, bin) => data[k * bins + bin] - data[l * bins + bin]);
      let form = 0;
      for (let i = 0; i < bins; i++)
        for (let j = 0; j < bins; j++) form += difference[i] * cost[i * bins + j] * difference[j];
      expect(formOf(k, l)).toBeCloseTo(form, 12);
    }
  }
});
