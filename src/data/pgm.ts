import { InputError } from "../errors.ts";
import { ndarray, type NdArray } from "../tensor/ndarray.ts";

const PLAIN = "P2";
const BINARY = "P5";
const BLANK = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20]);
const COMMENT = 0x23; // #
const NEWLINE = 0x0a;

export interface PgmImage {
  /** [h, w], 0..maximum */
  readonly pixels: NdArray<Uint16Array>;
  /** The value of white: 255, 65535 or whatever the header says. */
  readonly maximum: number;
}

/** Whether bytes begin as a gray netpbm image, plain or binary. */
export function isPgm(bytes: Uint8Array): boolean {
  const magic = String.fromCharCode(...bytes.subarray(0, 2));
  return magic === PLAIN || magic === BINARY;
}

/**
 * Reads a gray netpbm image (PGM): plain (P2) or binary (P5), 8 or 16 bits (high byte first), comments in the header.
 *
 * @param name what messages call the content (its path)
 * @throws InputError for a malformed header, missing pixels or a pixel above the maximum
 */
export function decodePgm(bytes: Uint8Array, name: string): PgmImage {
  if (!isPgm(bytes)) throw new InputError(`${name}: not a PGM image (expected P2 or P5)`);
  const plain = bytes[1] === PLAIN.charCodeAt(1);
  const scanner = new Scanner(bytes, 2);
  const width = scanner.integer();
  const height = scanner.integer();
  const maximum = scanner.integer();
  if (!(width >= 1 && height >= 1 && maximum >= 1 && maximum <= 65535)) {
    throw new InputError(`${name}: malformed PGM header (width ${width}, height ${height}, maximum ${maximum})`);
  }
  const count = width * height;
  const wide = maximum > 255 ? 2 : 1;
  const start = scanner.position + 1; // one blank after the maximum
  // a plain pixel takes a blank and a digit at least
  const available = plain ? (bytes.length - scanner.position) / 2 : (bytes.length - start) / wide;
  if (available < count) {
    throw new InputError(
      `${name}: truncated, expected ${count} pixels (${width} x ${height}), got ${Math.floor(available)}`,
    );
  }
  const pixels = new Uint16Array(count);
  for (let index = 0; index < count; index++) {
    const offset = start + index * wide;
    const value = plain ? scanner.integer() : wide === 2 ? bytes[offset] * 256 + bytes[offset + 1] : bytes[offset];
    if (!(value <= maximum)) {
      throw new InputError(`${name}: pixel ${index}: expected a number up to ${maximum}, got ${value}`);
    }
    pixels[index] = value;
  }
  return { pixels: ndarray(pixels, [height, width]), maximum };
}

/** Reads unsigned integers separated by blanks and comments. */
class Scanner {
  readonly #bytes: Uint8Array;
  /** Offset of the first byte after the last integer. */
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  /** The next integer, or NaN where there is none. */
  integer(): number {
    const bytes = this.#bytes;
    while (BLANK.has(bytes[this.position]) || bytes[this.position] === COMMENT) {
      if (bytes[this.position] !== COMMENT) this.position++;
      else while (this.position < bytes.length && bytes[this.position] !== NEWLINE) this.position++;
    }
    let value = NaN;
    for (; bytes[this.position] >= 0x30 && bytes[this.position] <= 0x39; this.position++) {
      value = (Number.isNaN(value) ? 0 : value * 10) + (bytes[this.position] - 0x30);
    }
    return value;
  }
}
