import { samePlace, type Place, type Probe } from '../../../../charts/place.ts';

/**
 * The one place that is looked at, on both maps and in the strip. A card that is pointed at comes first, then what was
 * chosen and stays, then what the pointer happens to be over.
 */
export class StageProbe implements Probe {
  /** Stays until it is let go or another is chosen. */
  held = $state.raw<Place>();
  #pointed = $state.raw<Place>();
  #card = $state.raw<Place>();
  readonly place: Place | undefined = $derived(this.#card ?? this.held ?? this.#pointed);

  /** Of the place that is looked at; undefined where it has none. */
  readonly letter: number | undefined = $derived(
    this.place && 'letter' in this.place ? this.place.letter : undefined,
  );

  // Assigned only where something changed: what shows a place has nothing to do while a pointer rests.
  point(place: Place | undefined): void {
    if (!samePlace(place, this.#pointed)) this.#pointed = place;
  }

  choose(place: Place | undefined, by: 'hand' | 'keys' = 'hand'): void {
    // A second click lets go.
    if (by === 'hand' && samePlace(place, this.held)) this.held = undefined;
    else this.held = place;
  }

  /** Points at a card of the strip, or at none any more. */
  pointCard(letter: number | undefined): void {
    const place = letter === undefined ? undefined : { letter };
    if (!samePlace(place, this.#card)) this.#card = place;
  }

  /** Nothing is looked at. */
  release(): void {
    this.held = this.#pointed = this.#card = undefined;
  }
}
