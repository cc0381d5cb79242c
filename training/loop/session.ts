import type { Metrics, StepContext, StepOutcome, Task } from "../../models/task.ts";
import { pause } from "../../src/event-loop.ts";
import { Random } from "../../src/tensor/random.ts";
import { firstNonFinite, type StateTree } from "../../src/tensor/tree.ts";
import { quietReporter, type Reporter } from "../progress/index.ts";
import { endOfSteps, interrupted, nonFinite, outOfPatience, type End } from "./ends.ts";
import { ImprovementTracker } from "./improvement.ts";
import type { Journal } from "./journal.ts";
import { LeakGuard } from "./leak-guard.ts";
import { SaveClock } from "./save-clock.ts";
import type { TrainOptions, TrainResult } from "./options.ts";

/** What the loop itself remembers in a checkpoint. */
interface Memory {
  readonly best: StateTree | null;
  readonly earlyStop: StateTree | null;
  /** Set where the run ended before its last step and must not go on when resumed. */
  readonly end: End | null;
}

/** One run of a task in this process: from its start, or from a checkpoint, to its end. */
export class Session<S> {
  readonly #task: Task<S>;
  readonly #options: TrainOptions;
  readonly #reporter: Reporter;
  readonly #journal: Journal;
  readonly #stop: AbortSignal;
  #random: Random;
  readonly #best: ImprovementTracker | undefined;
  readonly #earlyStop: ImprovementTracker | undefined;
  readonly #leaks: LeakGuard | undefined;
  readonly #saves: SaveClock;
  readonly #startedAt = performance.now();
  #state: S;
  #step: number;
  #metrics: Metrics;
  /** True while the state is ahead of the last checkpoint. */
  #unsaved: boolean;
  #end: End | undefined;

  private constructor(
    task: Task<S>,
    options: TrainOptions,
    journal: Journal,
    stop: AbortSignal,
    state: S,
    random: Random,
  ) {
    const { start } = journal;
    const memory = start?.loop as Memory | undefined;
    this.#task = task;
    this.#options = options;
    this.#reporter = options.reporter ?? quietReporter;
    this.#journal = journal;
    this.#stop = stop;
    this.#saves = new SaveClock(options.checkpointSeconds ?? 60);
    this.#state = state;
    this.#random = random;
    this.#step = start?.step ?? 0;
    this.#metrics = start?.metrics ?? {};
    this.#unsaved = start === undefined;
    this.#end = memory?.end ?? undefined;
    this.#best = options.best && new ImprovementTracker(options.best, memory?.best);
    this.#earlyStop = options.earlyStop && new ImprovementTracker(options.earlyStop, memory?.earlyStop);
    this.#leaks = options.checkLeaks === false ? undefined : new LeakGuard(task.name);
  }

  /** Makes the first state, or takes it from the journal's checkpoint. */
  static async begin<S>(
    task: Task<S>,
    options: TrainOptions,
    journal: Journal,
    stop: AbortSignal,
  ): Promise<Session<S>> {
    const { start } = journal;
    const random = start ? Random.fromState(start.random) : Random.fromSeed(options.seed);
    const state = start ? await task.load(start.state) : await task.init(random);
    return new Session(task, options, journal, stop, state, random);
  }

