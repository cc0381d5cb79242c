import { morphOperator, type MorphProblem } from "./barycenter.ts";
import type { Answer, Question } from "./worker.ts";
import BarycenterWorker from "./worker.ts?worker&inline";

/** Computes barycenters one after the other; throws where there is none. */
export type Compute = (weights: readonly number[]) => Promise<Float64Array>;

/** In a worker, so that the page stays fluid; where there can be none, in the page. */
export function startMorph(problem: MorphProblem): Compute {
  const worker = startWorker();
  if (!worker) return inPage(problem);
  worker.postMessage({ problem } satisfies Question);
  let instead: Compute | undefined;
  return async (weights) => {
    if (instead) return instead(weights);
    try {
      return await ask(worker, weights);
    } catch (error) {
      if (error instanceof Error) throw error;
      instead = inPage(problem); // the browser did not let the worker run
      return instead(weights);
    }
  };
}

function startWorker(): Worker | undefined {
  try {
    return new BarycenterWorker();
  } catch {
    return undefined;
  }
}

/** Rejects with an Error where the answer is one, with an event where the worker itself failed. */
function ask(worker: Worker, weights: readonly number[]): Promise<Float64Array> {
  return new Promise((resolve, reject) => {
    worker.onerror = reject;
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ("fault" in data) reject(new Error(data.fault));
      else resolve(data.barycenter);
    };
    worker.postMessage({ weights } satisfies Question);
  });
}

function inPage(problem: MorphProblem): Compute {
  const operator = morphOperator(problem);
  return async (weights) => {
    await new Promise((resolve) => setTimeout(resolve));
    return operator(weights);
  };
}

/** Answers the newest question only: what was asked while another one was computed, and is no longer the newest, is passed over. */
export function newestOnly<Question>(answer: (question: Question) => Promise<void>): (question: Question) => void {
  let next: { readonly question: Question } | undefined;
  let running = false;
  const work = async () => {
    running = true;
    while (next) {
      const { question } = next;
      next = undefined;
      await answer(question);
    }
    running = false;
  };
  return (question) => {
    next = { question };
    if (!running) void work();
  };
}
