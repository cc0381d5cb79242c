import { element } from "./element.ts";

/** A labelled choice among entries in groups, numbered through all of them. */
export interface Choice {
  readonly element: HTMLElement;
  /** None of the entries is shown as chosen where there is no index. */
  select(index: number | undefined): void;
  onChoose(listener: (index: number) => void): void;
}

/** Groups by their labels; entries of "" stand in none. */
export function choice(label: string, groups: Readonly<Record<string, readonly string[]>>): Choice {
  const select = element("select");
  let index = 0;
  const options = (names: readonly string[]) =>
    names.map((name) => element("option", { value: String(index++) }, name));
  for (const [group, names] of Object.entries(groups)) {
    if (group === "") select.append(...options(names));
    else if (names.length > 0) select.append(element("optgroup", { label: group }, ...options(names)));
  }
  const own = element("option", { value: "", hidden: true }, "weights of your own");
  select.append(own);
  return {
    element: element("label", {}, label, " ", select),
    select(chosen) {
      select.value = chosen === undefined ? "" : String(chosen);
    },
    onChoose(listener) {
      select.addEventListener("change", () => listener(Number(select.value)));
    },
  };
}
