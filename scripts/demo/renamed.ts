/** Fields of requests and results that hold the name of a model or the address of a combination. */
const namingFields: ReadonlySet<string> = new Set(['model', 'target', 'modelId', 'url']);

/** A copy of plain data in which every model and combination has another name. */
export function renamed<Data>(data: Data, rename: (name: string) => string): Data {
  return JSON.parse(JSON.stringify(data), (field, value) =>
    namingFields.has(field) && typeof value === 'string' ? rename(value) : value,
  );
}
