import type { FacePose } from "./pose.ts";
import { n } from "./svg.ts";

/**
 * The head as a solid, so that a turn moves each part by its depth: the nose farthest, the eyes and the mouth less, the
 * hair at the back against them. x counts to the right from the middle line, y down, z to the beholder from the plane of the
 * ears, in hundredths of the picture; the projection is parallel.
 */
export interface Head {
  /** Where a point is seen, as "x y" of a path. */
  at(x: number, y: number, z: number): string;
  /** The same of a point on the skin, or `lift` above it. */
  skin(x: number, y: number, lift?: number): string;
  /** A point of an outline: a round head keeps its width when it turns, so depth moves it, and nothing foreshortens it. */
  rim(x: number, y: number, z: number): string;
  /** An ellipse on the skin, foreshortened. */
  spot(x: number, y: number, radii: readonly [x: number, y: number], look: string, lift?: number): string;
}

const MIDDLE = 50;
/** The axes: the neck, behind the ears, and the line through the ears. */
const AXIS_Z = -6;
const AXIS_Y = 52;
/** Half axes of the ellipsoid that the face lies on, and its middle. */
const SKIN = { x: 31, y: 55, z: 28, middle: 50 } as const;
const RADIANS = Math.PI / 180;

export function headOf({ turn, nod }: Pick<FacePose, "turn" | "nod">): Head {
  const [cosTurn, sinTurn] = [Math.cos(turn * RADIANS), Math.sin(turn * RADIANS)];
  const [cosNod, sinNod] = [Math.cos(nod * RADIANS), Math.sin(nod * RADIANS)];
  const text = (x: number, y: number) => `${n(MIDDLE + x)} ${n(y)}`;
  const seen = (x: number, y: number, z: number): [number, number] => {
    const depth = (z - AXIS_Z) * cosTurn - x * sinTurn;
    return [x * cosTurn + (z - AXIS_Z) * sinTurn, AXIS_Y + (y - AXIS_Y) * cosNod + depth * sinNod];
  };
  return {
    at: (x, y, z) => text(...seen(x, y, z)),
    skin: (x, y, lift = 0) => text(...seen(x, y, depthOfSkin(x, y) + lift)),
    rim: (x, y, z) => text(x + (z - AXIS_Z) * sinTurn, y + (z - AXIS_Z) * sinNod),
    spot(x, y, [rx, ry], look, lift = 0) {
      const [cx, cy] = seen(x, y, depthOfSkin(x, y) + lift);
      return `<ellipse cx="${n(MIDDLE + cx)}" cy="${n(cy)}" rx="${n(rx * cosTurn)}" ry="${n(ry * cosNod)}" ${look}/>`;
    },
  };
}

function depthOfSkin(x: number, y: number): number {
  return SKIN.z * Math.sqrt(Math.max(0, 1 - (x / SKIN.x) ** 2 - ((y - SKIN.middle) / SKIN.y) ** 2));
}
