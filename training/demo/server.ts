import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Hono } from "hono";
import { loadDataset } from "../../src/data/registry.ts";
import { InputError, RunError } from "../../src/errors.ts";
import { guard, hostNames, refuse, type Env } from "../dashboard/guards.ts";
import { commonHeaders } from "../dashboard/headers.ts";
import { listen } from "../dashboard/listen.ts";
import { DEMO_PAGE, DEMO_POLICY } from "./page-html.ts";

/** Where the build puts the scripts: beside this module; seen from the sources, in the build. */
const PLACES = ["page/", "../../dist/training/demo/page/"];

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

const HOST = "127.0.0.1";

export interface Demo {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the demo's page on this machine. Throws InputError for a port that cannot be had, RunError where the page is not built. */
export async function startDemo({ port }: { readonly port?: number }): Promise<Demo> {
  const files = await builtFiles();
  const token = randomBytes(24).toString("base64url"); // nobody gets it: nothing can be changed here
  const { port: own, close } = await listen({
    host: HOST,
    port,
    app: (listening) => routes(files, { token, hosts: hostNames(HOST, listening) }),
  });
  return { url: `http://${HOST}:${own}/`, close };
}

/** All that the server answers. No part of a path reaches the disk. */
function routes(files: ReadonlyMap<string, string>, guards: Parameters<typeof guard>[0]): Hono<Env> {
  const app = new Hono<Env>();
  app.use(commonHeaders, guard(guards));
  app.notFound((context) => refuse(context, 404, "not found: the page is at /"));
  app.onError((error, context) => {
    if (error instanceof InputError) return refuse(context, 400, error.message);
    return refuse(context, 500, `a defect of the demo: ${error.message.split("\n")[0]}`);
  });
  app.get("/", (context) => context.html(DEMO_PAGE, 200, DEMO_POLICY));
  app.get("/faces", async (context) => {
    const dataset = await loadDataset("faces", { size: context.req.query("size") });
    if (dataset.kind !== "images") throw new Error("the faces are images");
    const { values, names } = dataset;
    return context.json({ shape: values.shape, names, values: Array.from(values.data) });
  });
  app.get("/:file", async (context) => {
    const file = files.get(context.req.param("file"));
    if (file === undefined) return context.notFound();
    return context.body(await readFile(file), 200, { "content-type": TYPES[extname(file)], ...DEMO_POLICY });
  });
  return app;
}

/** The files of the page, by name. */
async function builtFiles(): Promise<ReadonlyMap<string, string>> {
  const folders = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const folder = folders.find((path) => existsSync(join(path, "main.js")));
  if (folder === undefined)
    throw new RunError(`${folders[0]}: the page of the demo is missing; build it: npm run build`);
  const names = (await readdir(folder)).filter((name) => Object.hasOwn(TYPES, extname(name)));
  return new Map(names.map((name) => [name, join(folder, name)]));
}
