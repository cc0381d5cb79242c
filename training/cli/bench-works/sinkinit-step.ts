import { sinkinitStep } from "../../../eval/bench/sinkinit-step.ts";
import { numberOption } from "../../../src/options.ts";
import { variableSgd } from "../../optimizers/variables.ts";
import { defineWork } from "./work.ts";

/** Of the paper, for both networks. */
const RATE = 0.25;

export const sinkinitStepWork = defineWork({
  description: "One adversarial training step of a learned Sinkhorn initialiser at the paper's sizes.",
  options: {
    batch: numberOption({ description: "pairs of histograms a step", default: 500, least: 2, integer: true }),
  },
  peer: "sinkinit_step.py",
  async prepare({ batch, repeat }) {
    const optimizer = variableSgd({ rate: RATE });
    return {
      ours: async () => [
        await sinkinitStep({ batch, repeat, optimizers: { approximator: optimizer, generator: optimizer } }),
      ],
      peerArguments: ["--batch", `${batch}`, "--repeat", `${repeat}`],
    };
  },
});
