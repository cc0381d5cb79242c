import type { PairDataset, PairSide } from "../../src/data/dataset.ts";
import { OptionError } from "../../src/errors.ts";
import type { Space } from "../../src/spaces/space.ts";
import { TARGET_NAMES, targetByName, type TargetName, type TargetPoints } from "../../src/spaces/targets/by-name.ts";
import type { Target } from "../../src/spaces/target.ts";
import { readArray } from "../../src/data/arrays.ts";
import type { EmbedOptions } from "./options.ts";
import { embedProblem, type EmbedProblem } from "./problem.ts";
import { sideOf, type EmbedSide } from "./sides.ts";
