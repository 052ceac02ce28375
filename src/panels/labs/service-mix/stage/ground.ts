import type { Outline } from '../../../../charts/land.ts';
import type { Ground } from '../../../../charts/ground.ts';
import type { Arrays } from '../../../../engine/protocol.ts';
import { COUNTRY_ASPECT } from './outline.ts';

const NO_LINES: Outline = { aspect: COUNTRY_ASPECT, lines: [] };

/** Whether a scene is scattered over a country; undefined before there is a scene. */
export function isCountry(scene: Arrays): boolean | undefined {
  const size = scene['shape']?.[1];
  return size === undefined ? undefined : size === 0;
}

/** What the maps of a scene are drawn on; undefined before there is a scene. */
export function groundOf(scene: Arrays, outline: Outline | undefined): Ground | undefined {
  const { shape, tau, stagePositions, services, letteredPositions } = scene;
  const [K, gridSize] = shape ?? [];
  if (K === undefined || gridSize === undefined || !stagePositions || !services || !letteredPositions)
    return undefined;
  const lines = gridSize === 0 ? (outline ?? NO_LINES) : undefined;
  return {
    K,
    gridSize,
    aspect: lines?.aspect ?? 1,
    positions: stagePositions,
    services,
    tau: tau?.[0] ?? NaN,
    letters: letteredPositions,
    ...(lines && { outline: lines }),
  };
}
