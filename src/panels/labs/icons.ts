import type { Component } from 'svelte';
import type { LabId } from '../../labs/index.ts';
import ServiceMix from './service-mix/LabIcon.svelte';

/** A small picture of each lab, for the list of labs. */
export const icons: Readonly<Record<LabId, Component>> = { 'service-mix': ServiceMix };
