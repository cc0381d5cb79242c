import { once } from "node:events";
import { setTimeout } from "node:timers/promises";

/** A browser's opener that fails does so within this time. */
const WAIT_MS = 2000;

/** Opens an address in the user's browser. Returns why that did not work, undefined where it seems to have. */
export async function openInBrowser(url: string): Promise<string | undefined> {
  const { CI, DISPLAY, WAYLAND_DISPLAY, WSL_DISTRO_NAME } = process.env;
  if (CI) return "no browser is opened in CI";
  if (process.platform === "linux" && !(DISPLAY || WAYLAND_DISPLAY || WSL_DISTRO_NAME)) {
    return "no browser is opened without a display";
  }
  try {
    const { default: open } = await import("open");
    const opener = await open(url);
    const [status] = (await Promise.race([once(opener, "exit"), setTimeout(WAIT_MS, [0])])) as [number | null];
    return status === 0 ? undefined : `the browser could not be opened (status ${status})`;
  } catch (error) {
    return `the browser could not be opened (${(error as Error).message.split("\n")[0]})`;
  }
}
