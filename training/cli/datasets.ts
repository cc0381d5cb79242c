import { basename, extname } from "node:path";
import { notAPair, notOneSet, samplesOf, takeFirst, type Dataset } from "../../src/data/dataset.ts";
import { loadData } from "../../src/data/load.ts";
import { withLabels } from "../../src/data/labels.ts";
import { memoryRows, openRows } from "../../src/data/stream/sources.ts";
import { openStream, type StreamDataset } from "../../src/data/stream/stream.ts";
import { datasets, isPairName, loadDataset } from "../../src/data/registry.ts";
import { InputError, OptionError } from "../../src/errors.ts";
import type { Component } from "../components/component.ts";

/** Options that say which data, among the component's own; a task without a size has no such option. */
export interface DataChoice extends Readonly<Record<string, unknown>> {
  readonly dataset?: string | undefined;
  readonly data?: string | undefined;
  readonly limit?: number | undefined;
  readonly size?: unknown;
  /** A file with a class for each sample of `data`. */
  readonly labels?: unknown;
}

/**
 * The data that the options name: files of the component's own options, a person's path, or a data set by name. Throws InputError or RunError.
 *
 * @param report receives a line before each download
 */
export async function loadChoice(
  options: DataChoice,
  component: Component,
  report?: (line: string) => void,
): Promise<Dataset> {
  const { dataset, data, limit } = options;
  if (component.streams?.(options)) return openChoice(options, component, report);
  // checked by the task's option table
  const [size, labels] = [options.size, options.labels] as (string | undefined)[];
  const own = await component.loadData?.(options);
  if (own) {
    if (dataset === undefined && data === undefined) return limit === undefined ? own : takeFirst(own, limit);
    throw new InputError(`--dataset and --data: not beside data of ${component.name}'s own options; leave them out`);
  }
  if (data === undefined) {
    if (labels !== undefined) {
      throw new OptionError("labels", "only beside --data; data sets by name have their own, where they have classes");
    }
    const name = dataset ?? component.defaultDataset;
    requireKind(name, component);
    return loadDataset(name, { size, limit, report });
  }
  if (dataset !== undefined) throw new InputError("--dataset and --data: both name data; leave one of them out");
  const samples = await loadData(data, { size, masses: component.readsMasses });
  const loaded = labels === undefined ? samples : await withLabels(samples, labels);
  return limit === undefined ? loaded : takeFirst(loaded, limit);
}

/** The same as samples that stay on disk; of a data set by name in memory. */
async function openChoice(
  { dataset, data, limit, ...options }: DataChoice,
  component: Component,
  report?: (line: string) => void,
): Promise<StreamDataset> {
  const size = options.size as string | undefined;
  if (options.labels !== undefined)
    throw new OptionError("labels", "not with data that are read in batches; leave it out");
  if (data === undefined) {
    const name = dataset ?? component.defaultDataset;
    requireKind(name, component);
    return openStream(memoryRows(samplesOf(await loadDataset(name, { size, limit, report }))));
  }
  if (dataset !== undefined) throw new InputError("--dataset and --data: both name data; leave one of them out");
  report?.(`${data}: looks through the samples`);
  return openStream(await openRows(data), { size, limit });
}

/** Before anything is fetched. Throws InputError for a data set by name that is none of the kind that the component takes. */
function requireKind(name: string, { takes = "samples" }: Component): void {
  if (!Object.hasOwn(datasets, name)) return; // `loadDataset` names the known ones
  if (takes === "samples" && isPairName(name)) throw notOneSet(name);
  if (takes === "pair" && !isPairName(name)) throw notAPair(name);
}

/** A short name of the data for the run's folder: "faces", "cells" of `cells.csv`, "a-b" of the pair `a.npy` and `b.npy`. */
export function choiceName({ data }: DataChoice, { name }: Dataset): string {
  const stem = (path: string): string => basename(path, extname(path));
  return data === undefined ? name.split(" and ").map(stem).join("-") : stem(data);
}
