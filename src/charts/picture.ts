import type { Size } from './surface.ts';
import type { CanvasTheme } from './theme.ts';

/** Draws on a cleared canvas in an animation frame; coordinates are CSS pixels. */
export type Draw = (context: CanvasRenderingContext2D, size: Size, theme: CanvasTheme) => void;
