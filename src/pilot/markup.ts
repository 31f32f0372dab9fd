/** HTML that is one: made by `markup` alone. */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

type Part = string | number | Markup | null | readonly Part[];

/**
 * A template whose parts are text: whatever stands in them is escaped, for content and for quoted attributes, unless it
 * was made by `markup` itself. Lists are joined, null is nothing.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    strings.reduce((html, string, index) => html + htmlOf(parts[index - 1] ?? null) + string),
  );
}

/** For what is HTML already and made elsewhere: an SVG from the charting library, this project's own style. */
export function trustedMarkup(html: string): Markup {
  return new Markup(html);
}

function htmlOf(part: Part): string {
  if (part === null) return '';
  if (part instanceof Markup) return part.html;
  if (typeof part === 'object') return part.map(htmlOf).join('');
  return String(part).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
