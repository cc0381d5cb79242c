import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { transformWithOxc } from "vite";
import type { TestProject } from "vitest/node";
import { buildPages } from "../../.config/pages.js";

declare module "vitest" {
  interface ProvidedContext {
    compiledRoot: string;
  }
}

const repository = fileURLToPath(new URL("../..", import.meta.url));
/** What the package ships, and the scripts that tests run as child processes and in pages. */
const FOLDERS = ["src", "checkpoints", "models", "eval", "training", "test/children", "test/support/in-page"];
/** Dependencies, and the sources for the native kernels that were built among them. */
const LINKED = ["node_modules", "src"];
/** Like the compiler with tsconfig.json, one file at a time and without type checks. */
const TRANSFORM = {
  target: "es2023",
  sourcemap: false,
  typescript: { rewriteImportExtensions: "rewrite", onlyRemoveTypeImports: true },
} as const;

/**
 * Builds the package once a test run, as it would be installed: a temporary folder with `package.json`, `dist`, and links
 * to the rest. Takes a few seconds. Tests reach it through `compiledRoot()` of compiled.ts.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), "otlearn-compiled-"));
  const dist = join(root, "dist");
  await cp(join(repository, "package.json"), join(root, "package.json"));
  for (const name of LINKED) await symlink(join(repository, name), join(root, name), "dir");
  const released = "models/sinkinit/released"; // as `npm run build` copies it
  await cp(join(repository, released), join(dist, released), { recursive: true });
  for (const folder of FOLDERS) {
    if (!existsSync(join(repository, folder))) continue;
    for (const entry of await readdir(join(repository, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(".ts") || isBrowserCode(entry.parentPath)) continue;
      const source = join(entry.parentPath, entry.name);
      const target = join(dist, relative(repository, source)).replace(/\.ts$/, ".js");
      const { code } = await transformWithOxc(await readFile(source, "utf8"), source, TRANSFORM);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, code);
    }
  }
  await buildPages(dist);
  project.provide("compiledRoot", dist);
  return () => rm(root, { recursive: true, force: true });
}

/** Sources that the bundler takes. */
function isBrowserCode(folder: string): boolean {
  return folder.split(sep).includes("page");
}
