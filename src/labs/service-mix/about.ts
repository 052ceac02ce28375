/** What the page says of the lab before it is opened. */
export const about = {
  id: 'service-mix',
  title: 'Service mix',
  text: 'A network predicts the mix of services around a place, and says the same flat mix everywhere.',
} as const;
