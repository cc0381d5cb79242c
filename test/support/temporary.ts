import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/**
 * A fresh folder that is removed when the test ends.
 *
 * @param finished `onTestFinished` of the test's context, which tests that run concurrently must give
 */
export async function temporaryFolder(finished = onTestFinished): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "otlearn-test-"));
  finished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
