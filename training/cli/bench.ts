import { agreementOf, isSameWork } from "../../eval/bench/agreement.ts";
import { besideFloor, PREDICTED_CARD, predictions } from "../../eval/bench/floor.ts";
import { runPeer } from "../../eval/bench/peer.ts";
import type { BenchResult } from "../../eval/bench/timing.ts";
import type { BenchWork } from "../../eval/bench/work.ts";
import { benchWorks } from "../../eval/bench/works.ts";
import { InputError, RunError } from "../../src/errors.ts";
import { choiceOption, flagOption, numberOption, pickOptions, type OptionTable } from "../../src/options.ts";
import { useBackend } from "../../src/tensor/backend.ts";
import { isWebgpu } from "../../src/webgpu/backend.ts";
import type { Rates } from "../../src/webgpu/cost.ts";
import { measureRates } from "../../src/webgpu/rates.ts";
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
  peerDevice: choiceOption(["cpu", "cuda"], {
    description: "with --peers: where those in PyTorch compute, in float32; others are skipped on cuda",
    default: "cpu",
  }),
  predict: flagOption("time nothing: print what each work should take on a GPU, by its launches, bytes and operations"),
} as const;

type Given = Readonly<Record<string, unknown>>;

/**
 * `otlearn bench [work]`: JSON lines, one a result; on a WebGPU device beside the floor of the work. With `--peers` also the ratios
 * peer / ours, and how far the values that both sides print are apart. Exit status 1 where they differ: then it was not the same work.
 */
export async function benchCommand(name: string | undefined, given: Given, flags: OutputFlags): Promise<number> {
  if (name !== undefined && !Object.hasOwn(benchWorks, name)) {
    throw new InputError(`bench ${name}: unknown; known are ${Object.keys(benchWorks).join(", ")}`);
  }
  const names = name === undefined ? Object.keys(benchWorks) : [name];
  const { backend, predict, ...common } = pickOptions(benchOptions, given);
  const say = (line: string): void => void (flags.quiet || process.stderr.write(`${line}\n`));
  if (predict) {
    print(PREDICTED_CARD);
    for (const each of names) {
      const { options, costs, hostOnly } = benchWorks[each];
      if (costs) predictions(await costs(pickOptions(options, given))).forEach(print);
      else say(`${each}: not predicted, ${hostOnly ?? "it has no count of its operations"}`);
    }
    return ExitStatus.done;
  }
  const { detail } = await useBackend(backend);
  const rates = isWebgpu() ? await measureRates() : undefined;
  if (rates) print({ device: detail, ...rates });
  let agree = true;
  for (const each of names) {
    const work = benchWorks[each];
    if (rates && work.hostOnly) say(`${each}: the host's work, whatever the backend: ${work.hostOnly}`);
    agree = (await runWork(work, given, common, rates, say)) && agree;
  }
  return agree ? ExitStatus.done : ExitStatus.failed;
}

interface Turns {
  readonly repeat: number;
  readonly rounds: number;
  readonly peers: boolean;
  readonly peerDevice: "cpu" | "cuda";
}

/** Ours and the peer in turn, so that a machine that slows down does not favour either. False where their values differ. */
async function runWork(
  work: BenchWork<OptionTable>,
  given: Given,
  { repeat, rounds, peers, peerDevice }: Turns,
  rates: Rates | undefined,
  say: (line: string) => void,
): Promise<boolean> {
  const options = pickOptions(work.options, given);
  const costs = rates && work.costs ? await work.costs(options) : [];
  const { ours, peerArguments, release } = await work.prepare(
    { ...options, repeat },
    { sgd: (rate) => variableSgd({ rate }) },
  );
  const runOurs = async (): Promise<BenchResult[]> => {
    const results = await ours();
    for (const result of results) print(rates ? besideFloor(result, costs, rates) : result);
    return results;
  };
  try {
    if (!peers) {
      await runOurs();
      return true;
    }
    if (peerDevice === "cuda" && !work.peerDevices) {
      say(`peer skipped: ${work.peer} computes on the processor only`);
      await runOurs();
      return true;
    }
    const device = work.peerDevices ? [`--device=${peerDevice}`] : [];
    const turns: { ours: BenchResult[]; peer: BenchResult[] }[] = [];
    for (let round = 0; round < rounds; round++) {
      const results = await runOurs();
      const peer = await runPeer(work.peer, [...peerArguments, ...device]);
      if ("skipped" in peer) {
        say(`peer skipped: ${peer.skipped}`);
        return true;
      }
      peer.results.forEach(print);
      turns.push({ ours: results, peer: peer.results });
    }
    return comparison(turns).every((agree) => agree);
  } finally {
    await release?.();
  }
}

/** Prints the ratio of each line of the peer; whether each agrees with ours. */
function comparison(turns: readonly { ours: BenchResult[]; peer: BenchResult[] }[]): boolean[] {
  return turns[0].peer.map((first, line) => {
    const index = turns[0].ours.findIndex((result) => isSameWork(result, first));
    if (index < 0) throw new RunError(`bench: no result of ours is the peer's ${JSON.stringify(first)}`);
    const seconds = median(turns.map((turn) => turn.ours[index].seconds));
    const peerSeconds = median(turns.map((turn) => turn.peer[line].seconds));
    const { agree, ...values } = agreementOf(turns[0].ours[index], first);
    print({
      ...identityOf(first),
      peer: first["dtype"],
      seconds,
      peer_seconds: peerSeconds,
      ratio: peerSeconds / seconds,
      agree,
      ...values,
    });
    return agree;
  });
}

/** What says which work a result is of, among several of a program. */
function identityOf({ work, size, transposes, kernel, step, masses, rho }: BenchResult): Partial<BenchResult> {
  return { work, size, transposes, kernel, step, masses, rho };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
