/**
 * A page has no files. Names are still taken apart here, since what a file is called decides how it is read before anybody opens it;
 * whatever touches a disk throws InputError.
 */
import { needsNode } from "../needs-node.ts";
import type * as node from "../node/files.ts";

const FILES = "reading and writing files";

export const hasFiles: typeof node.hasFiles = false;
export const constants = {} as typeof node.constants;
export const dataFolder = needsNode<typeof node.dataFolder>(FILES);
export const existsSync = needsNode<typeof node.existsSync>(FILES);
export const fileURLToPath = needsNode<typeof node.fileURLToPath>(FILES);
export const mkdir = needsNode<typeof node.mkdir>(FILES);
export const open = needsNode<typeof node.open>(FILES);
export const readdir = needsNode<typeof node.readdir>(FILES);
export const readFile = needsNode<typeof node.readFile>(FILES);
export const readlink = needsNode<typeof node.readlink>(FILES);
export const realpath = needsNode<typeof node.realpath>(FILES);
export const rename = needsNode<typeof node.rename>(FILES);
export const resolve = needsNode<typeof node.resolve>(FILES);
export const rm = needsNode<typeof node.rm>(FILES);
export const stat = needsNode<typeof node.stat>(FILES);
export const symlink = needsNode<typeof node.symlink>(FILES);
export const truncate = needsNode<typeof node.truncate>(FILES);
export const writeFile = needsNode<typeof node.writeFile>(FILES);

/** "c.npy" of "a/b/c.npy". */
export function basename(path: string, extension = ""): string {
  const name = path.replace(/\/+$/, "").replace(/^.*\//, "");
  return name.endsWith(extension) && name !== extension ? name.slice(0, name.length - extension.length) : name;
}

/** "a/b" of "a/b/c.npy", "." of "c.npy". */
export function dirname(path: string): string {
  const [, folder = "."] = /^(.*)\/[^/]+\/*$/.exec(path) ?? [];
  return folder || "/";
}

/** ".npy" of "a/b/c.npy"; empty for a name without one, or that begins with its only point. */
export function extname(path: string): string {
  return /[^.](\.[^.]*)$/.exec(basename(path))?.[1] ?? "";
}

/** "a/b/c.npy" of "a/b" and "c.npy". */
export function join(...parts: string[]): string {
  return parts.filter(Boolean).join("/").replace(/\/+/g, "/");
}
