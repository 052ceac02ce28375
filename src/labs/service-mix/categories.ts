/** Names of the city's categories, in the order of the colours. */
export const CITY_CATEGORIES = [
  'Groceries',
  'Cafés',
  'Schools',
  'Clinics',
  'Parks',
  'Transit',
  'Gyms',
  'Banks',
  'Libraries',
  'Cinemas',
  'Pharmacies',
  'Markets',
] as const;
