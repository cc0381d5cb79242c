import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeNpy, encodeNpy, readNpy, writeNpy } from "../../../src/data/npy.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray, sizeOf, type TypedArray } from "../../../src/tensor/ndarray.ts";
import { ascii, formats, fromBase64 } from "../../support/formats.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** A version 1 file with this header text and so many bytes of data. */
function file(header: string, dataBytes: number): Uint8Array {
  const length = String.fromCharCode(header.length & 255, header.length >> 8);
  return Buffer.concat([ascii(`\x93NUMPY\x01\x00${length}${header}`), new Uint8Array(dataBytes)]);
}

describe("decodeNpy", () => {
  it.each(Object.entries(formats.npy))("reads what NumPy wrote: %s", (_, { bytes, shape, values, array }) => {
    const read = decodeNpy(fromBase64(bytes), "x.npy");
    expect(read.shape).toEqual(shape);
    expect(read.data.constructor.name).toBe(array);
    expect([...read.data]).toEqual(array === "Float32Array" ? [...Float32Array.from(values)] : values);
  });

  it("reads from any offset of a larger buffer", () => {
    const { bytes, values } = formats.npy["f8"];
    const stored = fromBase64(bytes);
    const larger = new Uint8Array(stored.length + 3);
    larger.set(stored, 3);
    expect([...decodeNpy(larger.subarray(3), "x.npy").data]).toEqual(values);
  });

  it.each([
    ["object", /element type \|O is not supported/],
    ["string", /element type <U2 is not supported/],
    ["big endian", /element type >f8 is not supported/],
    ["record", /record arrays are not supported/],
    ["half", /element type <f2 is not supported/],
    ["too large integer", /element 0 is 1152921504606846977, beyond what float64 holds exactly/],
  ])("refuses what NumPy wrote: %s", (name, message) => {
    const read = (): unknown => decodeNpy(fromBase64(formats.badNpy[name]), "x.npy");
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(), /not a NumPy array/],
    ["another file", ascii("PK\x03\x04 and so on"), /not a NumPy array/],
    ["an unknown version", ascii("\x93NUMPY\x09\x00\x00\x00"), /version 9 is not known/],
    ["a truncated length", ascii("\x93NUMPY\x01\x00\x10"), /truncated in its header/],
    ["a truncated header", ascii("\x93NUMPY\x01\x00\x76\x00{'descr'"), /truncated in its header/],
    ["a header without shape", file("{'descr': '<f8', 'fortran_order': False, }", 0), /malformed .npy header/],
    ["code in the shape", file("{'descr': '<f8', 'fortran_order': False, 'shape': (f(),), }", 8), /malformed/],
    ["a negative extent", file("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", 8), /malformed/],
    [
      "a huge shape",
      file("{'descr': '<f8', 'fortran_order': False, 'shape': (999999, 999999), }", 8),
      /needs 7999984000008 bytes of data, the file has 8/,
    ],
    [
      "a shape beyond all integers",
      file("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", 8),
      /too large/,
    ],
    ["too little data", file("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", 15), /needs 16 .* has 15/],
    ["too much data", file("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", 17), /needs 16 .* has 17/],
    ["a prototype's key", file("{'descr': 'toString', 'fortran_order': False, 'shape': (1,), }", 8), /not supported/],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => decodeNpy(bytes, "x.npy")).toThrow(InputError);
    expect(() => decodeNpy(bytes, "x.npy")).toThrow(message);
  });

  it("answers any damage with an InputError or an array", () => {
    const stored = fromBase64(formats.npy["i4 Fortran 3-d"].bytes);
    fc.assert(
      fc.property(fc.nat(stored.length - 1), fc.nat(255), fc.nat(stored.length), (at, byte, length) => {
        const damaged = stored.slice(0, length);
        if (at < length) damaged[at] = byte;
        try {
          const read = decodeNpy(damaged, "x.npy");
          return read.data.length === sizeOf(read.shape);
        } catch (error) {
          return error instanceof InputError;
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("encodeNpy", () => {
  it.each(["f8", "u2", "i1", "u1 scalar", "i2", "u4", "empty"])("gives the bytes of NumPy: %s", (name) => {
    const bytes = fromBase64(formats.npy[name].bytes);
    expect(Buffer.from(encodeNpy(decodeNpy(bytes, name))).equals(Buffer.from(bytes))).toBe(true);
  });

  it("writes a view of a larger buffer", async () => {
    const path = `${await temporaryFolder()}/x.npy`;
    await writeNpy(path, ndarray(Float32Array.of(0, 1, 2, 3).subarray(1, 3), [2, 1]));
    const read = await readNpy(path);
    expect(read).toEqual({ shape: [2, 1], data: Float32Array.of(1, 2) });
  });

  it("comes back as it was, whatever the type and shape", () => {
    const types: ((count: number) => TypedArray)[] = [
      (count) => Float64Array.from({ length: count }, Math.sin),
      (count) => Float32Array.from({ length: count }, Math.cos),
      (count) => Int32Array.from({ length: count }, (_, index) => index - 7),
      (count) => Uint8Array.from({ length: count }, (_, index) => index * 7),
    ];
    fc.assert(
      fc.property(fc.array(fc.nat(4), { maxLength: 4 }), fc.constantFrom(...types), (shape, make) => {
        const array = ndarray(make(sizeOf(shape)), shape);
        expect(decodeNpy(encodeNpy(array), "x.npy")).toEqual(array);
      }),
    );
  });
});
