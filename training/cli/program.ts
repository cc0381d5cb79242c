import { Command, Option } from "commander";
import { benchWorks } from "../../eval/bench/works.ts";
import { InputError } from "../../src/errors.ts";
import { flagOf, pickOptions, type OptionTable } from "../../src/options.ts";
import { version } from "../../src/version.ts";
import { componentOf, components } from "../components/index.ts";
import type { Component } from "../components/component.ts";
import { benchCommand, benchOptions } from "./bench.ts";
import { startsCommand, startsOptions } from "./bench-starts.ts";
import {
  evaluateOptions,
  evaluatePlaces,
  exportPlaces,
  movedData,
  movedFiles,
  reportPlaces,
  tableOf,
  trainPlaces,
} from "./common-options.ts";
import { dashboardCommand, dashboardOptions, DEFAULT_DIRECTORY } from "./dashboard.ts";
import { demoCommand, demoOptions } from "./demo.ts";
import { evaluateCommand } from "./evaluate.ts";
import { ALL_EXPORT_FORMATS, exportCommand, type ExportFlags } from "./export.ts";
import { infoCommand } from "./info.ts";
import { reportCommand } from "./report.ts";
import { trainCommand } from "./train.ts";

type Given = Readonly<Record<string, unknown>>;

/** Flags of every command that are not options. */
const OUTPUT_FLAGS = ["json", "quiet"];

/**
 * The command line as a tree of commands; `setStatus` receives the exit status of the one that ran. Commander reads words,
 * our option tables check them.
 */
export function program(setStatus: (status: number) => void): Command {
  const otlearn = new Command("otlearn")
    .description("Learned optimal-transport components.")
    .version(version)
    .enablePositionalOptions() // an option belongs to the command before it: bench and its works share some
    .showHelpAfterError(false);

  const train = otlearn.command("train").description("Train a component, or resume a run.");
  train.on("command:*", ([task]: readonly string[]) => componentOf(task)); // throws, as none of the tasks below is it
  for (const component of Object.values(components)) {
    addTrain(command(train, component.name, component.description), component, setStatus);
  }

  const evaluate = command(
    otlearn,
    "eval <run>",
    "Evaluate a run (a folder, or a .zip of one) or a checkpoint, on its own data or on others; or learned-28, learned-any.",
  );
  addTable(evaluate, { ...evaluateOptions, ...movedFiles, ...evaluatePlaces });
  evaluate.action(async (path: string, given: Given) => setStatus(await evaluateCommand(runPath(path), given, given)));

  const report = command(
    otlearn,
    "report <runs...>",
    "Write the result and report of a run again, or a page that compares several runs.",
  );
  addTable(report, { ...reportPlaces, ...movedData, ...movedFiles });
  report.action(async (paths: string[], given: Given) =>
    setStatus(await reportCommand(paths.map(runPath), given, given)),
  );

  const exporter = command(
    otlearn,
    "export <run>",
    "Write the arrays or the model of a run or checkpoint, or of learned-28 or learned-any.",
  );
  addTable(exporter, exportPlaces);
  exporter
    .addOption(new Option("--format <format>", "file format").choices(ALL_EXPORT_FORMATS).default("safetensors"))
    .action(async (path: string, given: Given) => {
      const flags = { ...given, ...pickOptions(exportPlaces, given) } as ExportFlags;
      setStatus(await exportCommand(runPath(path), flags));
    });

  const dashboard = command(otlearn, "dashboard [dir]", "Show the runs in a directory, live, in the browser.");
  addTable(dashboard, dashboardOptions);
  for (const flag of ["--with-training", "--show <run>"]) dashboard.addOption(new Option(flag).hideHelp());
  dashboard.action(async (directory: string | undefined, given: Given) =>
    setStatus(await dashboardCommand(runPath(directory ?? DEFAULT_DIRECTORY), given, given)),
  );

  const demo = command(
    otlearn,
    "demo",
    "Serve a page that learns a dictionary in the browser, on WebGPU where there is a GPU.",
  );
  addTable(demo, demoOptions);
  demo.action(async (given: Given) => setStatus(await demoCommand(given, given)));

  command(otlearn, "info", "Show the version, the backends, native kernels and data sets found.").action(
    async (flags) => setStatus(await infoCommand(flags)),
  );
  addBench(otlearn, setStatus);
  return otlearn;
}

/** `bench` runs all works with their defaults, `bench <work>` one with its own options. */
function addBench(otlearn: Command, setStatus: (status: number) => void): void {
  const bench = command(otlearn, "bench [work]", "Time the heavy work on this machine; JSON lines.");
  addTable(bench, benchOptions);
  bench.enablePositionalOptions();
  bench.action(async (work: string | undefined, given: Given) =>
    setStatus(await benchCommand(work, without(given, OUTPUT_FLAGS), given)),
  );
  addBenchStarts(bench, setStatus);
  for (const [name, { description, options }] of Object.entries(benchWorks)) {
    const work = command(bench, name, description);
    addTable(work, { ...options, ...benchOptions });
    work.action(async (given: Given) => setStatus(await benchCommand(name, without(given, OUTPUT_FLAGS), given)));
  }
}

/** A table of its own kind: not among the works, which have peers, and not run with them. */
function addBenchStarts(bench: Command, setStatus: (status: number) => void): void {
  const starts = command(bench, "starts", "learned starts of Sinkhorn beside their rivals, in iterations and in time");
  addTable(starts, startsOptions);
  starts.action(async (given: Given) => setStatus(await startsCommand(without(given, OUTPUT_FLAGS))));
}

function addTrain(train: Command, component: Component, setStatus: (status: number) => void): void {
  addTable(train, { ...tableOf(component), ...trainPlaces });
  train.action(async (given: Given) => {
    const options = without(given, [...Object.keys(trainPlaces), ...OUTPUT_FLAGS]);
    setStatus(await trainCommand(component.name, options, { ...given, ...pickOptions(trainPlaces, given) }));
  });
}

/** A run or checkpoint named on the command line. Throws InputError for an empty one, which would mean this folder. */
function runPath(given: string): string {
  if (given === "") throw new InputError(`expected the path of a run or checkpoint, got ""`);
  return given;
}

function without(given: Given, names: readonly string[]): Given {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)));
}

function addTable(target: Command, table: OptionTable): void {
  for (const [name, { placeholder, description, default: value }] of Object.entries(table)) {
    const flag = placeholder === undefined ? flagOf(name) : `${flagOf(name)} <${placeholder}>`;
    const shown = value === undefined || value === false ? description : `${description} (default: ${value})`;
    const option = new Option(flag, shown);
    option.negate = false; // --no-generator is a name like any other, not the opposite of --generator
    target.addOption(option);
  }
}

/** A command below `parent`, with the flags of every command. */
function command(parent: Command, usage: string, description: string): Command {
  return parent
    .command(usage)
    .description(description)
    .option("--json", "JSON on standard output")
    .option("--quiet", "no progress");
}
