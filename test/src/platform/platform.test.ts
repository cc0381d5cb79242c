import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import * as files from "../../../src/platform/browser/files.ts";
import * as hashing from "../../../src/platform/browser/hashing.ts";
import { nextTurn } from "../../../src/platform/browser/machine.ts";
import * as nodeFiles from "../../../src/platform/node/files.ts";
import * as nodeHashing from "../../../src/platform/node/hashing.ts";
import { version } from "../../../src/version.ts";

const platform = new URL("../../../src/platform/", import.meta.url);
const topics = (await readdir(new URL("browser/", platform))).map((file) => file.replace(/\.ts$/, ""));

describe.each(topics)("platform %s", (topic) => {
  it("has in a browser what it has in Node", async () => {
    const [node, browser] = (await Promise.all(
      ["node", "browser"].map((place) => import(new URL(`${place}/${topic}.ts`, platform).href)),
    )) as object[];
    expect(Object.keys(browser).sort()).toEqual(Object.keys(node).sort());
  });
});

describe("in a browser", () => {
  it("what needs a disk says so when it is called", () => {
    expect(() => files.existsSync("x")).toThrow(
      new InputError("reading and writing files needs Node; this is a browser"),
    );
  });

  it.each(["a/b/c.npy", "c.npy", "/c.npy", "a/b/", "a/.hidden", "a.b/c", "x.tar.gz", "a/b.", "/a", ".."])(
    "%s is taken apart as in Node",
    (path) => {
      const parts = ({ basename, dirname, extname }: Pick<typeof files, "basename" | "dirname" | "extname">) => [
        basename(path),
        basename(path, ".npy"),
        dirname(path),
        extname(path),
      ];
      expect(parts(files)).toEqual(parts(nodeFiles));
    },
  );

  it("paths are joined as in Node", () => {
    expect(files.join("a", "", "b/", "c.npy")).toBe(nodeFiles.join("a", "", "b/", "c.npy"));
  });

  it("bytes have the same SHA-256", async () => {
    const chunks = [Uint8Array.of(1, 2, 3), new Uint8Array(), new Uint8Array(1000).fill(7).subarray(3)];
    expect(await hashing.sha256(chunks)).toBe(await nodeHashing.sha256(chunks));
  });

  it("the next turn comes after what is due in this one", async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      nextTurn(() => {
        order.push("turn");
        resolve();
      });
      queueMicrotask(() => order.push("microtask"));
    });
    expect(order).toEqual(["microtask", "turn"]);
  });
});

it("the version is that of the package", async () => {
  const { version: expected } = JSON.parse(await readFile(new URL("../../package.json", platform), "utf8")) as {
    version: string;
  };
  expect(version).toBe(expected);
});
