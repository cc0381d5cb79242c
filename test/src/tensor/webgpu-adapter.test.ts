import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { probeAdapter } from "../../../src/platform/node/gpu.ts";
import { reportAdapter } from "../../../src/tensor/webgpu-adapter.ts";
import { compiledRoot } from "../../support/compiled.ts";

const gpuWith = (info: object | null) => ({ requestAdapter: async () => info && { info } }) as never;

describe("an adapter", () => {
  it.each([
    ["llvmpipe", { vendor: "mesa", architecture: "", description: "llvmpipe (LLVM 15)" }, true],
    ["a driver that says so", { vendor: "x", architecture: "", description: "y", isFallbackAdapter: true }, true],
    ["a graphics card", { vendor: "nvidia", architecture: "ampere", description: "A100" }, false],
  ])("%s is a software adapter or not", async (_, info, isSoftware) => {
    expect(await reportAdapter(gpuWith(info))).toMatchObject({ isSoftware });
  });

  it("may be missing", async () => {
    expect(await reportAdapter(gpuWith(null))).toBeUndefined();
  });

  it("is not there in a package that crashes", () => {
    expect(probeAdapter(join(import.meta.dirname, "no-such-file.js"))).toBeUndefined();
  });
});

function hasWebgpu(): boolean {
  try {
    return createRequire(import.meta.url).resolve("webgpu") !== "";
  } catch {
    return false;
  }
}

describe.skipIf(!hasWebgpu())("without a driver", () => {
  it.each([
    ["info", /no WebGPU adapter/],
    ["train sinkinit --backend webgpu", /cannot be used here \(no WebGPU adapter.*\)/],
    ["train sinkinit --backend auto --dataset no-such", /no-such/],
  ])("`otlearn %s` prints its own lines and none of Dawn or Vulkan", async (command, ours) => {
    const script = join(await compiledRoot(), "training", "cli", "otlearn.js");
    const env = { ...process.env, VK_DRIVER_FILES: "/no/such/driver.json" };
    const run = promisify(execFile)(process.execPath, [script, ...command.split(" ")], { env });
    const { stdout, stderr } = await run.catch((failed: { stdout: string; stderr: string }) => failed);
    expect(stdout + stderr).toMatch(ours);
    expect(stdout + stderr).not.toMatch(/dawn|vkCreateInstance|VK_|Warning:/);
  });
});
