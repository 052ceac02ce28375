import type { Page } from '@playwright/test';

/**
 * What of the page's text cannot be read: cut off by a box, under other text, or beside the page. What scrolls on
 * purpose may be cut by its edge: columns at the bottom, and what is named here at the side.
 */
export const illegible = (page: Page): Promise<string[]> =>
  page.evaluate((screenWidth) => {
    const SIDEWAYS = '.scroll, textarea, table, pre, [tabindex="0"].plot';
    /** Rounded up by the browser. */
    const SLACK = 1.5;
    const found: string[] = [];
    const short = (text: string): string => `“${text.trim().replace(/\s+/g, ' ').slice(0, 50)}”`;
    // Phones zoom out of a page that is too wide: its own width tells nothing.
    const beside = document.documentElement.scrollWidth - screenWidth;
    if (beside > 0) found.push(`the page is ${beside} px too wide`);

    /** Text for screen readers alone is clipped to nothing. */
    const isClipped = (element: Element | null): boolean =>
      element !== null && (getComputedStyle(element).clipPath !== 'none' || isClipped(element.parentElement));
    const hiddenForEyes = (element: Element): boolean =>
      !element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) ||
      element.closest('option, canvas') !== null ||
      isClipped(element);

    /** What is left of a rectangle within the boxes around it; says so where a box cuts text for good. */
    function seen(node: Text, rect: DOMRect): DOMRect | undefined {
      let { left, right, top, bottom } = rect;
      for (let box = node.parentElement; box; box = box.parentElement) {
        const { overflowX, overflowY, position, webkitLineClamp } = getComputedStyle(box);
        if (overflowX !== 'visible' && box.localName !== 'html' && box.localName !== 'body') {
          const edge = box.getBoundingClientRect();
          const inner = { left: edge.left + box.clientLeft, top: edge.top + box.clientTop };
          const end = { right: inner.left + box.clientWidth, bottom: inner.top + box.clientHeight };
          const across = left < inner.left - SLACK || right > end.right + SLACK;
          const down = top < inner.top - SLACK || bottom > end.bottom + SLACK;
          const scrollsDown = overflowY === 'auto' || overflowY === 'scroll';
          if (across && !box.matches(SIDEWAYS))
            found.push(`${short(node.data)} is cut at the side by ${box.localName}.${box.className}`);
          else if (down && !scrollsDown && webkitLineClamp === 'none')
            found.push(`${short(node.data)} is cut below by ${box.localName}.${box.className}`);
          left = Math.max(left, inner.left);
          right = Math.min(right, end.right);
          top = Math.max(top, inner.top);
          bottom = Math.min(bottom, end.bottom);
          if (right <= left || bottom <= top) return undefined;
        }
        if (position === 'fixed') break;
      }
      return new DOMRect(left, top, right - left, bottom - top);
    }

    /** Topmost of what lies over each other: a dialog, a menu, a dock. */
    const layerOf = (element: Element): Element | null =>
      element.closest('dialog, [popover], .dock, .top, .hint, .card');
    const texts: { node: Text; rect: DOMRect; layer: Element | null }[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
      const parent = node.parentElement;
      if (!parent || !node.data.trim() || hiddenForEyes(parent)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        if (rect.width === 0) continue;
        const visible = seen(node, rect);
        if (visible) texts.push({ node, rect: visible, layer: layerOf(parent) });
      }
    }

    // Lines of text are higher than letters, and letters may touch; more is a collision.
    for (const [i, a] of texts.entries())
      for (const b of texts.slice(0, i)) {
        if (a.node === b.node || a.layer !== b.layer) continue;
        const across = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left);
        const down = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top);
        if (across > 2 && down > 0.35 * Math.min(a.rect.height, b.rect.height))
          found.push(`${short(a.node.data)} lies over ${short(b.node.data)}`);
      }

    for (const input of document.querySelectorAll<HTMLInputElement>('input.field, input.entry, input.value'))
      if (!hiddenForEyes(input) && input.scrollWidth > input.clientWidth + SLACK)
        found.push(`the value ${short(input.value)} is cut`);

    const context = document.createElement('canvas').getContext('2d');
    for (const select of document.querySelectorAll('select')) {
      if (!context || hiddenForEyes(select)) continue;
      const { fontWeight, fontSize, fontFamily, paddingLeft } = getComputedStyle(select);
      context.font = `${fontWeight} ${fontSize} ${fontFamily}`;
      const text = select.selectedOptions[0]?.text ?? '';
      // The arrow takes the rest.
      const room = select.clientWidth - parseFloat(paddingLeft) - 14;
      if (context.measureText(text).width > room + SLACK) found.push(`the choice ${short(text)} is cut`);
    }
    return [...new Set(found)];
  }, page.viewportSize()?.width ?? 0);
