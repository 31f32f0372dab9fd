/**
 * Texts on the page with less contrast than WCAG AA asks: 4.5 : 1, or 3 : 1 from 24 px. Runs inside the page, so
 * it may use nothing from outside itself. Disabled controls are exempt.
 */
export function poorContrasts(): string[] {
  type Rgb = readonly [number, number, number];

  const parse = (color: string): { rgb: Rgb; alpha: number } => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
    return { rgb: [red, green, blue], alpha };
  };
  const luminance = (rgb: Rgb): number => {
    const [red, green, blue] = rgb.map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const parentOf = (element: Element): Element | null => {
    if (element.assignedSlot) return element.assignedSlot;
    const parent = element.parentNode;
    return parent instanceof ShadowRoot ? parent.host : parent instanceof Element ? parent : null;
  };
  const backgroundOf = (element: Element): Rgb => {
    for (let at: Element | null = element; at; at = parentOf(at)) {
      const { rgb, alpha } = parse(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return rgb;
    }
    return [255, 255, 255];
  };

  const poor: string[] = [];
  const visit = (root: Document | ShadowRoot): void => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) visit(element.shadowRoot);
      const ownText = [...element.childNodes]
        .filter((node) => node.nodeType === Node.TEXT_NODE)
        .map((node) => node.textContent ?? '')
        .join('')
        .trim();
      if (ownText === '' || element.matches(':disabled, style, script, title, .visually-hidden')) continue;
      if (!element.checkVisibility()) continue;
      const { color, fontSize } = getComputedStyle(element);
      const [text, background] = [luminance(parse(color).rgb), luminance(backgroundOf(element))];
      const ratio = (Math.max(text, background) + 0.05) / (Math.min(text, background) + 0.05);
      const needed = Number.parseFloat(fontSize) >= 24 ? 3 : 4.5;
      if (ratio < needed) poor.push(`${ratio.toFixed(2)} : 1 — ${ownText.slice(0, 40)}`);
    }
  };
  visit(document);
  return poor;
}
