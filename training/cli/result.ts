import { writeEvaluation, type Evaluation } from "../../eval/evaluator.ts";
import type { Highlight } from "../../eval/report.ts";
import { shapeText, type Dataset } from "../../src/data/dataset.ts";
import { nativeStatus } from "../../src/native/loader.ts";
import type { BackendSelection } from "../../src/tensor/backend.ts";
import type { Component, PreparedTask } from "../components/component.ts";
import type { RunDirectory } from "../run-directory.ts";
import type { OutputFlags } from "./common-options.ts";
import { openRun, trainedRun } from "./saved-run.ts";
import { sayNotes } from "./say.ts";

/** Says which backend computes and, for auto, why not an earlier one; warns once about absent native kernels. */
export function announce(
  component: Component,
  { name, detail, reason, passedOver }: BackendSelection,
  dataset: Dataset,
  { engine }: PreparedTask,
  say: (line: string) => void,
): void {
  const reasons = passedOver.map((report) => `${report.name}: ${report.detail}`).join("; ");
  say(`backend ${name} (${detail})${reason ? `, ${reason}` : ""}${reasons ? `; passed over ${reasons}` : ""}`);
  const { addon, detail: why } = nativeStatus();
  if (!addon && name !== "webgpu") say(`warning: no native kernels, ${why}; everything works, only slower`);
  say(`${component.name} on ${dataset.name} ${shapeText(dataset)}, ${engine}`);
}

/** An evaluation whose summary says what computed the run: backend, adapter and driver, engine and domain. */
export function withComputing(evaluation: Evaluation, { config }: RunDirectory): Evaluation {
  const { backend, adapter, engine, earlierBackends } = config;
  const computing = { backend, adapter: adapter?.name, driver: adapter?.driver, engine, earlierBackends };
  return { ...evaluation, summary: { ...evaluation.summary, ...computing } };
}

/** Evaluates a finished run on its own data, writes its result and says the figures that its user came for. */
export async function writeResult(path: string, dataset: Dataset, flags: OutputFlags): Promise<void> {
  const run = await openRun(path);
  const found = await run.component.evaluator.evaluate(await trainedRun(run), { dataset, isTrainingData: true });
  const evaluation = withComputing(found, run.directory);
  sayNotes(await writeEvaluation(path, evaluation), flags);
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ event: "result", run: path, ...evaluation.summary })}\n`);
  } else if (!flags.quiet) {
    const lines = highlightLines(evaluation.report({}).highlights ?? []);
    const places = [`result: ${run.directory.resultFolder}`, `report: ${path}/report.html`];
    for (const line of [...lines, ...places]) process.stderr.write(`  ${line}\n`);
  }
}

/** "WDL  33.80 dB   mean PSNR of this dictionary", the values below each other. */
function highlightLines(highlights: readonly Highlight[]): string[] {
  const width = Math.max(...highlights.map(({ label }) => label.length), 0) + 2;
  return highlights.map(({ label, value, note }) => `${label.padEnd(width)}${value}${note ? `   ${note}` : ""}`);
}
