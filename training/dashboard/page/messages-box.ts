import { element } from "../../../eval/page/element.ts";

/** What became of what the reader asked for, said aloud by screen readers, too. */
export interface Messages {
  readonly box: HTMLElement;
  /** Runs it; what goes wrong is said. */
  attempt(action: () => Promise<void>): Promise<void>;
  clear(): void;
}

export function messagesBox(): Messages {
  const box = element("div", { role: "status" });
  return {
    box,
    async attempt(action) {
      box.replaceChildren();
      try {
        await action();
      } catch (error) {
        box.replaceChildren(element("p", { className: "notice bad" }, (error as Error).message));
      }
    },
    clear: () => box.replaceChildren(),
  };
}
