import { sha256 } from "#platform/hashing";
import { arraysOf, type Dataset } from "./dataset.ts";

/** SHA-256 of the shapes and values of a data set: by it a run knows its data again, wherever they are. */
export async function fingerprintOf(dataset: Dataset): Promise<string> {
  if (dataset.kind === "stream") return dataset.fingerprint;
  return sha256(
    arraysOf(dataset).flatMap(({ shape, data }) => [
      new TextEncoder().encode(shape.join("x")),
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ]),
  );
}
