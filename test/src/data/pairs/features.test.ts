import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { encodeNpy } from "../../../../src/data/npy.ts";
import { publishedPair } from "../../../../src/data/pairs/features.ts";
import { InputError } from "../../../../src/errors.ts";
import { serveFiles } from "../../../support/file-server.ts";
import { temporaryFolder } from "../../../support/temporary.ts";

const FILES = {
  "x.npy": encodeNpy({ shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }),
  "x.txt": Buffer.from("2\n1\n2\n"),
  "y.txt": Buffer.from("1.5 0\n2.5 0\n3.5 1e-3\n"),
  "classes.npy": encodeNpy({ shape: [3], data: Int32Array.of(0, 1, 0) }),
};

/** A pair whose files are served here; with its folder. */
async function served(names: { x: string; y: string; xClasses: string }) {
  const server = await serveFiles(
    Object.fromEntries(Object.entries(FILES).map(([name, bytes]) => [`/${name}`, bytes])),
  );
  const file = (name: string) => ({
    path: `pair/${name}`,
    urls: [`${server.url}${name}`],
    mostBytes: 1e4,
    checksum: {
      algorithm: "sha256" as const,
      hex: createHash("sha256")
        .update(FILES[name as keyof typeof FILES])
        .digest("hex"),
    },
  });
  const entry = publishedPair("pair", {
    description: "a pair",
    className: (number) => ["zero", "one"][number],
    x: { features: file(names.x), classes: file(names.xClasses) },
    y: { features: file(names.y), classes: file("classes.npy") },
  });
  return { entry, server, options: { folder: await temporaryFolder() } };
}

describe("a published pair of feature tables", () => {
  it("is fetched once, with names of classes where they are known", async () => {
    const { entry, server, options } = await served({ x: "x.npy", y: "y.txt", xClasses: "x.txt" });
    const pair = await entry.load(options);
    expect(pair).toEqual({
      kind: "pair",
      name: "pair",
      x: {
        source: { kind: "points", values: { shape: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 6) } },
        names: ["0", "1", "2"],
        labels: ["2", "one", "2"],
      },
      y: {
        source: { kind: "points", values: { shape: [3, 2], data: Float64Array.of(1.5, 0, 2.5, 0, 3.5, 1e-3) } },
        names: ["0", "1", "2"],
        labels: ["zero", "one", "zero"],
      },
      paired: true,
    });
    const { length } = server.requests;
    expect(await entry.load(options)).toEqual(pair);
    expect(server.requests).toHaveLength(length);
  });

  it("is refused where classes and rows are not as many", async () => {
    const { entry, options } = await served({ x: "classes.npy", y: "y.txt", xClasses: "x.txt" });
    const message = "pair/classes.npy: expected a table with a row for each of 3 classes, got [3]";
    await expect(entry.load(options)).rejects.toThrow(new InputError(message));
  });
});
