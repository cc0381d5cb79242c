import { CommanderError, type Command } from "commander";
import { DeviceError, InputError, OptionError, RunError } from "../../src/errors.ts";
import { flagOf } from "../../src/options.ts";
import { ExitStatus } from "./exit-status.ts";
import { program } from "./program.ts";

/** Runs the command line; returns the exit status. Errors of people and machines are one line on standard error. */
export async function main(args: readonly string[]): Promise<number> {
  let status: number = ExitStatus.done;
  const otlearn = program((reached) => (status = reached));
  quieten(otlearn);
  try {
    await otlearn.parseAsync(args, { from: "user" });
    return status;
  } catch (error) {
    return report(error);
  }
}

/** Commander throws instead of exiting, and leaves the printing of errors to us. */
function quieten(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => undefined });
  command.commands.forEach(quieten);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return ExitStatus.done; // --help, --version
    if (error.code === "commander.help") return ExitStatus.badInput; // no command: the help was printed
    return fail(`${oneLine(error.message.replace(/^error: /, ""))}; see --help`, ExitStatus.badInput);
  }
  if (error instanceof OptionError) return fail(`${flagOf(error.option)}: ${error.detail}`, ExitStatus.badInput);
  if (error instanceof InputError) return fail(error.message, ExitStatus.badInput);
  if (error instanceof DeviceError) {
    return fail(`${error.message}; take less data at once, or another --backend`, ExitStatus.failed);
  }
  if (error instanceof RunError) return fail(error.message, ExitStatus.failed);
  if (error instanceof RangeError && ALLOCATION_FAILURE.test(error.message)) {
    return fail(`not enough memory for a problem of this size (${error.message})`, ExitStatus.failed);
  }
  throw error;
}

/** How V8 words the refusal of an array that is too large for it or for the machine. */
const ALLOCATION_FAILURE = /^(Invalid typed array length|Array buffer allocation failed|Invalid array length)/;

/** "unknown option '--gama' (Did you mean --gamma?)": commander gives hints on lines of their own, and full stops. */
function oneLine(message: string): string {
  return message.replaceAll(/\s*\n\s*/g, " ").replace(/\.$/, "");
}

function fail(message: string, status: number): number {
  process.stderr.write(`otlearn: ${message}\n`);
  return status;
}
