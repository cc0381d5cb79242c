import { describe, expect, it } from "vitest";
import { nativeStatus } from "../../../src/native/loader.ts";
import { expectSameBits, printedBy, type Bits } from "../../support/children.ts";
import { itOnEachSet } from "../../support/instruction-sets.ts";

const child = (environment: Record<string, string>) => printedBy<Bits>("kernel-bits", environment);

describe.skipIf(!nativeStatus().addon)("native tensor kernels in other processes", () => {
  it("1, 2 and 8 threads give the same bits", () => expectSameBits("kernel-bits"));

  itOnEachSet("give the same numbers as no native code", async (environment) => {
    const [native, without] = await Promise.all([child(environment), child({ OTLEARN_NATIVE: "0" })]);
    expect(native.sample).toBeAllclose(without.sample, { absolute: 1e-5, relative: 1e-5 });
  });
});
