import { expect, it } from "vitest";
import { useBackend } from "../../../src/tensor/backend.ts";
import { requireBackend } from "../../../src/tensor/require-backend.ts";
import { printedBy } from "../../support/children.ts";

it("before useBackend the message says to call it", async () => {
  expect(await printedBy("no-backend")).toEqual({
    name: "InputError",
    message: "sinkhorn: no backend for tensors yet; call useBackend() first",
  });
});

it("says nothing once there is a backend", async () => {
  await useBackend("cpu");
  expect(() => requireBackend("sinkhorn")).not.toThrow();
});
