import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { makeFolder } from "../../../src/files/folder.ts";
import { requireMemory } from "../../../src/files/memory.ts";
import { isFolder, readBytes, readPieces, readText } from "../../../src/files/read.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe("readBytes", () => {
  it("names what is missing and what is a folder", async () => {
    const folder = await temporaryFolder();
    await expect(readBytes(join(folder, "none"))).rejects.toThrow(/none: does not exist$/);
    await expect(readText(folder)).rejects.toThrow(/is a folder, expected a file$/);
  });

  it.skipIf(process.platform === "win32")("refuses a pipe at once, where nobody writes into it", async () => {
    const pipe = join(await temporaryFolder(), "pipe.csv");
    execFileSync("mkfifo", [pipe]);
    await expect(readBytes(pipe)).rejects.toThrow(
      new InputError(`${pipe}: is a pipe, expected a file; write its content to one and give its path`),
    );
  });

  it.skipIf(process.platform === "win32")("refuses a device that never ends", async () => {
    await expect(readBytes("/dev/zero")).rejects.toThrow(/^\/dev\/zero: is a device, expected a file;/);
  });

  it("refuses a loop of symbolic links", async () => {
    const folder = await temporaryFolder();
    await symlink("b", join(folder, "a"));
    await symlink("a", join(folder, "b"));
    await expect(readBytes(join(folder, "a"))).rejects.toThrow(
      new InputError(`${join(folder, "a")}: is a loop of symbolic links`),
    );
    await expect(makeFolder(join(folder, "a", "c"))).rejects.toThrow(InputError);
    await expect(makeFolder(join(folder, "a"))).rejects.toThrow(InputError);
  });

  it("refuses a null character in a path", async () => {
    await expect(readBytes("a\0b")).rejects.toThrow(new InputError("a\\0b: is no path (it holds a null character)"));
  });
});

describe("makeFolder", () => {
  it("refuses a link to nowhere", async () => {
    const folder = await temporaryFolder();
    await symlink("nowhere/at/all", join(folder, "link"));
    await expect(makeFolder(join(folder, "link"))).rejects.toThrow(InputError);
  });
});

describe("isFolder", () => {
  it("tells folders from files, and refuses standard input", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "inner.csv"));
    await writeFile(join(folder, "file"), "");
    expect(await isFolder(join(folder, "inner.csv"))).toBe(true);
    expect(await isFolder(join(folder, "file"))).toBe(false);
    await expect(isFolder("-")).rejects.toThrow(/^-: standard input is not read; write it to a file/);
  });
});

describe("readPieces", () => {
  it("gives the bytes in order, whatever their number", async () => {
    const path = join(await temporaryFolder(), "file");
    const bytes = Uint8Array.from({ length: 5_000_001 }, (_, index) => (index * 7) % 251);
    await writeFile(path, bytes);
    const read: Buffer[] = [];
    for await (const piece of readPieces(path)) read.push(Buffer.from(piece));
    expect(read.length).toBeGreaterThan(1);
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
    await writeFile(path, "");
    for await (const piece of readPieces(path)) expect(piece).toBeUndefined();
  });
});

describe("requireMemory", () => {
  it("says what needs how much, of how much", () => {
    expect(() => requireMemory(9.6e9, "x.mtx", "a matrix of 40000 x 30000", 4e9)).toThrow(
      new InputError(
        "x.mtx: a matrix of 40000 x 30000 needs 9.6 GB of memory, at most 4 GB (half of this machine's) are used for one; take a part of it",
      ),
    );
    expect(() => requireMemory(4e9, "x.mtx", "a matrix", 4e9)).not.toThrow();
  });
});
