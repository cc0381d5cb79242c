/** An orthographic view of space. */
export interface Camera {
  /** Where a point falls in the picture, x to the right and y upwards, and how near it is to the eye. */
  look(point: readonly [x: number, y: number, z: number]): {
    readonly x: number;
    readonly y: number;
    readonly depth: number;
  };
}

/** The eye above the equator by `elevation` and `azimuth` round the z axis from x, in degrees. */
export function camera(azimuth: number, elevation: number): Camera {
  const [turn, tilt] = [azimuth, elevation].map((degrees) => (degrees * Math.PI) / 180);
  const [cosTurn, sinTurn, cosTilt, sinTilt] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
  return {
    look([x, y, z]) {
      const ahead = x * cosTurn + y * sinTurn; // horizontally towards the eye
      return {
        x: y * cosTurn - x * sinTurn,
        y: z * cosTilt - ahead * sinTilt,
        depth: ahead * cosTilt + z * sinTilt,
      };
    },
  };
}
