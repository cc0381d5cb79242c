/** Bundles the scripts of pages into the folder of a build, each with all that it needs. */
export function buildPages(dist: string): Promise<void>;
