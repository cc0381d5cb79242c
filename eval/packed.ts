/** Numbers in JSON, without loss: little-endian float32 where all of them are such, else float64, as base64. */
export interface Packed {
  readonly type: "f4" | "f8";
  readonly base64: string;
}

/** Bytes that are turned into characters at a time: all of them would be too many arguments. */
const CHUNK = 0x8000;

export function pack(values: Float64Array): Packed {
  const short = Float32Array.from(values);
  const fits = short.every((value, index) => Object.is(value, values[index]));
  const { buffer, byteOffset, byteLength } = fits ? short : values;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let characters = "";
  for (let start = 0; start < byteLength; start += CHUNK) {
    characters += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return { type: fits ? "f4" : "f8", base64: btoa(characters) };
}

export function unpack({ type, base64 }: Packed): Float64Array {
  const { buffer } = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return type === "f4" ? Float64Array.from(new Float32Array(buffer)) : new Float64Array(buffer);
}

/** Bytes that `pack` makes of so many float32 or float64 numbers, as base64. */
export function packedBytes(count: number, type: Packed["type"]): number {
  return Math.ceil((count * (type === "f4" ? 4 : 8)) / 3) * 4;
}
