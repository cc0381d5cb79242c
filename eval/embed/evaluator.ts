import { embeddingOf } from "../../models/embed/couplings.ts";
import { loadDescents } from "../../models/embed/descents-tree.ts";
import { lowest } from "../../models/embed/descents.ts";
import { objectiveAt } from "../../models/embed/iterate.ts";
import { embedOptions } from "../../models/embed/options.ts";
import { completeEmbed, type EmbedOptions } from "../../models/embed/presets.ts";
import { setUpEmbed, type EmbedSetup } from "../../models/embed/setup.ts";
import { pairOf } from "../../src/data/dataset.ts";
import { InputError } from "../../src/errors.ts";
import { pickOptions } from "../../src/options.ts";
import type { StateTree } from "../../src/tensor/tree.ts";
import type { Evaluator } from "../evaluator.ts";
import { embedEvaluation } from "./evaluation.ts";
import { ALIGNMENT_PEERS } from "./peers.ts";
import { resultOf } from "./result.ts";
import { searchEvaluation } from "./search-evaluation.ts";
import { EMBED_CURVES, EMBED_RESULTS } from "./shown.ts";

/** Evaluates joint embeddings: see `embedEvaluation`; of a search what it chose, and how well its choices do on other pairs. */
export const embedEvaluator: Evaluator = {
  task: "embed",
  curves: EMBED_CURVES,
  results: EMBED_RESULTS,
  async evaluate(run, { dataset, isTrainingData }) {
    if (!isTrainingData) {
      throw new InputError(
        `${dataset.name}: an embedding belongs to the data of the run; train on these instead: otlearn train embed`,
      );
    }
    const options = completeEmbed(pickOptions(embedOptions, run.config.options));
    const pair = pairOf(dataset);
    if (options.search) return searchEvaluation(run, options, pair);
    const setup = await setUpEmbed(options, pair);
    return embedEvaluation(run, {
      ...resultOf(setup),
      ...startsOf(run.state, setup, options),
      ...(options.peers && { peers: Object.fromEntries(ALIGNMENT_PEERS.map(({ name, align }) => [name, align])) }),
    });
  },
};

function startsOf(state: StateTree, { problem }: EmbedSetup, { lambda }: EmbedOptions) {
  const { iterates } = loadDescents(state, problem);
  const chosen = lowest(iterates, lambda);
  const embeddings = iterates.map((iterate) => embeddingOf(iterate.couplings, objectiveAt(iterate, lambda)));
  const starts = embeddings.map((embedding, start) => ({
    objective: embedding.objective.value,
    residual: iterates[start].report.residual,
    chosen: start === chosen,
    embedding,
  }));
  return { embedding: embeddings[chosen], starts };
}
