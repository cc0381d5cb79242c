import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFolder } from "../../../src/files/folder.ts";
import { temporaryFolder } from "../../support/temporary.ts";

it("makes a folder and those above it, and leaves one that is there", async () => {
  const path = join(await temporaryFolder(), "a", "b", "c");
  await makeFolder(path);
  await makeFolder(path);
  expect(existsSync(path)).toBe(true);
});

it.each<[name: string, place: string, given: (folder: string) => Promise<unknown>, reason: string]>([
  ["a file", "x", (folder) => writeFile(join(folder, "x"), ""), "is a file, expected a folder"],
  ["below a file", "x/y", (folder) => writeFile(join(folder, "x"), ""), "lies below something that is not a folder"],
  ["a loop of links", "x", (folder) => symlink("x", join(folder, "x")), "is a loop of symbolic links"],
  ["below a loop of links", "x/y", (folder) => symlink("x", join(folder, "x")), "is a loop of symbolic links"],
  ["a link that leads nowhere", "x", (folder) => symlink("y", join(folder, "x")), "does not exist"],
])("says in one line that a place is %s", async (_, place, given, reason) => {
  const folder = await temporaryFolder();
  await given(folder);
  await expect(makeFolder(join(folder, place))).rejects.toThrow(`${join(folder, place)}: ${reason}`);
});

it.runIf(process.platform === "linux")("ends where a file system makes no folders", async () => {
  await expect(makeFolder("/proc/otlearn")).rejects.toThrow("/proc/otlearn: no folder can be made there");
  await expect(makeFolder("/proc/otlearn/run")).rejects.toThrow("/proc/otlearn: no folder can be made there");
  await mkdir(join(await temporaryFolder(), "still-alive"));
});
