import { readText } from "../../src/files/read.ts";
import { InputError } from "../../src/errors.ts";
import { resolveOptions, type OptionTable } from "../../src/options.ts";

/**
 * The options in a JSON file: the names of the flags in camel case, `{"sinkhornIterations": 5, "invert": true}`. Flags on
 * the command line win. Throws InputError, naming the file and the key, for anything that is not an option of `table` with a
 * value that it takes.
 */
export async function readConfigFile(path: string, table: OptionTable): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(path);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path}: expected JSON, got ${(error as Error).message.replaceAll("\n", " ")}`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    const kind = parsed === null ? "null" : Array.isArray(parsed) ? "a list" : `a ${typeof parsed}`;
    throw new InputError(`${path}: expected an object of options, got ${kind}`);
  }
  try {
    resolveOptions(table, parsed as Record<string, unknown>);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${path}: ${error.message}`) : error;
  }
  return parsed as Record<string, unknown>;
}
