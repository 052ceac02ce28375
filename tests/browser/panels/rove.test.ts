import { afterEach, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { rove, type Rove } from '../../../src/panels/kit/rove.ts';

let stop: () => void = () => undefined;
afterEach(() => {
  stop();
  document.body.replaceChildren();
});

function bar(html: string, options: Rove = {}): HTMLElement {
  document.body.innerHTML = `<button>before</button><div class="bar">${html}</div><button>after</button>`;
  const element = document.querySelector<HTMLElement>('.bar');
  if (!element) throw new Error('no bar');
  stop = rove(element, options);
  document.querySelector('button')?.focus();
  return element;
}
const at = (): string => document.activeElement?.textContent ?? '';

test('a bar is one stop of Tab, its arrow keys go around, and Tab comes back to where it was', async () => {
  bar('<button>a</button><button>b</button><button>c</button>', { first: ':nth-child(2)' });
  await userEvent.keyboard('{Tab}');
  expect(at()).toBe('b');
  await userEvent.keyboard('{ArrowRight}{ArrowRight}');
  expect(at()).toBe('a');
  await userEvent.keyboard('{ArrowLeft}');
  expect(at()).toBe('c');
  await userEvent.keyboard('{Home}{End}');
  expect(at()).toBe('c');
  // Of no meaning in a bar that lies.
  await userEvent.keyboard('{ArrowDown}');
  expect(at()).toBe('c');
  await userEvent.keyboard('{Tab}');
  expect(at()).toBe('after');
  await userEvent.keyboard('{Shift>}{Tab}{/Shift}');
  expect(at()).toBe('c');
});

test('buttons that are disabled, go or come are passed over or found', async () => {
  const element = bar('<button disabled>a</button><button>b</button><button>c</button>');
  await userEvent.keyboard('{Tab}');
  expect(at()).toBe('b');
  const [a, b] = element.querySelectorAll('button');
  if (a) a.disabled = false;
  b?.remove();
  element.insertAdjacentHTML('beforeend', '<button>d</button>');
  await Promise.resolve();
  expect([...element.querySelectorAll('button')].map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1]);
});

test('a slider in between and the panel of a menu are stops of their own', async () => {
  const element = bar(
    '<button>a</button><input type="range" min="0" max="9" value="4" /><button>b</button><div popover><button>in</button></div>',
  );
  await userEvent.keyboard('{Tab}{Tab}');
  const slider = element.querySelector('input');
  expect(document.activeElement).toBe(slider);
  await userEvent.keyboard('{ArrowRight}');
  expect(slider?.value).toBe('5');
  expect(element.querySelector<HTMLElement>('[popover] button')?.tabIndex).toBe(0);
});
