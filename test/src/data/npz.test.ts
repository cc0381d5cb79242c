import { describe, expect, it } from "vitest";
import { decodeNpz, encodeNpz, readNpz, writeNpz } from "../../../src/data/npz.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { formats, fromBase64 } from "../../support/formats.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const x = ndarray(Float64Array.of(0, 1, 2, 3, 4, 5), [2, 3]);
const y = ndarray(Uint8Array.of(7, 8), [2]);

describe("decodeNpz", () => {
  it.each(["stored", "deflated"])("reads what NumPy wrote: %s", (name) => {
    const arrays = decodeNpz(fromBase64(formats.npz[name]), "a.npz");
    expect([...arrays]).toEqual([
      ["x", x],
      ["y", y],
    ]);
  });

  it("passes over entries that are no arrays", () => {
    expect(decodeNpz(fromBase64(formats.npz["note"]), "a.npz").size).toBe(0);
  });

  it.each([
    ["parent", /refused, entry "..\/x.npy" points outside the archive/],
    ["absolute", /refused, entry "\/etc\/x.npy" points outside the archive/],
    ["indptr", /sparse matrices are not read from .npz; write .mtx/],
  ])("refuses %s", (name, message) => {
    expect(() => decodeNpz(fromBase64(formats.npz[name]), "a.npz")).toThrow(InputError);
    expect(() => decodeNpz(fromBase64(formats.npz[name]), "a.npz")).toThrow(message);
  });

  it("refuses an archive cut short at any length", () => {
    const bytes = fromBase64(formats.npz["deflated"]);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeNpz(bytes.subarray(0, length), "a.npz")).toThrow(InputError);
    }
  });

  it("refuses an entry that claims more than deflate can give", () => {
    const bytes = Buffer.from(encodeNpz([["x", x]]));
    const central = bytes.indexOf("PK\x01\x02", 0, "latin1");
    bytes.writeUInt32LE(0x7fff_ffff, central + 24); // uncompressed size
    expect(() => decodeNpz(bytes, "a.npz")).toThrow(/damaged archive, entry x.npy claims 2147483647 bytes/);
  });
});

describe("encodeNpz", () => {
  it("comes back as it was, nested names included", async () => {
    const path = `${await temporaryFolder()}/a.npz`;
    await writeNpz(path, [
      ["history/0", x],
      ["y", y],
    ]);
    expect([...(await readNpz(path))]).toEqual([
      ["history/0", x],
      ["y", y],
    ]);
  });

  it("gives the same bytes for the same arrays", () => {
    expect(encodeNpz(Object.entries({ x, y }))).toEqual(encodeNpz(new Map(Object.entries({ x, y }))));
  });
});
