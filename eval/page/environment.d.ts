/** A module that the bundler puts into the page as a worker. */
declare module "*?worker&inline" {
  const InlineWorker: new () => Worker;
  export default InlineWorker;
}

/** By these, modules of `src` tell whether they run in Node. */
declare const setImmediate: ((done: () => void) => unknown) | undefined;
declare const process:
  | {
      getBuiltinModule?(name: "node:os"): { totalmem(): number };
      constrainedMemory?(): number;
    }
  | undefined;
