import { readText } from "../../src/data/files.ts";
import { InputError } from "../../src/errors.ts";

/**
 * The options in a JSON file: the names of the flags in camel case, `{"sinkhornIterations": 5, "invert": true}`. Flags on
 * the command line win; unknown names are refused when options are resolved. Throws InputError.
 */
export async function readConfigFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(path);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path}: expected JSON, got ${(error as Error).message}`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new InputError(
      `${path}: expected an object of options, got ${Array.isArray(parsed) ? "a list" : typeof parsed}`,
    );
  }
  return parsed as Record<string, unknown>;
}
