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
