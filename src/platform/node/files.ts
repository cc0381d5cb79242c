/** Files and their paths, as Node has them. */
import { join } from "node:path";
import envPaths from "env-paths";

export { constants, existsSync } from "node:fs";
export {
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
export { basename, dirname, extname, join, resolve } from "node:path";
export { fileURLToPath } from "node:url";

/** Whether paths lead to files. */
export const hasFiles: boolean = true;

/** Where downloaded files are kept: the environment variable `OTLEARN_DATA`, else the user's cache folder. */
export function dataFolder(): string {
  return process.env["OTLEARN_DATA"] || join(envPaths("otlearn", { suffix: "" }).cache, "data");
}
