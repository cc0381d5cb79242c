export type SpacePoint = readonly [x: number, y: number, z: number];
/** A line through space. */
export type Wire = readonly SpacePoint[];

/** Points along a wire: far more than a reader sees corners of. */
const STEPS = 72;

/** Meridians and parallels of a sphere around the origin, every 30 degrees. */
export function sphereWires(radius: number): Wire[] {
  const at = (polar: number, azimuth: number): SpacePoint => [
    radius * Math.sin(polar) * Math.cos(azimuth),
    radius * Math.sin(polar) * Math.sin(azimuth),
    radius * Math.cos(polar),
  ];
  return [
    ...Array.from({ length: 6 }, (_, k) => round((angle) => at(angle, (k * Math.PI) / 6))), // both halves of a great circle
    ...Array.from({ length: 5 }, (_, k) => round((angle) => at(((k + 1) * Math.PI) / 6, angle))),
  ];
}

/** Circles of a torus around the z axis: 12 round the tube, 8 along it. `major` is from the axis to the middle of the tube. */
export function torusWires(major: number, minor: number): Wire[] {
  const at = (along: number, around: number): SpacePoint => {
    const distance = major + minor * Math.cos(around);
    return [distance * Math.cos(along), distance * Math.sin(along), minor * Math.sin(around)];
  };
  return [
    ...Array.from({ length: 12 }, (_, k) => round((angle) => at((k * Math.PI) / 6, angle))),
    ...Array.from({ length: 8 }, (_, k) => round((angle) => at(angle, (k * Math.PI) / 4))),
  ];
}

function round(at: (angle: number) => SpacePoint): Wire {
  return Array.from({ length: STEPS + 1 }, (_, step) => at((2 * Math.PI * step) / STEPS));
}
