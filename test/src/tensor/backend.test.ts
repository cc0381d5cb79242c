import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { useBackend } from "../../../src/tensor/backend.ts";
import { backends } from "../../support/backends.ts";
describe.each(backends)("%s", (name) => {
  it("works", async () => {
    await useBackend(name);
    expect(tf.getBackend()).toBe(name);
    expect(await tf.add(1, 2).data()).toBeAllclose([3]);
  });
});
