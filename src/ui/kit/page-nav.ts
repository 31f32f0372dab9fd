import { css, html, nothing, type TemplateResult } from 'lit';

/** The site's pages, each at its own address. */
const pages = [
  ['See', './index.html'],
  ['Chat', './chat.html'],
  ['Work', './work.html'],
  ['Measure', './measure.html'],
] as const;

export type PageTitle = (typeof pages)[number][0];

export const pageNavStyle = css`
  nav {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1.25rem;
  }
  nav a {
    padding-block: 0.4rem;
    color: var(--accent);
  }
  nav a[aria-current] {
    color: var(--ink);
    font-weight: 600;
    text-decoration: none;
  }
`;

/** Links to the site's pages. */
export function pageNav(current: PageTitle): TemplateResult {
  return html`<nav aria-label="Pages">
    ${pages.map(
      ([title, address]) =>
        html`<a href=${address} aria-current=${title === current ? 'page' : nothing}>${title}</a>`,
    )}
  </nav>`;
}
