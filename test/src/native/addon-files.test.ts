import { copyFile, cp, mkdir, utimes, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { nativeStatus, type NativeStatus } from "../../../src/native/loader.ts";
import { compiledRoot } from "../../support/compiled.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const NATIVE = new URL("../../../src/native/", import.meta.url).pathname;

interface AddonFiles {
  addonFiles(root: string): readonly { readonly file: string; readonly origin: string }[];
  builtAddon(root: string): string;
  prebuiltAddon(root: string, platform?: string, arch?: string, libc?: string): string;
  libcOf(platform: string, report?: object): string;
}
const { addonFiles, builtAddon, libcOf, prebuiltAddon } = createRequire(import.meta.url)(
  join(NATIVE, "addon-files.cjs"),
) as AddonFiles;

const PREBUILT = `prebuilt ${process.platform}-${process.arch}`;
const glibc = { getReport: () => ({ header: { glibcVersionRuntime: "2.36" } }) };
const musl = { getReport: () => ({ header: {} }) };

describe("addons", () => {
  it("are found as built and as prebuilt, the newer one first", async () => {
    const root = await temporaryFolder();
    expect(addonFiles(root)).toEqual([]);
    await write(builtAddon(root), "", 1000);
    expect(origins(root)).toEqual(["built here"]);
    await write(prebuiltAddon(root), "", 2000);
    expect(origins(root)).toEqual([PREBUILT, "built here"]);
    await write(builtAddon(root), "", 3000);
    expect(origins(root)).toEqual(["built here", PREBUILT]);
  });

  it("linked against glibc are not taken for those of musl", () => {
    expect([libcOf("linux", glibc), libcOf("linux", musl), libcOf("darwin", musl)]).toEqual(["glibc", "musl", ""]);
    const names = ["glibc", "musl"].map((libc) => prebuiltAddon("", "linux", "x64", libc));
    expect(names.map((name) => name.split(/[/\\]/).slice(-2))).toEqual([
      ["linux-x64", "node.napi.glibc.node"],
      ["linux-x64", "node.napi.musl.node"],
    ]);
    expect(prebuiltAddon("", "darwin", "arm64", "")).toMatch(/darwin-arm64.node\.napi\.node$/);
  });
});

const { file } = nativeStatus();

describe.skipIf(!file)("the loader", () => {
  it("takes the prebuilt addon", async () => {
    const root = await packageFolder();
    await copyAddon(prebuiltAddon(root));
    expect(await statusOf(root)).toMatchObject({ origin: PREBUILT, file: prebuiltAddon(root) });
  });

  it("takes the prebuilt addon when a newer one that was built here does not load, and the other way about", async () => {
    const root = await packageFolder();
    await copyAddon(prebuiltAddon(root));
    await write(builtAddon(root), "not an addon");
    expect((await statusOf(root)).origin).toBe(PREBUILT);
    const other = await packageFolder();
    await copyAddon(builtAddon(other));
    await write(prebuiltAddon(other), "not an addon");
    expect((await statusOf(other)).origin).toBe("built here");
  });

  it("tells why an addon does not load, in one line", async () => {
    const root = await packageFolder();
    await write(prebuiltAddon(root), "not an addon");
    const { addon, detail } = await statusOf(root);
    expect(addon).toBeUndefined();
    expect(detail).toMatch(new RegExp(`^${PREBUILT}, does not load: [^\n]+$`));
  });

  it("says what to do where there is no addon, or not even the list of addons", async () => {
    const root = await packageFolder();
    expect((await statusOf(root)).detail).toMatch(/^not built \(npm install /);
    const bundled = await packageFolder({ list: false });
    expect((await statusOf(bundled)).detail).toMatch(/^not built \(npm install /);
  });
});

const origins = (root: string) => addonFiles(root).map(({ origin }) => origin);

async function write(path: string, text: string, seconds = Date.now() / 1000 + 60): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await utimes(path, seconds, seconds);
}

async function copyAddon(to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(file!, to);
}

/** A package of the loader alone. */
async function packageFolder({ list = true } = {}): Promise<string> {
  const root = await temporaryFolder();
  const platform = join("src", "platform", "node");
  await cp(join(await compiledRoot(), platform), join(root, "dist", platform), { recursive: true });
  await writeFile(join(root, "package.json"), '{ "type": "module" }');
  await mkdir(join(root, "src", "native"), { recursive: true });
  if (list) await copyFile(join(NATIVE, "addon-files.cjs"), join(root, "src", "native", "addon-files.cjs"));
  return root;
}

async function statusOf(root: string): Promise<NativeStatus> {
  const loader = pathToFileURL(join(root, "dist", "src", "platform", "node", "addon.js")).href;
  return ((await import(/* @vite-ignore */ loader)) as { loadAddon(): NativeStatus }).loadAddon();
}
