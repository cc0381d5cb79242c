import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../checkpoints/safetensors.ts";
import { InputError } from "../../src/errors.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";

function encode(arrays: Record<string, NdArray>, metadata?: Record<string, string>): Uint8Array {
  return new Uint8Array(Buffer.concat(encodeSafetensors(Object.entries(arrays), metadata)));
}

/** A file as the format's description says, without the encoder under test. */
function craft(header: unknown, dataBytes: number): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([prefix, text, Buffer.alloc(dataBytes)]);
}

const anyArray = fc
  .tuple(
    fc.constantFrom(
      Float64Array,
      Float32Array,
      Int32Array,
      Uint32Array,
      Int16Array,
      Uint16Array,
      Int8Array,
      Uint8Array,
    ),
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    fc.infiniteStream(fc.double()),
  )
  .map(([Type, shape, values]): NdArray => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return { shape, data: new Type(values.take(size)) };
  });

describe("safetensors", () => {
  it("gives back names, shapes, element types, bits and metadata", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), anyArray, { maxKeys: 5 }), (arrays) => {
        const { arrays: back, metadata } = decodeSafetensors(encode(arrays, { task: "wdl" }), "file");
        expect(metadata).toEqual({ task: "wdl" });
        expect(Object.fromEntries(back)).toEqual(arrays);
      }),
    );
  });

  it("lays arrays out aligned, without holes, header padded to 8 bytes", () => {
    const bytes = encode({
      small: { shape: [3], data: Uint8Array.of(1, 2, 3) },
      wide: { shape: [], data: Float64Array.of(Math.PI) },
      half: { shape: [1], data: Int16Array.of(-2) },
    });
    const headerBytes = Number(Buffer.from(bytes).readBigUInt64LE());
    expect(headerBytes % 8).toBe(0);
    expect(JSON.parse(Buffer.from(bytes).toString("utf8", 8, 8 + headerBytes))).toEqual({
      wide: { dtype: "F64", shape: [], data_offsets: [0, 8] },
      half: { dtype: "I16", shape: [1], data_offsets: [8, 10] },
      small: { dtype: "U8", shape: [3], data_offsets: [10, 13] },
    });
    expect(bytes.length).toBe(8 + headerBytes + 13);
    expect(Buffer.from(bytes).readDoubleLE(8 + headerBytes)).toBe(Math.PI);
  });

  it("reads a file whose bytes start at an odd address", () => {
    const bytes = encode({ x: { shape: [2], data: Float64Array.of(1, 2) } });
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeSafetensors(shifted.subarray(3), "file").arrays.get("x")!.data).toEqual(Float64Array.of(1, 2));
  });

  const f32 = (begin: number, end: number, shape: unknown = [(end - begin) / 4]) => ({
    dtype: "F32",
    shape,
    data_offsets: [begin, end],
  });
  it.each<[name: string, bytes: Uint8Array, message: string]>([
    ["nothing", new Uint8Array(0), "not a safetensors file (0 bytes)"],
    ["text", Buffer.from("P5 some picture of a cat"), "not a complete safetensors file"],
    ["a header beyond the end", craft({ a: f32(0, 8) }, 0).subarray(0, 20), "not a complete safetensors file"],
    ["a header that is not JSON", craft("{]", 0), "header is not JSON"],
    ["a header that is a list", craft([], 0), "header is not a JSON object"],
    ["metadata that is not text", craft({ __metadata__: { a: 1 } }, 0), "__metadata__ must hold text"],
    ["an entry without offsets", craft({ a: { dtype: "F32", shape: [1] } }, 4), "array a needs a dtype"],
    ["a negative extent", craft({ a: f32(0, 4, [-1]) }, 4), "array a needs a dtype"],
    ["a fractional offset", craft({ a: f32(0, 4.5, [1]) }, 8), "array a needs a dtype"],
    ["an element type we cannot hold", craft({ a: { ...f32(0, 4), dtype: "BF16" } }, 4), "element type BF16"],
    ["a prototype's name as type", craft({ a: { ...f32(0, 4), dtype: "toString" } }, 4), "element type toString"],
    ["a shape of another size", craft({ a: f32(0, 8, [3]) }, 8), "needs 12 bytes, has 8"],
    ["an overflowing shape", craft({ a: f32(0, 8, [2 ** 52, 2 ** 52]) }, 8), "malformed"],
    ["missing data", craft({ a: f32(0, 8) }, 7), "truncated, array a ends at byte 8 of 7"],
    ["overlapping arrays", craft({ a: f32(0, 8), b: f32(4, 12) }, 12), "overlap or hole"],
    ["a hole", craft({ a: f32(0, 4), b: f32(8, 12) }, 12), "overlap or hole"],
    ["data after the last array", craft({ a: f32(0, 4) }, 8), "8 bytes of data where the header describes 4"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, "file")).toThrow(InputError);
    expect(() => decodeSafetensors(bytes, "file")).toThrow(message);
  });

  it("refuses any truncation", () => {
    const bytes = encode({ a: { shape: [2], data: Float32Array.of(1, 2) }, b: { shape: [1], data: Uint8Array.of(7) } });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length), "file")).toThrow(InputError);
    }
  });
});
