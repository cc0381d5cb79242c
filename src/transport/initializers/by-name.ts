import { InputError } from "../../errors.ts";
import { gaussian, gaussianTimesNu } from "./gaussian.ts";
import type { Initializer } from "./initializer.ts";
import { ones } from "./ones.ts";
import { sorting } from "./sorting.ts";

/** Makes an initialiser when it is first asked for. */
type Load = () => Promise<Initializer>;

const loads = new Map<string, Load>(
  [ones, gaussian, gaussianTimesNu, sorting].map((initializer) => [initializer.name, async () => initializer]),
);
const loaded = new Map<string, Promise<Initializer>>();

/**
 * Makes an initialiser known to `sinkhorn` under a name; `load` runs once, at the first use. Known from the start are ones,
 * gaussian, gaussianTimesNu and sorting; importing `otlearn/models` or `otlearn/initializer` adds learned-28 and learned-any. (Bundlers of pages leave
 * out what is not used, so there it is `otlearn/initializer`.)
 */
export function registerInitializer(name: string, load: Load): void {
  loads.set(name, load);
  loaded.delete(name);
}

/** The names that `sinkhorn` takes. */
export function initializerNames(): string[] {
  return [...loads.keys()];
}

/** The initialiser of a name. Throws InputError for an unknown one. */
export async function resolveInitializer(choice: Initializer | string): Promise<Initializer> {
  if (typeof choice !== "string") return choice;
  const load = loads.get(choice);
  if (!load) {
    throw new InputError(
      `initialiser ${choice}: unknown; known are ${initializerNames().join(", ")} (import otlearn/initializer for learned ones)`,
    );
  }
  let initializer = loaded.get(choice);
  if (!initializer) {
    initializer = load();
    loaded.set(choice, initializer);
    initializer.catch(() => loaded.delete(choice)); // a failed load may be tried again
  }
  return initializer;
}
