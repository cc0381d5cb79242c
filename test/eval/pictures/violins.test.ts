import { describe, expect, it } from "vitest";
import { violins } from "../../../eval/pictures/violins.ts";
import { InputError } from "../../../src/errors.ts";

describe("violins", () => {
  it("draws one shape a group, named under it, with a panel's title", async () => {
    const { svg } = await violins([
      {
        title: "error",
        groups: [
          { name: "learned", values: [0.01, 0.02, 0.04, 0.02] },
          { name: "ones", values: [0.5, 0.4, 0, 0.6] },
        ],
      },
    ]);
    for (const text of ["error", "learned", "ones"]) expect(svg).toContain(`>${text}<`);
    expect(svg.match(/mark-area/g)).toHaveLength(2);
    expect(svg).not.toContain("NaN");
  });

  it("refuses a group without a distribution", async () => {
    const panel = { title: "error", groups: [{ name: "ones", values: [0, 1] }] };
    await expect(violins([panel])).rejects.toThrow(
      new InputError("violins: error: ones has fewer than two positive values"),
    );
  });
});
