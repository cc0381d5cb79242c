import { describe, expect, it } from "vitest";
import { nativeStatus } from "../../../src/native/loader.ts";
import { expectSameBits, printedBy, type Bits } from "../../support/children.ts";

const child = (environment: Record<string, string>) => printedBy<Bits>("kernel-bits", environment);

describe.skipIf(!nativeStatus().addon)("native tensor kernels in other processes", () => {
  it("1, 2 and 8 threads give the same bits", () => expectSameBits("kernel-bits"));

  it("every instruction set and no native code give the same numbers", async () => {
    const { sample } = await child({});
    for (const [name, value] of ["OTLEARN_ISA=avx2", "OTLEARN_ISA=plain", "OTLEARN_NATIVE=0"].map((s) =>
      s.split("="),
    )) {
      const other = await child({ [name]: value });
      expect(other.sample).toBeAllclose(sample, { absolute: 1e-5, relative: 1e-5 });
    }
  });
});
