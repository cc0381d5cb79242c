/**
 * Colours that stay apart for every kind of colour vision, on white and on black: those of Okabe & Ito without black and
 * yellow, the blue lighter for black grounds, ordered so that the first ones are furthest apart.
 */
export const CATEGORICAL = ["#2B83C6", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"] as const;

/** Vega's name of a colour scale of even lightness for quantities (Nunez, Anderton & Renslow 2018). */
export const SEQUENTIAL = "cividis";

/** Text and hairlines that must show on white and on black alike, in rasters. */
export const NEUTRAL = "#7a7a7a";

/** The page's own font, then what a renderer without it has. */
export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/** Drawings name this colour for text and lines: the reader's text colour on a page, black in a PNG. */
export const INK = "currentColor";
