import { css, html, nothing, type TemplateResult } from 'lit';

/** The site's pages, each at its own address. */
const pages = [
  ['See', './index.html'],
  ['Chat', './chat.html'],
  ['Work', './work.html'],
  ['Measure', './measure.html'],
] as const;

export type PageTitle = (typeof pages)[number][0];

/** Of a page's header: its title beside the links, a sentence below them. */
export const pageHeaderStyle = css`
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: 0 1rem;
  }
  h1 {
    margin: 0;
    font: 400 clamp(1.5rem, 4vw, 2.75rem) / 1.1 var(--serif);
    letter-spacing: -0.01em;
  }
  header p {
    flex-basis: 100%;
    order: 1;
  }
  nav {
    display: flex;
    flex-wrap: wrap;
    gap: 0 clamp(0.75rem, 3vw, 1.25rem);
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
