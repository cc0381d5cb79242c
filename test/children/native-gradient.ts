import { isDeepStrictEqual } from "node:util";
import { denseGeometry } from "../../src/geometry/dense.ts";
import { grid } from "../../src/geometry/grid.ts";
import { nativeStatus } from "../../src/native/loader.ts";
import { Random } from "../../src/tensor/random.ts";
import { hostEngine } from "../../src/transport/barycenter/engine-host.ts";
import { nativeEngine } from "../../src/transport/barycenter/engine-native.ts";
import { barycenterOperator } from "../../src/transport/barycenter/operator.ts";
import { resolveBarycenterOptions } from "../../src/transport/barycenter/options.ts";

/**
 * `node native-gradient.js`: loss and gradients of one fixed problem on a grid and with a cost that is not symmetric, for
 * each variant of the operator, debiased with the symmetric one, at once and in the smallest pieces, by whatever kernels the environment
 * gives (OTLEARN_NATIVE, OTLEARN_ISA, OTLEARN_THREADS), as JSON. On the grid some points need float64 and some the log domain.
 */
const [height, width, atoms, points] = [11, 29, 3, 21];
const pixels = height * width;
const random = Random.fromSeed(3);

function rows(count: number, columns: number, value: (column: number) => number): Float64Array {
  const out = Float64Array.from({ length: count * columns }, (_, index) => value(index % columns));
  for (let start = 0; start < out.length; start += columns) {
    const row = out.subarray(start, start + columns);
    const sum = row.reduce((total, each) => total + each, 0);
    row.forEach((each, index) => (row[index] = each / sum));
  }
  return out;
}

// atoms fill a third of the width each
const inputs = {
  atoms: {
    shape: [atoms, pixels],
    data: rows(atoms, pixels, () => random.uniform()).map((mass, index) => {
      const third = Math.floor((3 * (index % width)) / width);
      return third === Math.floor(index / pixels) ? mass : 0;
    }),
  },
  weights: { shape: [points, atoms], data: rows(points, atoms, () => random.uniform() ** 8) },
};
const data = rows(points, pixels, () => random.uniform());
const plane = grid({ size: [height, width] });
const { data: distances, shape } = plane.costMatrix();
const lopsided = distances.map((cost, index) => (Math.floor(index / pixels) < index % pixels ? 1.5 * cost : cost));
const onGrid = { geometry: plane, epsilon: 1.2 };
const under = (cost: Float64Array) => ({ geometry: denseGeometry(cost, shape as [number, number]), epsilon: 12 });
const variants = [{}, { heavyBall: -0.2 }, { rho: 3 }, { heavyBall: -0.2, rho: 3 }];
const problems = [
  ...[onGrid, under(lopsided)].flatMap((ground) => variants.map((variant) => ({ ...ground, ...variant }))),
  ...[onGrid, under(distances)].map((ground) => ({ ...ground, debiased: true })),
];
const term = {
  name: "quadratic" as const,
  data,
  evaluate(point: number, p: Float64Array, gradient: Float64Array): number {
    return p.reduce((sum, mass, index) => {
      const difference = mass - data[point * pixels + index];
      gradient[index] = 2 * difference;
      return sum + difference * difference;
    }, 0);
  },
};

const results = [];
let name = "";
let pausesChangeNothing = true;
for (const { geometry, ...options } of problems) {
  const resolved = resolveBarycenterOptions({ iterations: 6, ...options });
  const host = hostEngine(geometry, resolved);
  const native = nativeEngine(geometry, resolved, host);
  const operator = barycenterOperator(native ?? host);
  const found = await operator.lossAndGradient(inputs, term);
  const { value, gradient } = found;
  results.push({ value, atoms: [...gradient.atoms], weights: [...gradient.weights] });
  const smallest = barycenterOperator(nativeEngine(geometry, resolved, host, 0) ?? host);
  const paused = await smallest.lossAndGradient(inputs, term);
  pausesChangeNothing &&= isDeepStrictEqual(paused, found);
  name = operator.name;
}
process.stdout.write(JSON.stringify({ status: nativeStatus().detail, operator: name, results, pausesChangeNothing }));
