/** Files of one chart. Loaded when the first is asked for. */
import type { CanvasTheme } from '../theme.ts';
import { csvOf, type Column } from './csv.ts';
import { svgOf, type Picture } from './svg.ts';
import type { Measure } from '../pins.ts';

export type FileKind = 'svg' | 'png' | 'csv';

/** Pixels of the picture in one of the page. */
const PNG_SCALE = 2;

/** @param columns all that the chart draws, and more where its table has more */
export async function fileOf(
  kind: FileKind,
  picture: Picture,
  columns: readonly Column[],
  theme: CanvasTheme,
  measure: Measure,
): Promise<Blob> {
  if (kind === 'csv') return new Blob([csvOf(picture.spec.steps, columns)], { type: 'text/csv' });
  const font = getComputedStyle(document.body).fontFamily;
  const { svg, width, height } = svgOf(picture, { color: (token) => theme.color(token), font, measure });
  const blob = new Blob([svg], { type: 'image/svg+xml' });
  return kind === 'svg' ? blob : pngOf(blob, width, height);
}

async function pngOf(svg: Blob, width: number, height: number): Promise<Blob> {
  const url = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = PNG_SCALE * width;
    canvas.height = PNG_SCALE * height;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob) resolve(blob);
        else reject(new Error('The browser makes no PNG of this chart. SVG may work.'));
      }, 'image/png');
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
