import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const file = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The scripts of pages: entries from the repository, and where they lie in the build. */
const PAGES = {
  "eval/page/main.ts": "eval/page/report.js",
  "training/dashboard/page/main.ts": "training/dashboard/page/dashboard.js",
};

/** The folder of the demo's page, in the repository and in the build. */
const DEMO = "training/demo/page";

/** Goes with each script into each report. */
const NOTICE =
  "/*! otlearn (MIT), with Vega, Vega-Lite and Vega-Embed (University of Washington Interactive Data Lab, BSD-3-Clause), D3 (Mike " +
  "Bostock, ISC), tfjs-vis and, in the demo, TensorFlow.js (Google, Apache-2.0). LICENSES.md beside this script in the package has all texts. */";

/** tfjs-vis draws through our `embed`, and needs of tfjs-core the name of a class only. */
const houseStyle = {
  name: "house-style",
  enforce: "pre",
  resolveId(source, importer = "") {
    if (!importer.includes("tfjs-vis")) return null;
    if (source === "vega-embed") return file("eval/page/embed.ts");
    return source === "@tensorflow/tfjs-core" ? file("eval/page/no-tensors.ts") : null;
  },
};

/** From the sources, what package.json says of a build. */
const BROWSER_PLATFORM = { find: /^#platform\/(.*)$/, replacement: file("src/platform/browser/$1.ts") };

/** What all of them are built with. */
const common = (dist, notices) => ({
  configFile: false,
  logLevel: "warn",
  root: file("."),
  resolve: { alias: [BROWSER_PLATFORM] },
  define: { "process.env.NODE_ENV": '"production"' },
  build: {
    outDir: dist,
    emptyOutDir: false,
    copyPublicDir: false,
    target: "es2022",
    chunkSizeWarningLimit: 2000,
    license: { fileName: `${notices}LICENSES.md` },
  },
});

/** Bundles the scripts of pages into the folder of a build, each with all that it needs. */
export async function buildPages(dist) {
  for (const [entry, target] of Object.entries(PAGES)) {
    const { build: settings, ...rest } = common(dist, `${dirname(target)}/`);
    await build({
      ...rest,
      plugins: [houseStyle],
      build: {
        ...settings,
        rolldownOptions: { output: { postBanner: NOTICE } },
        lib: { entry: file(entry), formats: ["iife"], name: "otlearn", fileName: () => target },
      },
    });
  }
}

/** Bundles the demo: modules of the page and of its worker, and the programs of the wasm backend, in one folder. */
export async function buildDemo(dist) {
  const output = {
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    assetFileNames: "[name]-[hash][extname]",
  };
  const { build: settings, ...rest } = common(`${dist}/${DEMO}`, "");
  await build({
    ...rest,
    plugins: [houseStyle],
    build: {
      ...settings,
      modulePreload: false,
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: Object.fromEntries(["main", "worker"].map((name) => [name, file(`${DEMO}/${name}.ts`)])),
        output: { ...output, postBanner: NOTICE },
      },
    },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPages(file("dist"));
  await buildDemo(file("dist"));
}
