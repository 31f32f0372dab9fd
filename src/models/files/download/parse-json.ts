/**
 * The JSON of a model's file, in the dialect that Python writes: `NaN`, `Infinity` and `-Infinity` stand bare where a
 * number may stand (https://docs.python.org/3/library/json.html#infinite-and-nan-number-values). A byte order mark is
 * passed over. Throws SyntaxError.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return parsePython(text);
  }
}

const stringOrBareNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN/gs;

/** JSON has no such numbers, so an object stands for each while the text is parsed. */
function parsePython(text: string): unknown {
  let mark = 'bare number';
  while (text.includes(`"${mark}"`)) mark += '_';
  const marked = text.replace(stringOrBareNumber, (token) =>
    token.startsWith('"') ? token : `{"${mark}":"${token}"}`,
  );
  return JSON.parse(marked, (_, value: unknown) => {
    const isMarked = typeof value === 'object' && value !== null && mark in value;
    return isMarked ? Number((value as Record<string, unknown>)[mark]) : value;
  });
}
