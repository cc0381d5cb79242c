import { agreementOf } from "../../eval/bench/agreement.ts";
import { runPeer } from "../../eval/bench/peer.ts";
import type { BenchResult } from "../../eval/bench/timing.ts";
import type { PreparedWork } from "../../eval/bench/work.ts";
import { benchWorks } from "../../eval/bench/works.ts";
import { InputError } from "../../src/errors.ts";
import { flagOption, numberOption, pickOptions, type OptionValues } from "../../src/options.ts";
import { useBackend } from "../../src/tensor/backend.ts";
import { variableSgd } from "../optimizers/variables.ts";
import { runOptions, type OutputFlags } from "./common-options.ts";
import { ExitStatus } from "./exit-status.ts";

/** Of every work. */
export const benchOptions = {
  repeat: numberOption({ description: "repetitions, the best is reported", default: 3, least: 1, integer: true }),
  backend: { ...runOptions.backend, default: "wasm" },
  peers: flagOption("run the peer programs that are installed in turn with ours, and print the ratios"),
  rounds: numberOption({
    description: "with --peers: turns of each side, the ratio is that of the medians",
    default: 3,
    least: 1,
    integer: true,
  }),
} as const;

type BenchOptions = OptionValues<typeof benchOptions>;

/**
 * `otlearn bench [work]`: JSON lines, one a result; with `--peers` also the ratios peer / ours, and how far the values that both
 * sides print are apart. Exit status 1 where they differ: then it was not the same work.
 */
export async function benchCommand(
  name: string | undefined,
  given: Readonly<Record<string, unknown>>,
  flags: OutputFlags,
): Promise<number> {
  if (name !== undefined && !Object.hasOwn(benchWorks, name)) {
    throw new InputError(`bench ${name}: unknown; known are ${Object.keys(benchWorks).join(", ")}`);
  }
  const works = name === undefined ? Object.values(benchWorks) : [benchWorks[name]];
  const common = pickOptions(benchOptions, given);
  await useBackend(common.backend);
  let agree = true;
  for (const work of works) {
    const values = { ...pickOptions(work.options, given), repeat: common.repeat };
    const prepared = await work.prepare(values, { sgd: (rate) => variableSgd({ rate }) });
    try {
      const script = common.peers ? work.peer : undefined;
      agree = (await runInTurn(prepared, script, common, flags)) && agree;
    } finally {
      await prepared.release?.();
    }
  }
  return agree ? ExitStatus.done : ExitStatus.failed;
}

/** Ours and the peer in turn, so that a machine that slows down does not favour either. False where their values differ. */
async function runInTurn(
  { ours, peerArguments }: PreparedWork,
  script: string | undefined,
  { rounds }: BenchOptions,
  flags: OutputFlags,
): Promise<boolean> {
  if (script === undefined) {
    (await ours()).forEach(print);
    return true;
  }
  const turns: { ours: BenchResult[]; peer: BenchResult[] }[] = [];
  for (let round = 0; round < rounds; round++) {
    const results = await ours();
    results.forEach(print);
    const peer = await runPeer(script, peerArguments);
    if ("skipped" in peer) {
      if (!flags.quiet) process.stderr.write(`peer skipped: ${peer.skipped}\n`);
      return true;
    }
    peer.results.forEach(print);
    turns.push({ ours: results, peer: peer.results });
  }
  let allAgree = true;
  turns[0].ours.forEach((first, line) => {
    const seconds = median(turns.map((turn) => turn.ours[line].seconds));
    const peerSeconds = median(turns.map((turn) => turn.peer[line].seconds));
    const peer = turns[0].peer[line]["dtype"];
    const { agree, ...values } = agreementOf(first, turns[0].peer[line]);
    print({
      ...identityOf(first),
      peer,
      seconds,
      peer_seconds: peerSeconds,
      ratio: peerSeconds / seconds,
      agree,
      ...values,
    });
    allAgree &&= agree;
  });
  return allAgree;
}

/** What says which work a result is of, among several of a program. */
function identityOf({ work, size, transposes, kernel, step, masses }: BenchResult): Partial<BenchResult> {
  return { work, size, transposes, kernel, step, masses };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
