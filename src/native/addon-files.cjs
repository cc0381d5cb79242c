// Where an addon may lie. CommonJS, so that loader.ts can ask for it at run time and browsers never see it.
const { existsSync, statSync } = process.getBuiltinModule("node:fs");
const { join } = process.getBuiltinModule("node:path");

/** Where node-gyp leaves an addon beside its `binding.gyp`. */
const COMPILED = join("build", "Release", "otlearn_native.node");

/** What `npm install` compiles on this machine. */
function builtAddon(root) {
  return join(root, "src", "native", COMPILED);
}

/** What the package brings, named as by prebuildify: `prebuilds/linux-x64/node.napi.glibc.node`. */
function prebuiltAddon(root, platform = process.platform, arch = process.arch, libc = libcOf(platform)) {
  return join(root, "src", "native", "prebuilds", `${platform}-${arch}`, `node.napi${libc && `.${libc}`}.node`);
}

/** An addon linked against glibc must not be loaded beside musl: on Linux the name tells one from the other. */
function libcOf(platform, report = process.report) {
  if (platform !== "linux") return "";
  return report.getReport().header.glibcVersionRuntime ? "glibc" : "musl";
}

/** The addons that are there, the newer one first. */
function addonFiles(root) {
  return [
    { file: builtAddon(root), origin: "built here" },
    { file: prebuiltAddon(root), origin: `prebuilt ${process.platform}-${process.arch}` },
  ]
    .filter(({ file }) => existsSync(file))
    .sort((a, b) => statSync(b.file).mtimeMs - statSync(a.file).mtimeMs);
}

module.exports = { COMPILED, addonFiles, builtAddon, libcOf, prebuiltAddon };
