import { registerInitializer } from "../../src/transport/initializers/by-name.ts";
import { initializerOf, type SavedInitializer } from "./file.ts";
import { readInitializer } from "./load.ts";

interface Release {
  /** Written so that bundlers find it; asked for when it is used, as a script inside a page has no address to begin from. */
  address(): URL;
  /** Of `otlearn train sinkinit`: what it was trained with. */
  readonly preset: "small" | "any";
}

const RELEASES: Readonly<Record<string, Release>> = {
  /** 28 x 28 images on the unit square, squared Euclidean cost, epsilon 0.01. */
  "learned-28": { address: () => new URL("./released/learned-28.safetensors", import.meta.url), preset: "small" },
  /**
   * Every grid of two axes of 8 to 128 points, squared Euclidean cost, epsilon of 1e-3 to 1e-1 times the square of the
   * longest side.
   */
  "learned-any": { address: () => new URL("./released/learned-any.safetensors", import.meta.url), preset: "any" },
};

for (const [name, { address }] of Object.entries(RELEASES)) {
  registerInitializer(name, async () => {
    const { spec, weights } = await readInitializer(address());
    return initializerOf(spec, { weights }, "weights", name);
  });
}

/** Names of the initialisers that come with the package. */
export const RELEASED: readonly string[] = Object.keys(RELEASES);

/** What one of them holds, and the preset that it was trained with. */
export async function readReleased(name: string): Promise<SavedInitializer & Pick<Release, "preset">> {
  const { address, preset } = RELEASES[name];
  return { ...(await readInitializer(address())), preset };
}