  async run(): Promise<TrainResult<S>> {
    await this.#journal.begin();
    const { run } = this.#journal;
    this.#reporter.start({ task: this.#task.name, step: this.#step, steps: this.#task.steps, run: run?.path });
    // The start is saved too, so that a kill before the first step loses nothing either.
    let end = this.#end ?? (this.#unsaved ? await this.#save() : undefined) ?? endOfSteps(this.#step, this.#task.steps);
    while (!end) {
      await pause(); // lets signals, timers and the terminal have their turn
      end = this.#stop.aborted ? interrupted(this.#stop.reason) : await this.#advance();
    }
    if (this.#unsaved && end.status !== "non-finite") end = (await this.#save(end)) ?? end;

    const { status, reason } = end;
    const position = { step: this.#step, seconds: this.#seconds(), checkpoint: this.#journal.lastCheckpoint };
    this.#reporter.end({ status, reason, ...position });
    return { status, reason, state: this.#state, metrics: this.#metrics, best: this.#best?.current, run, ...position };
  }

  /** Frees the state. */
  dispose(): void {
    this.#task.dispose?.(this.#state);
  }

  /** One call of the task's step. One that is aborted leaves the state, and the random numbers, as before it. */
  async #advance(): Promise<End | undefined> {
    const step = this.#step + 1;
    const random = this.#random.state();
    const context: StepContext = {
      step,
      random: this.#random,
      signal: this.#stop,
      progress: (fraction, note) => this.#reporter.within(step, fraction, note),
    };
    let outcome: StepOutcome<S>;
    try {
      outcome = await this.#task.step(this.#state, context);
    } catch (error) {
      if (!this.#stop.aborted || error !== this.#stop.reason) throw error;
      this.#random = Random.fromState(random);
      return interrupted(this.#stop.reason);
    }
    this.#state = outcome.state;
    this.#unsaved = true;
    this.#leaks?.check(step);
    if (!outcome.unfinished) return this.#complete(step, outcome);
    return this.#journal.config && this.#saves.isDue ? this.#save() : undefined;
  }

  /** Evaluates, logs and saves a completed step; returns why the run ends with it, if it does. */
  async #complete(step: number, outcome: StepOutcome<S>): Promise<End | undefined> {
    const bad = Object.entries(outcome.metrics).find(([, value]) => !Number.isFinite(value));
    if (bad) {
      const array = firstNonFinite(await this.#task.save(this.#state));
      return nonFinite(`step ${step}: ${bad[0]} is ${bad[1]}`, array, this.#journal.lastCheckpoint);
    }

    this.#step = step;
    const { done } = outcome;
    const end =
      done === undefined ? endOfSteps(step, this.#task.steps) : ({ status: "completed", reason: done } as const);
    const evaluated = this.#task.evaluate && (end !== undefined || this.#isDue(this.#options.evaluateEvery ?? 0));
    const extra = evaluated ? await this.#task.evaluate!(this.#state) : {};
    this.#leaks?.check(step);
    this.#metrics = { ...outcome.metrics, ...extra };

    const complete = evaluated === true || !this.#task.evaluate;
    this.#best?.observe(step, this.#metrics, complete);
    this.#earlyStop?.observe(step, this.#metrics, complete);
    const row = { step, seconds: this.#seconds(), ...this.#metrics };
    await this.#journal.append(row);
    this.#reporter.row(row);

    const ended = end ?? outOfPatience(this.#options.earlyStop, this.#earlyStop?.current);
    if (!ended && this.#journal.config && this.#isDue(this.#options.checkpointEvery ?? 10)) return this.#save();
    return ended;
  }

  /** Writes a checkpoint of a finite state; returns the end of the run where it is not. */
  async #save(end?: End): Promise<End | undefined> {
    const startedAt = performance.now();
    const state = await this.#task.save(this.#state);
    const array = firstNonFinite(state);
    if (array !== undefined) return nonFinite(`step ${this.#step}`, array, this.#journal.lastCheckpoint);
    const goesOn = end === undefined || end.status === "interrupted" || this.#step >= this.#task.steps;
    const loop: Memory = {
      best: this.#best?.save() ?? null,
      earlyStop: this.#earlyStop?.save() ?? null,
      end: goesOn ? null : end,
    };
    await this.#journal.save({
      task: this.#task.name,
      step: this.#step,
      seconds: this.#seconds(),
      config: { ...this.#journal.config },
      random: this.#random.state(),
      metrics: this.#metrics,
      loop: { ...loop, end: loop.end && { ...loop.end } },
      state,
    });
    this.#unsaved = false;
    this.#saves.saved(startedAt);
    return undefined;
  }

  #isDue(every: number): boolean {
    return every > 0 && this.#step % every === 0;
  }

  /** Seconds of training across resumes, to the millisecond. */
  #seconds(): number {
    const before = this.#journal.start?.seconds ?? 0;
    return Math.round(1000 * before + performance.now() - this.#startedAt) / 1000;
  }
}
