import { chromium, type Browser, type Page } from '@playwright/test';
import { launchOptions } from '../chromium.ts';

/** Scripts that are laid before the trainer's own: what they change is in its worker alone. */

/** The adapter says that it is hardware. */
export const HARDWARE = `
for (const [name, value] of Object.entries({ isFallbackAdapter: false, vendor: 'test', architecture: 'card', description: 'A fast card' }))
  Object.defineProperty(GPUAdapterInfo.prototype, name, { get: () => value });
`;

/** A step of training takes two fifths of a second on wasm, longer than on any emulated GPU: one kernel of each dawdles. */
export const SLOW_WASM = `
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct: (Instance, given) => {
    const { exports } = new Instance(...given);
    const squares = (...of) => {
      const until = performance.now() + 400;
      while (performance.now() < until);
      return exports.squares(...of);
    };
    return { exports: { ...exports, squares } };
  },
});
`;

/** What `tellGpu` asks for: devices are destroyed, adapters hidden and shown again. */
const CONTROL = `
{
  const devices = [];
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...given) {
    const device = await requestDevice.apply(this, given);
    devices.push(device);
    return device;
  };
  let hidden = false;
  const { requestAdapter } = GPU.prototype;
  GPU.prototype.requestAdapter = function (...given) {
    return hidden ? Promise.resolve(null) : requestAdapter.apply(this, given);
  };
  new BroadcastChannel('gpu').onmessage = ({ data }) => {
    if (data === 'destroy') for (const device of devices) device.destroy();
    else hidden = data === 'hide';
  };
}
`;

export async function beforeTrainer(page: Page, ...scripts: string[]): Promise<void> {
  await page.route('**/trainer-*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: [CONTROL, ...scripts, await response.text()].join('\n') });
  });
}

export const tellGpu = (page: Page, ...what: ('destroy' | 'hide' | 'show')[]): Promise<void> =>
  page.evaluate((orders) => {
    const channel = new BroadcastChannel('gpu');
    for (const order of orders) channel.postMessage(order);
    channel.close();
  }, what);

/** A page in a browser process of its own: a GPU that was lost is gone for whoever comes later. */
export async function withBrowser(
  baseURL: string | undefined,
  f: (page: Page, browser: Browser) => Promise<void>,
): Promise<void> {
  const browser = await chromium.launch(launchOptions);
  try {
    await f(await browser.newPage(baseURL === undefined ? {} : { baseURL }), browser);
  } finally {
    await browser.close();
  }
}
