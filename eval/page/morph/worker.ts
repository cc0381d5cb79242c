import { morphOperator, type MorphProblem } from "./barycenter.ts";

/** First the problem, then rows of weights; of each comes the barycenter or why there is none. */
export type Question = { readonly problem: MorphProblem } | { readonly weights: readonly number[] };
export type Answer = { readonly barycenter: Float64Array } | { readonly fault: string };

let operator: ReturnType<typeof morphOperator> | undefined;

addEventListener("message", ({ data }: MessageEvent<Question>) => {
  if ("problem" in data) operator = morphOperator(data.problem);
  else postMessage(answer(data.weights));
});

function answer(weights: readonly number[]): Answer {
  try {
    return { barycenter: operator!(weights) };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}
