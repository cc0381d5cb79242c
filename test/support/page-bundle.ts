import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "vite";
import { onTestFinished } from "vitest";
import { compiledRoot } from "./compiled.ts";
import { temporaryFolder } from "./temporary.ts";

/** What Vite makes of a page's script. */
export interface PageBundle {
  /** Content of the files, by their paths from the page. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The script of the page. */
  readonly entry: string;
  /** Bytes of all scripts. */
  readonly bytes: number;
  /** Modules that are in it. */
  readonly modules: readonly string[];
}

/**
 * Bundles a person's page, with the package as it is installed, and without any configuration.
 *
 * @param finished `onTestFinished`, or for a page of many tests what ends with them
 */
export async function bundlePage(code: string, finished = onTestFinished): Promise<PageBundle> {
  const folder = await temporaryFolder(finished);
  await mkdir(join(folder, "node_modules"));
  await symlink(dirname(await compiledRoot()), join(folder, "node_modules", "otlearn"), "dir");
  await writeFile(join(folder, "page.js"), code);
  const { output } = (await build({
    configFile: false,
    logLevel: "silent",
    root: folder,
    build: {
      write: false,
      target: "es2022",
      rolldownOptions: { input: join(folder, "page.js"), preserveEntrySignatures: "strict" },
    },
  })) as Built;
  const chunks = output.filter((file) => file.type === "chunk");
  return {
    files: Object.fromEntries(output.map((file) => [`/${file.fileName}`, Buffer.from(contentOf(file))])),
    entry: `/${chunks.find(({ isEntry }) => isEntry)!.fileName}`,
    bytes: chunks.reduce((sum, { code }) => sum + Buffer.byteLength(code), 0),
    modules: chunks.flatMap(({ moduleIds }) => moduleIds),
  };
}

interface Chunk {
  readonly type: "chunk";
  readonly fileName: string;
  readonly isEntry: boolean;
  readonly code: string;
  readonly moduleIds: readonly string[];
}
interface Asset {
  readonly type: "asset";
  readonly fileName: string;
  readonly source: string | Uint8Array;
}
interface Built {
  readonly output: readonly (Chunk | Asset)[];
}

function contentOf(file: Chunk | Asset): string | Uint8Array {
  return file.type === "chunk" ? file.code : file.source;
}
