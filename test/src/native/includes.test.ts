import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../../../src/native/cpp");

/** Folders, each of which may include those before it: beside itself and the folders that it is in. */
const LAYERS = ["base", "isa", "vector", "host"];
const TOPICS = ["barycenter", "chain", "cloud", "emd", "initializer", "newton", "pairs", "sinkhorn", "tensors"];

interface Source {
  readonly name: string;
  readonly text: string;
  /** Files of ours. */
  readonly includes: readonly string[];
}

const sources: readonly Source[] = readdirSync(ROOT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, "utf8");
    const includes = [...text.matchAll(/^#include "(.+)"$/gm)].map(([, name]) => name);
    return { name: relative(ROOT, path).replaceAll("\\", "/"), text, includes };
  });
const byName = new Map(sources.map((source) => [source.name, source]));

function mayInclude(from: string, to: string): boolean {
  const [top] = from.split("/");
  const [target] = to.split("/");
  if (top === "glue") return true;
  if (target === top) return dirname(from).startsWith(dirname(to));
  const layer = LAYERS.indexOf(target);
  return layer >= 0 && (TOPICS.includes(top) || layer < LAYERS.indexOf(top));
}

/** The first circle of includes that is found, in order. */
function circle(): string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const next of byName.get(name)?.includes ?? []) {
      const found = visit(next, [...path, name]);
      if (found) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const { name } of sources) {
    const found = visit(name, []);
    if (found) return found;
  }
  return undefined;
}

describe("includes of the C++ sources", () => {
  it("name files that are there", () => {
    const missing = sources.flatMap(({ name, includes }) =>
      includes.filter((target) => !byName.has(target)).map((target) => `${name} includes ${target}`),
    );
    expect(missing).toEqual([]);
  });

  it("go from glue to topics to operators of the host to vector to isa to base, and from no topic to another", () => {
    const folders = new Set(sources.map(({ name }) => name.split("/")[0]));
    expect([...folders].sort()).toEqual([...LAYERS, ...TOPICS, "glue"].sort());
    const upward = sources.flatMap(({ name, includes }) =>
      includes.filter((target) => !mayInclude(name, target)).map((target) => `${name} includes ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it("form no circle", () => expect(circle()).toBeUndefined());

  it("are guarded: once an instruction set in *_impl.h, once in other headers", () => {
    const switches = ["isa/each_set.h", "isa/select.h", "isa/set.h"];
    for (const { name, text } of sources) {
      if (!name.endsWith(".h") || switches.includes(name)) continue;
      const guard = `OTLEARN_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
      const toggle = `#if defined(${guard}) == defined(OTLEARN_TOGGLE)\n#ifdef ${guard}\n#undef ${guard}\n#else\n#define ${guard}\n#endif\n`;
      expect(text, name).toContain(name.endsWith("_impl.h") ? toggle : "#pragma once\n");
    }
  });
});
