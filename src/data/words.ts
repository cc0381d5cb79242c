// Words of a line as they lie in a file's bytes, which need no string each.

/** Characters of a line that a message shows. */
export const SHOWN = 60;

/** Blanks, and the carriage return of a Windows line. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** Where the next word begins, or `end`. */
export function skipBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(bytes[at])) at++;
  return at;
}

/** Where the word at `from` ends. */
export function skipWord(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && !isBlank(bytes[at])) at++;
  return at;
}

export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + 1000))).trim();
}

/** As a message shows it. */
export function shown(bytes: Uint8Array, start: number, end: number): string {
  return JSON.stringify(textOf(bytes, start, end).slice(0, SHOWN));
}
