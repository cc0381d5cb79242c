import { createHash } from "node:crypto";

export { createHash, randomBytes } from "node:crypto";

/** SHA-256 of bytes one after the other, as 64 hexadecimal digits. */
export async function sha256(chunks: Iterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}
