/** What a phone shows: the pictures, the knobs in a sheet below them, or the curves. */
export type View = 'live' | 'knobs' | 'curves';
