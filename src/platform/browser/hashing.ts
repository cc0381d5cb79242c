import { InputError } from "../../errors.ts";
import { needsNode } from "../needs-node.ts";
import type * as node from "../node/hashing.ts";

export const createHash = needsNode<typeof node.createHash>("checking files");
export const randomBytes = needsNode<typeof node.randomBytes>("writing files");

/**
 * SHA-256 of bytes one after the other, as 64 hexadecimal digits. Browsers hash what is in one piece, and only on pages that came by
 * https or from this machine; elsewhere it throws InputError.
 */
export async function sha256(chunks: Iterable<Uint8Array>): Promise<string> {
  const { subtle } = globalThis.crypto as Partial<typeof globalThis.crypto>;
  if (!subtle) throw new InputError("checkpoints need a page that came by https or from this machine");
  const bytes = await new Blob([...chunks] as Uint8Array<ArrayBuffer>[]).arrayBuffer();
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
