/**
 * Why the page does not load a combination's module, or null where it may. The page runs modules of its own site
 * only: the address may come from anywhere, and a module runs with the page's rights.
 * @param pageUrl what the address is relative to
 */
export function moduleRefusal(moduleUrl: string, pageUrl: string): string | null {
  if (moduleUrl.trim() === '') return 'Name a module of this site, such as combine.js.';
  let url: URL;
  try {
    url = new URL(moduleUrl, pageUrl);
  } catch {
    return `${moduleUrl} is not a valid URL.`;
  }
  const { origin } = new URL(pageUrl);
  if (url.origin === origin) return null;
  return `${url.origin} is another site: put the module beside this page, on ${origin}.`;
}
