// Run by `npm install`: compiles the native kernels where a C++ compiler is there. Never fails the installation: without
// the addon everything works through plain kernels, only slower, and `otlearn info` says so.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

if (process.env.OTLEARN_NATIVE === "0") {
  process.exit(0);
}
if (process.platform === "win32") {
  console.warn("otlearn: the native kernels need gcc or clang; continuing with the plain ones");
  process.exit(0);
}

// headers beside the running Node, when they are there, spare node-gyp a download
const prefix = dirname(dirname(process.execPath));
const local = existsSync(join(prefix, "include", "node", "node_api.h")) ? [`--nodedir=${prefix}`] : [];
const gyp = process.env.npm_config_node_gyp;
const [command, first] = gyp ? [process.execPath, [gyp]] : ["node-gyp", []];
const result = spawnSync(
  command,
  [
    ...first,
    "rebuild",
    "--silent",
    "--jobs=max",
    `--directory=${fileURLToPath(new URL(".", import.meta.url))}`,
    ...local,
  ],
  {
    encoding: "utf8",
  },
);
if (result.status !== 0) {
  const why = `${result.stderr ?? ""}${result.error ?? ""}`.trim().split("\n").at(-1);
  console.warn(`otlearn: the native kernels were not built (${why}); continuing with the plain ones, which are slower`);
}
