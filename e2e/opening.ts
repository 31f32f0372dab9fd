/** The element of a saved page that holds its recording; with another trace in it where one is given. */
export function openingOf(page: string, trace?: string): string {
  const [, before, json, after] =
    /(<script type="application\/json"[^>]*>)(.*?)(<\/script>)/s.exec(page) ?? [];
  if (json === undefined) throw new Error('the page holds no recording');
  return before + (trace === undefined ? json : JSON.stringify(trace).replaceAll('<', '\\u003c')) + after;
}
