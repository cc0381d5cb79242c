/**
 * Bad input from a person: a file, an option, an array of the wrong shape.
 *
 * The message is one line and says what was expected, what came and what to do; the command line prints it without a
 * stack trace and exits with status 2. Anything else that is thrown is a defect or a failure of the machine.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** A run that cannot go on (non-finite values, a full disk): one line, exit status 1. */
export class RunError extends Error {
  override readonly name = "RunError";
}

/**
 * A GPU device that was lost, is out of memory or refused work: nothing on it can be read any more. A run goes on from its last
 * checkpoint, on another backend or with smaller batches.
 */
export class DeviceError extends RunError {}

/**
 * Bad input in one named option. The message says `epsilonScaling: expected ...`, which is what a caller of the library wrote;
 * the command line puts its own flag in front (`--epsilon-scaling: expected ...`). So nothing below it writes flags.
 */
export class OptionError extends InputError {
  readonly option: string;
  /** What was expected, what came and what to do, without the option's name. */
  readonly detail: string;

  constructor(option: string, detail: string) {
    super(`${option}: ${detail}`);
    this.option = option;
    this.detail = detail;
  }
}
