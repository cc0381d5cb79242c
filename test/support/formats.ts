import { reference } from "./reference.ts";

interface StoredArray {
  readonly bytes: string;
  readonly shape: number[];
  readonly values: number[];
  readonly array: string;
}

interface StoredImage {
  readonly values: number[][];
  readonly png: string;
  readonly pgm: string;
  readonly bytes: string;
}

/** Files that NumPy and Pillow wrote, in base64. */
export const formats = reference<{
  readonly npy: Readonly<Record<string, StoredArray>>;
  readonly badNpy: Readonly<Record<string, string>>;
  readonly npz: Readonly<Record<string, string>>;
  readonly image: Readonly<Record<"gray" | "rgb" | "transparent" | "gray16" | "jpeg", StoredImage>>;
  readonly resize: Readonly<Record<string, { input: number[][]; size: [number, number]; values: number[][] }>>;
}>("data-formats");

export function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, "base64");
}

/** Bytes of text, one character a byte. */
export function ascii(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}
