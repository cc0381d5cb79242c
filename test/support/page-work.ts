import type * as core from "../../src/index.ts";
import type * as models from "../../models/index.ts";
import type * as training from "../../training/index.ts";

/** The package as a page or a program of Node's has it. */
export interface Package {
  readonly core: typeof core;
  readonly models: typeof models;
  readonly training: typeof training;
}

const SIDE = 6;

/** A spot on a faint ground, of mass one. */
function spot(row: number, column: number): number[] {
  const mass = Array.from(
    { length: SIDE ** 2 },
    (_, at) => 0.01 + Math.exp(-((Math.floor(at / SIDE) - row) ** 2 + ((at % SIDE) - column) ** 2) / 3),
  );
  const total = mass.reduce((sum, value) => sum + value, 0);
  return mass.map((value) => value / total);
}

/** A little of everything that a page may do with the package, in plain values: the same code there and in Node. */
export async function pageWork({ core, models, training }: Package, choice: core.BackendChoice) {
  const backend = await core.useBackend(choice);
  const [a, b, c] = [spot(2, 2), spot(5, 4), spot(1, 6)];
  const geometry = core.grid({ size: [SIDE, SIDE] });

  const { f, g } = await core.sinkhorn([a], [b], geometry, { epsilon: 1, tolerance: 1e-2 });
  const potentials = [...(await f.data())];
  f.dispose();
  g.dispose();

  const engine = core.chooseBarycenterEngine(geometry, { epsilon: 1, iterations: 5 });
  const mean = await core.barycenterOperator(engine).barycenters({
    atoms: core.ndarray(Float64Array.of(...a, ...b), [2, SIDE ** 2]),
    weights: core.ndarray(Float64Array.of(0.4, 0.6), [1, 2]),
  });

  const dataset = {
    kind: "images",
    name: "spots",
    values: core.ndarray(
      Float64Array.of(...a, ...b, ...c).map((mass) => 1000 * mass),
      [3, SIDE, SIDE],
    ),
    names: ["a", "b", "c"],
  } as const;
  const options = core.resolveOptions(models.wdlOptions, { atoms: 2, iterations: 3, sinkhornIterations: 5 });
  const { problem } = await models.setUpWdl(options, dataset);
  const task = models.wdlTask({ ...options, problem, optimizer: training.lbfgs() });
  const settings = { task: "wdl", steps: 3, seed: 1, backend: backend.name, options };
  const run = await training.MemoryRun.create({ ...settings, dataset });
  const losses: number[] = [];
  const reporter = {
    ...training.quietReporter,
    row: (row: training.MetricsRow) => void losses.push(row.loss as number),
  };
  const { status, state } = await training.train(task, { seed: 1, run, reporter });
  const atoms = [...models.unpackFactors(problem, state.optimizer.x).atoms];

  const needsNode = await core.loadData("faces.png").catch((error: Error) => `${error.name}: ${error.message}`);
  const archive = btoa(Array.from(run.zip(), (byte) => String.fromCharCode(byte)).join(""));
  return { backend: backend.name, potentials, mean: [...mean], losses, status, atoms, needsNode, archive };
}
