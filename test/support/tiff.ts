/** How the pixels of a TIFF file are stored. */
export interface TiffPixels {
  readonly width: number;
  readonly height: number;
  /** Interleaved, in the byte order of this machine (little endian). */
  readonly data: ArrayBufferView;
  readonly bits: number;
  /** 1 unsigned, 2 signed, 3 floating point. */
  readonly format: 1 | 2 | 3;
  /** @default 1 */
  readonly samples?: number;
}

/** Tags of a page of TIFF 6.0, with type 3 (16 bits) and one value, but for what `entries` below writes. */
const TAGS = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  offset: 273,
  samples: 277,
  rows: 278,
  bytes: 279,
  format: 339,
};
const ENTRY_BYTES = 12;

/** An uncompressed TIFF file of one strip a page, as other programs write them: sharp itself writes no such pixels. */
export function encodeTiff(pages: readonly TiffPixels[]): Uint8Array {
  const parts = [Buffer.from("II*\0\0\0\0\0", "latin1")];
  let length = parts[0].length;
  let link = { buffer: parts[0], at: 4 }; // where the offset of the next page's tags goes
  for (const { width, height, data, bits, format, samples = 1 } of pages) {
    const pixels = Buffer.from(new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength));
    const values: Readonly<Record<keyof typeof TAGS, number>> = {
      width,
      height,
      bits,
      compression: 1,
      photometric: samples < 3 ? 1 : 2,
      offset: length,
      samples,
      rows: height,
      bytes: pixels.length,
      format,
    };
    const tagsAt = length + pixels.length;
    const count = Object.keys(TAGS).length;
    const tags = Buffer.alloc(2 + count * ENTRY_BYTES + 4 + 2 * 8);
    tags.writeUInt16LE(count, 0);
    let spare = 2 + count * ENTRY_BYTES + 4;
    Object.entries(TAGS).forEach(([name, tag], index) => {
      const at = 2 + index * ENTRY_BYTES;
      const value = values[name as keyof typeof TAGS];
      const repeats = name === "bits" || name === "format" ? samples : 1;
      tags.writeUInt16LE(tag, at);
      tags.writeUInt16LE(repeats > 1 ? 3 : 4, at + 2);
      tags.writeUInt32LE(repeats, at + 4);
      if (repeats <= 2) {
        for (let repeat = 0; repeat < repeats; repeat++) tags.writeUInt16LE(value & 0xffff, at + 8 + 2 * repeat);
        if (repeats === 1) tags.writeUInt32LE(value, at + 8);
        return;
      }
      tags.writeUInt32LE(tagsAt + spare, at + 8);
      for (let repeat = 0; repeat < repeats; repeat++) tags.writeUInt16LE(value, spare + 2 * repeat);
      spare += 8;
    });
    link.buffer.writeUInt32LE(tagsAt, link.at);
    link = { buffer: tags, at: 2 + count * ENTRY_BYTES };
    parts.push(pixels, tags);
    length += pixels.length + tags.length;
  }
  return Buffer.concat(parts);
}
