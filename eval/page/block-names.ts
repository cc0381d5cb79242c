import type { Blocks } from "../pictures/pooled.ts";
import type { MatrixSide } from "../views.ts";

/** Names of a block that are told; the others are counted. */
const MOST_NAMES = 3;

/** What stands in each block of rows or columns: "a", "a, b", "a, b, c and 7 more". */
export function blockNames({ names }: MatrixSide, blocks: Blocks): string[] {
  return membersOf(blocks).map((members) => {
    const told = members.slice(0, MOST_NAMES).map((member) => names[member]);
    const more = members.length - told.length;
    return more > 0 ? `${told.join(", ")} and ${more} more` : told.join(", ");
  });
}

/** The classes in each block, the most frequent first: "B", "B 4, NK 2". */
export function blockClasses({ labels }: MatrixSide, blocks: Blocks): string[] | undefined {
  if (!labels) return undefined;
  return membersOf(blocks).map((members) => {
    const counts = new Map<string, number>();
    for (const member of members) {
      const name = labels[member] ?? "none";
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const sorted = [...counts].sort(([, a], [, b]) => b - a);
    return sorted.length === 1 ? sorted[0][0] : sorted.map(([name, count]) => `${name} ${count}`).join(", ");
  });
}

function membersOf({ order, bounds }: Blocks): number[][] {
  return bounds.slice(1).map((end, block) => order.slice(bounds[block], end));
}
