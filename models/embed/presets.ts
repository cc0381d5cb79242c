import type { GivenEmbedOptions } from "./options.ts";
import { completeTarget } from "./target-option.ts";

/** Options that a preset fixes. */
type PresetKey = "preprocess" | "distance" | "neighbors" | "lambda";
type Preset = { readonly [K in PresetKey]: NonNullable<GivenEmbedOptions[K]> } & { readonly hops: boolean };

/** All options of an embedding, what was not given filled in. */
export type EmbedOptions = Omit<GivenEmbedOptions, keyof Preset> & Preset;

const PRESETS: Readonly<Record<"plain" | "cells", Preset>> = {
  /** What Beier et al. 2025 use. */
  plain: { preprocess: "none", distance: "euclidean", neighbors: 10, hops: false, lambda: 1 },
  /** Steps along a graph of correlated neighbours, which Demetci et al. 2022 recommend for cells; a fifth of them. */
  cells: { preprocess: "l2", distance: "correlation", neighbors: 0.2, hops: true, lambda: 0.3 },
};

/** Data sets by name whose points are cells. */
const CELLS = ["snareseq", "scgem"];

/**
 * Fills what was not given from the preset; `auto` becomes `cells` for data sets of cells that are known by name, else `plain`. The
 * target is completed too (see `completeTarget`). A completed set of options stays as it is. Throws OptionError.
 *
 * @param dataset the name of the data set; undefined for a person's own
 */
export function completeEmbed(options: GivenEmbedOptions, dataset?: string): EmbedOptions {
  const isOfCells = dataset !== undefined && options.x === undefined && CELLS.includes(dataset);
  const name = options.preset !== "auto" ? options.preset : isOfCells ? "cells" : "plain";
  const preset = PRESETS[name];
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const hops = options.hops || preset.hops;
  return completeTarget({ ...options, ...preset, ...Object.fromEntries(given), hops, preset: name });
}
