import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeFileAtomic } from "../../../src/files/atomic.ts";
import { readBytes, readText } from "../../../src/files/read.ts";
import { InputError } from "../../../src/errors.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe("writeFileAtomic", () => {
  it("writes text, bytes and chunks, and replaces what was there", async () => {
    const path = join(await temporaryFolder(), "file");
    await writeFileAtomic(path, "a longer text");
    expect(await readText(path)).toBe("a longer text");
    await writeFileAtomic(path, Uint8Array.of(1, 2));
    expect([...(await readBytes(path))]).toEqual([1, 2]);
    await writeFileAtomic(path, [Uint8Array.of(1, 2), Uint8Array.of(3)]);
    expect([...(await readBytes(path))]).toEqual([1, 2, 3]);
  });

  it("leaves the old content and no other file where writing fails half way", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "file");
    await writeFile(path, "old");
    const failing = (function* () {
      yield Uint8Array.of(1, 2, 3);
      throw new Error("no more");
    })();
    await expect(writeFileAtomic(path, failing)).rejects.toThrow("no more");
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("says what is wrong with the place", async () => {
    const folder = await temporaryFolder();
    await expect(writeFileAtomic(join(folder, "none", "file"), "")).rejects.toThrow(InputError);
    await mkdir(join(folder, "taken"));
    await expect(writeFileAtomic(join(folder, "taken"), "")).rejects.toThrow("is a folder, expected a file");
    expect(await readdir(folder)).toEqual(["taken"]);
  });

  it.skipIf(process.getuid?.() === 0)("refuses a read-only folder in one line", async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o500);
    await expect(writeFileAtomic(join(folder, "file"), "")).rejects.toThrow("is not accessible (permissions)");
  });
});
