import { existsSync, fileURLToPath } from "#platform/files";
import { RunError } from "../../src/errors.ts";
import { readText } from "../../src/files/read.ts";

/** Where the build puts the script: beside this module's folder; seen from the sources, in the build. */
const PLACES = ["../page/report.js", "../../dist/eval/page/report.js"];

let script: Promise<string> | undefined;

/** The script that draws the views of a page, with all that it needs. Read once. Throws RunError where it has not been built. */
export function pageScript(): Promise<string> {
  return (script ??= builtScript(PLACES, import.meta.url));
}

/** The first script that is there. Throws RunError where none has been built. @param from address that the places are relative to */
export async function builtScript(places: readonly string[], from: string): Promise<string> {
  const files = places.map((place) => fileURLToPath(new URL(place, from)));
  const file = files.find((path) => existsSync(path));
  if (file === undefined) throw new RunError(`${files[0]}: the script of the page is missing; build it: npm run build`);
  return readText(file);
}
