import type { Plugin } from 'vite';

/** The site's pages; terminal.html is what the terminal opens in a browser. */
export const sitePages = ['index.html', 'work.html', 'chat.html', 'measure.html', 'terminal.html'] as const;

const head = `<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="theme-color" content="#faf7f1" media="(prefers-color-scheme: light)" />
    <meta name="theme-color" content="#171512" media="(prefers-color-scheme: dark)" />
    <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/src/ui/kit/page.css" />
    <script>
      // A classic script in old syntax: it must run where the page's own code cannot.
      addEventListener(
        'error',
        () => {
          var notice = document.getElementById('page-notice');
          if (notice) {
            notice.textContent =
              'The page’s code could not be loaded or run. Check the connection and reload; if that does not help, ' +
              'try a current version of Chrome, Edge, Firefox or Safari.';
          }
        },
        true,
      );
    </script>`;

const beforeCode = (title: string): string => `<!-- Shown until the element is defined. -->
      <div class="before-code">
        <h1>${title}</h1>
        <p id="page-notice" role="status">Opening the page …</p>
        <noscript><p>This page needs JavaScript: the models run in your browser.</p></noscript>
      </div>`;

const oldBrowsers = `<script nomodule>
      document.getElementById('page-notice').textContent =
        'This browser is too old to run the engine. A current version of Chrome, Edge, Firefox or Safari has all it takes.';
    </script>`;

/**
 * What the site's pages share, in the place of comments: `<!-- shell: head -->`, `<!-- shell: before code, TITLE -->` inside
 * the page's element, and `<!-- shell: old browsers -->` behind it.
 */
export function pageShell(): Plugin {
  return {
    name: 'page-shell',
    transformIndexHtml: {
      order: 'pre',
      handler: (page) =>
        page
          .replace('<!-- shell: head -->', head)
          .replace(/<!-- shell: before code, (.+?) -->/, (_, title: string) => beforeCode(title))
          .replace('<!-- shell: old browsers -->', oldBrowsers),
    },
  };
}
