/** Bundles the scripts of pages into the folder of a build, each with all that it needs. */
export function buildPages(dist: string): Promise<void>;
/** Bundles the page of the demo into the folder of a build. */
export function buildDemo(dist: string): Promise<void>;
