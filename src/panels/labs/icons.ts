import type { Component } from 'svelte';
import ServiceMix from './service-mix/LabIcon.svelte';

/** A small picture of each lab, for the list of labs. */
export const icons: Readonly<Record<string, Component>> = { 'service-mix': ServiceMix };
