import { createHash } from "node:crypto";
import { readFile, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";

/** What lies below a folder: the path of every file, folder and link, with the sha256 of its content or where it leads. */
export async function contentOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const described = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    if (entry.isSymbolicLink()) return [name, `link to ${await readlink(path)}`] as const;
    if (entry.isDirectory()) return [name, "folder"] as const;
    if (!entry.isFile()) return [name, "pipe or device"] as const; // reading it could take for ever
    return [
      name,
      createHash("sha256")
        .update(await readFile(path))
        .digest("hex"),
    ] as const;
  });
  return Object.fromEntries((await Promise.all(described)).sort(([a], [b]) => (a < b ? -1 : 1)));
}
