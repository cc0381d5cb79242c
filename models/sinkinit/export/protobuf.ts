/**
 * The wire format of Protocol Buffers, as far as ONNX files need it: messages are lists of fields, each already encoded.
 */
export type Field = Uint8Array;

const VARINT = 0;
const FIXED32 = 5;
const DELIMITED = 2;

/** A nonnegative or negative whole number (int32, int64, enum). */
export function integer(field: number, value: number): Field {
  return join([varint(tag(field, VARINT)), varint(value)]);
}

export function float(field: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return join([varint(tag(field, FIXED32)), bytes]);
}

export function text(field: number, value: string): Field {
  return bytes(field, new TextEncoder().encode(value));
}

export function bytes(field: number, value: Uint8Array): Field {
  return join([varint(tag(field, DELIMITED)), varint(value.length), value]);
}

/** A message inside a message. */
export function message(field: number, fields: readonly Field[]): Field {
  return bytes(field, join(fields));
}

/** Concatenates encoded fields: a message on its own. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function tag(field: number, wire: number): number {
  return field * 8 + wire;
}

/** Seven bits a byte, the lowest first; negative numbers as 64 bits in two's complement. */
function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  while (rest >= 128n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}
