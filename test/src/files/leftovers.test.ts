import { spawnSync } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeFileAtomic } from "../../../src/files/atomic.ts";
import { isLeftover, removeLeftovers, temporaryName } from "../../../src/files/leftovers.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** The number of a process that has ended. */
const gone = spawnSync(process.execPath, ["-e", ""]).pid;

describe("isLeftover", () => {
  it.each([
    [temporaryName("/some/where/summary.json"), true],
    [`.umap_samples.png.${gone}-0123abcd.tmp`, true],
    [".config.json.1-0123abcd.tmp", true],
    ["config.json", false],
    [".hidden.tmp", false],
    ["notes.1-0123abcd.tmp", false],
  ])("%s: %s", (name, expected) => {
    expect(isLeftover(name)).toBe(expected);
  });
});

describe("removeLeftovers", () => {
  it("removes those of processes that are gone, and nothing else", async () => {
    const folder = await temporaryFolder();
    const mine = temporaryName("a.png");
    const orphan = mine.replace(`.${process.pid}-`, `.${gone}-`);
    const elsewhere = orphan.replace(/-.{8}/, "-ffffffff");
    const kept = ["a.png", ".hidden.tmp", mine, elsewhere, `.b.png.${process.pid}-0123abcd.tmp`];
    for (const name of [...kept, orphan, `.c.png.${gone}-0123abcd.tmp`]) await writeFile(join(folder, name), "");
    await removeLeftovers(folder);
    expect((await readdir(folder)).sort()).toEqual(kept.sort());
  });

  it("happens at the first write into a folder", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, `.config.json.${gone}-0123abcd.tmp`), "half a fi");
    await writeFileAtomic(join(folder, "config.json"), "{}");
    expect(await readdir(folder)).toEqual(["config.json"]);
  });
});

describe("temporaryName", () => {
  it("stays short enough for a file of the longest name", async () => {
    const folder = await temporaryFolder();
    const name = "n".repeat(250);
    await writeFileAtomic(join(folder, name), "x");
    expect(await readdir(folder)).toEqual([name]);
  });
});
