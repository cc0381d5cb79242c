/** `.summary.json.<process>-<machine, 8 digits><random, 8 digits>.tmp`; before 0.5.0 without the machine. */
const LEFTOVER = /^\..+\.(\d+)-(?:([0-9a-f]{8}))?[0-9a-f]{8}\.tmp$/;
/** Of the file's own name, so that the temporary one stays within what a file system takes. */
const MOST_NAME = 64;

let machine: string | undefined;

/** Of this machine, 8 digits. */
function thisMachine(): string {
  return (machine ??= createHash("sha256").update(hostname()).digest("hex").slice(0, 8));
}

/** A name in which a file is written until it is complete; it says which process of which machine writes. */
import { basename, join, readdir, rm } from "#platform/files";
import { createHash, randomBytes } from "#platform/hashing";
import { hostname } from "#platform/process";
export function temporaryName(path: string): string {
  return `.${basename(path).slice(0, MOST_NAME)}.${process.pid}-${thisMachine()}${randomBytes(4).toString("hex")}.tmp`;
}

/** Whether a file name is one of a write that is under way or was killed: no content of its folder. */
export function isLeftover(name: string): boolean {
  return LEFTOVER.test(name);
}

/**
 * Removes what killed writes left in a folder: temporary files of processes of this machine that are gone. Those of other
 * machines, which may share the folder, stay. What cannot be removed stays, too: it harms nobody.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const orphans = names.filter((name) => {
    const [, pid, host = thisMachine()] = LEFTOVER.exec(name) ?? [];
    return pid !== undefined && host === thisMachine() && !isRunning(Number(pid));
  });
  await Promise.all(orphans.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0); // sends nothing
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // somebody else's
  }
}
