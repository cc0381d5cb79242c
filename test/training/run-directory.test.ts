import { chmod, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import { version } from "../../src/version.ts";
import { createRunDirectory, defaultRunPath, openRunDirectory } from "../../training/index.ts";
import { temporaryFolder } from "../support/temporary.ts";

const config = { task: "wdl", seed: 3, backend: "wasm", options: { atoms: 5, size: null } };

describe("run directory", () => {
  it("holds every resolved option and opens again", async () => {
    const path = join(await temporaryFolder(), "deep", "run");
    const run = await createRunDirectory(path, config);
    expect(JSON.parse(await readFile(join(path, "config.json"), "utf8"))).toEqual(run.config);
    expect(run.config).toMatchObject({ ...config, otlearn: version });
    expect(await openRunDirectory(path)).toEqual(run);
    expect(await readdir(path)).toEqual(["config.json"]);
  });

  it("is named after task, data set and time", () => {
    const time = new Date("2026-01-02T03:04:05.678Z");
    expect(defaultRunPath("wdl", "faces", time)).toBe(join("runs", "wdl-faces-20260102-030405"));
    expect(defaultRunPath("wdl", "../my data", time)).toBe(join("runs", "wdl-..-my-data-20260102-030405"));
  });

  it("does not overwrite a run, nor move into a folder in use", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "run");
    await createRunDirectory(path, config);
    await expect(createRunDirectory(path, config)).rejects.toThrow(
      `${path}: already holds a run; resume it or choose another folder`,
    );
    await expect(createRunDirectory(folder, config)).rejects.toThrow(`${folder}: is not empty; choose another folder`);
  });

  it.each<[name: string, prepare: (path: string) => Promise<unknown>, message: RegExp]>([
    ["nothing there", async () => undefined, /not a run directory, it has no config\.json/],
    ["another folder", (path) => mkdir(path), /not a run directory, it has no config\.json/],
    ["a truncated config", (path) => mkdir(path).then(() => writeFile(join(path, "config.json"), '{"ta')), /not JSON/],
    [
      "a foreign config",
      (path) => mkdir(path).then(() => writeFile(join(path, "config.json"), '{"task": 3}')),
      /task is 3, expected string/,
    ],
    ["null", (path) => mkdir(path).then(() => writeFile(join(path, "config.json"), "null")), /task is undefined/],
  ])("opens no run in %s", async (_, prepare, message) => {
    const path = join(await temporaryFolder(), "run");
    await prepare(path);
    const error = await openRunDirectory(path).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(message);
  });

  it("says in one line that a folder lies below a file", async () => {
    const file = join(await temporaryFolder(), "file");
    await writeFile(file, "");
    const message = `${join(file, "run")}: lies below something that is not a folder`;
    await expect(createRunDirectory(join(file, "run"), config)).rejects.toThrow(new InputError(message));
  });

  it.skipIf(process.getuid?.() === 0)("says in one line that a folder is read-only", async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o500);
    await expect(createRunDirectory(join(folder, "run"), config)).rejects.toThrow("is not accessible (permissions)");
  });
});
