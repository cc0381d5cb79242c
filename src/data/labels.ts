import { InputError } from "../errors.ts";
import { readText } from "../files/read.ts";
import { requireLabels, type SampleDataset } from "./dataset.ts";

/** The labels of a text file, one a line; a last line may be empty. Throws InputError. */
export async function readLabels(path: string): Promise<string[]> {
  const lines = (await readText(path)).split(/\r?\n/).map((line) => line.trim());
  if (lines.at(-1) === "") lines.pop();
  const empty = lines.indexOf("");
  if (empty >= 0) throw new InputError(`${path}: line ${empty + 1}: expected a label, got an empty line`);
  return lines;
}

/** The data set with the labels of a text file, one a sample. Throws InputError. */
export async function withLabels<D extends SampleDataset>(dataset: D, path: string): Promise<D> {
  const labels = await readLabels(path);
  requireLabels(path, dataset.values.shape[0], labels);
  return { ...dataset, labels };
}
