export const MAX_SEED = 999_999_999;
