/** One chunk: wide pages need none of it. */
export { default as PhoneBar } from './PhoneBar.svelte';
export { default as PhoneDock } from './PhoneDock.svelte';
