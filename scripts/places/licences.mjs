export function licencesText(){return ''}
