// Compiles the addon through node-gyp, and remembers beside it what it was compiled from.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { setsOf } from "./instruction-sets.js";

/** The folder of `binding.gyp` and the C++ sources. */
export const nativeFolder = fileURLToPath(new URL(".", import.meta.url));

/** Names what the sources contain; times of files say little after a checkout or an installation. */
export function sourcesDigest() {
  const hash = createHash("sha256");
  const files = readdirSync(join(nativeFolder, "cpp"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of [join(nativeFolder, "binding.gyp"), ...files.sort()]) {
    const text = readFileSync(file, "utf8").replaceAll("\r\n", "\n");
    hash.update(`${file.slice(nativeFolder.length).replaceAll(sep, "/")}\0${text}\0`);
  }
  return hash.digest("hex");
}

/** Whether the addon was compiled from these sources and holds these instruction sets. */
export function isCurrent(addon, sources, sets) {
  if (!existsSync(addon) || !existsSync(stampOf(addon))) return false;
  const stamp = JSON.parse(readFileSync(stampOf(addon), "utf8"));
  return stamp.sources === sources && sets.every((name) => stamp.sets.includes(name));
}

export function writeStamp(addon, sources, sets) {
  writeFileSync(stampOf(addon), `${JSON.stringify({ sources, sets })}\n`);
}

function stampOf(addon) {
  return addon.replace(/\.node$/, ".json");
}

/**
 * Compiles what is out of date in `folder`, which holds `binding.gyp` and `cpp`, into its `build/Release`. Returns undefined, or
 * why it failed, in one line.
 */
export function compileAddon(folder, { arch = process.arch, sets, environment = {} }) {
  const skipped = setsOf(arch)
    .filter((name) => !sets.includes(name))
    .map((name) => `OTLEARN_SKIP_${name.toUpperCase()}`);
  const gyp = process.env.npm_config_node_gyp;
  const [command, ...first] = gyp ? [process.execPath, gyp] : ["node-gyp"];
  const result = spawnSync(
    command,
    [
      ...first,
      "--loglevel=error",
      "--jobs=max",
      `--arch=${arch}`,
      `--directory=${folder}`,
      ...localHeaders(),
      "--",
      "configure",
      `-Dotlearn_skip=${skipped.join(" ")}`,
      "build",
    ],
    { encoding: "utf8", env: { ...process.env, ...environment }, shell: process.platform === "win32" && !gyp },
  );
  return result.status === 0 ? undefined : reasonOf(result);
}

/** Headers beside the running Node, when they are there, spare node-gyp a download. */
function localHeaders() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, "include", "node", "node_api.h")) ? [`--nodedir=${prefix}`] : [];
}

function reasonOf({ error, stdout, stderr }) {
  if (error) return error.message;
  const lines = `${stdout}\n${stderr}`.split("\n").map((line) => line.trim());
  const told = lines.find((line) => /\berror\b.*: |not found/i.test(line) && !/^gyp ERR! stack +at /.test(line));
  return (told ?? lines.findLast((line) => line) ?? "node-gyp failed").replace(
    /^gyp ERR! (stack |find Python )?(Error: )?/,
    "",
  );
}
