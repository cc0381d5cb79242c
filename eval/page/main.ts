import { drawAll } from "./figures.ts";

void drawAll(document);
