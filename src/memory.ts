/** Memory that this process may have, in bytes; Infinity where nobody says, as in browsers. */
export function machineMemory(): number {
  if (typeof process === "undefined" || !process.getBuiltinModule) return Infinity;
  const total = process.getBuiltinModule("node:os").totalmem();
  const allowed = process.constrainedMemory?.() ?? 0; // of a container; 0 or beyond the total where there is no limit
  return allowed > 0 ? Math.min(allowed, total) : total;
}

/** "24.1 GB" */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  const power = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 0), units.length - 1);
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
