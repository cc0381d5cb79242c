import type { OutputFlags } from "./common-options.ts";

/** Writes lines to standard error, or nothing where the command is to be quiet or prints JSON. */
export function sayer({ quiet, json }: OutputFlags): (line: string) => void {
  return quiet || json ? () => undefined : (line) => process.stderr.write(`${line}\n`);
}

/** Says what is missing in a result, a line each; with JSON too, which has no other place for it. */
export function sayNotes(notes: readonly string[], { quiet }: OutputFlags): void {
  if (!quiet) for (const note of notes) process.stderr.write(`warning: ${note}\n`);
}
