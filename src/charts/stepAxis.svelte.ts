import type { Span } from './zoom.ts';

/** What the charts of a column share: where the cursor is, which steps are shown, how lines are smoothed. */
export class StepAxis {
  /** Recorded row under the cursor; none where nobody points. */
  row = $state<number>();
  /** Steps that are shown; none where all are. */
  span = $state.raw<Span>();
  /** Steps that are being selected. */
  selection = $state.raw<Span>();
  /** Recorded rows in one mean; 1 is off. */
  window = $state(1);
  /** Room for labels at the right end, in pixels. It only grows, so that charts do not jump while a run goes on. */
  labelWidth = $state(0);

  leave(): void {
    this.row = undefined;
    this.selection = undefined;
  }

  showAll(): void {
    this.span = undefined;
  }

  /** For another run: nothing of the one before holds. */
  clear(): void {
    this.leave();
    this.showAll();
    this.labelWidth = 0;
  }
}
