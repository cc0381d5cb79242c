/** Of `cpp/glue/glue_signals.cc`. Nothing on Windows. */
export interface SignalNatives {
  /**
   * From now on the first of these signals (`os.constants.signals`) goes to who had it, Node's listeners, when the event loop
   * gets its turn. The second, of any of them, ends the process at once by the signal's default action, also while the main
   * thread is inside a native function or a loop. Listeners must be there before; those watched already stay watched.
   */
  watchSignals(numbers: readonly number[]): void;
  /** Gives all of them back. To be called before the listeners are removed. */
  unwatchSignals(): void;
}
