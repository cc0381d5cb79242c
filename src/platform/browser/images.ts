import { needsNode } from "../needs-node.ts";
import type * as node from "../node/images.ts";

export const sharp = needsNode<typeof node.sharp>("drawing and reading pictures");
