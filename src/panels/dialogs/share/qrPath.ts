/** Modules of a code as one SVG path: a bar for each run of dark ones in a row. */
export function qrPath(modules: readonly (readonly boolean[])[]): string {
  const bars: string[] = [];
  modules.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x++;
      const width = String(x - from + 1);
      bars.push(`M${String(from)} ${String(y)}h${width}v1h-${width}z`);
    }
  });
  return bars.join('');
}
