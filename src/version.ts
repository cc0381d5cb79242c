/** Version of this package, the one in its package.json (a test compares them): a page cannot read that. */
export const version = "0.10.0";
