import { fileURLToPath } from 'node:url';
import { findChromium } from '../scripts/env.mjs';

const executablePath = findChromium();

/** What tests give Chromium in place of the fonts of the machine. */
export const withFonts = (set: 'wide' | 'narrow'): NodeJS.ProcessEnv => ({
  ...process.env,
  FONTCONFIG_FILE: fileURLToPath(new URL(`./fonts/${set}.conf`, import.meta.url)),
});

/**
 * How tests start Chromium: with WebGPU, and quiet on the network. The adapter is Chromium's software one, so that a
 * machine without a GPU runs the same tests; WEBGPU_ADAPTER=hardware takes the machine's own.
 */
export const launchOptions = {
  ...(executablePath === undefined ? {} : { executablePath }),
  env: withFonts('wide'),
  args: [
    '--no-sandbox',
    '--enable-unsafe-webgpu',
    ...(process.env['WEBGPU_ADAPTER'] === 'hardware' ? [] : ['--use-webgpu-adapter=swiftshader']),
    '--enable-features=Vulkan',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};
