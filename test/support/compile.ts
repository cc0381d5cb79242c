import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    compiledRoot: string;
  }
}

const repository = fileURLToPath(new URL("../..", import.meta.url));
/** What the package ships, and the scripts that tests run as child processes. */
const FOLDERS = ["src", "checkpoints", "models", "eval", "training", "test/children"];

/**
 * Builds the package once a test run, as it would be installed: a temporary folder with `package.json`, `dist`, and links
 * to `node_modules` and the native build. Files are translated one by one without type checks, which takes a second.
 * Tests reach it through `compiledRoot()` of compiled.ts.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), "otlearn-compiled-"));
  const dist = join(root, "dist");
  await cp(join(repository, "package.json"), join(root, "package.json"));
  for (const name of ["node_modules", "build"]) {
    if (existsSync(join(repository, name))) await symlink(join(repository, name), join(root, name), "dir");
  }

  const configuration = ts.readConfigFile(join(repository, "tsconfig.json"), ts.sys.readFile.bind(ts.sys));
  const { options } = ts.convertCompilerOptionsFromJson(configuration.config.compilerOptions, repository);
  // One file at a time, "nodenext" cannot see that package.json says "module".
  const compilerOptions = {
    ...options,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  for (const folder of FOLDERS) {
    if (!existsSync(join(repository, folder))) continue;
    for (const entry of await readdir(join(repository, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const source = join(entry.parentPath, entry.name);
      const target = join(dist, source.slice(repository.length));
      await mkdir(dirname(target), { recursive: true });
      if (!source.endsWith(".ts")) continue;
      const text = await readFile(source, "utf8");
      const { outputText } = ts.transpileModule(text, { fileName: source, compilerOptions });
      await writeFile(target.replace(/\.ts$/, ".js"), outputText);
    }
  }
  project.provide("compiledRoot", dist);
  return () => rm(root, { recursive: true, force: true });
}
