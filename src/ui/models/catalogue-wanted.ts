/** What the catalogue is opened for. */
export interface CatalogueWanted {
  /** As its heading names it, such as "Model of member A"; null where the reader only looks around. */
  readonly purpose: string | null;
  /** The model that is to be replaced; null where none is. */
  readonly replaces: string | null;
  /** Takes the model that the reader chooses, as `load` takes it. */
  choose(model: string): void;
}

const eventName = 'catalogue-wanted';

/** Asks the page, from any element in it, to open the catalogue of teams. */
export function wantCatalogue(from: EventTarget, wanted: CatalogueWanted): void {
  from.dispatchEvent(new CustomEvent(eventName, { detail: wanted, bubbles: true, composed: true }));
}

export function onCatalogueWanted(
  target: EventTarget,
  listener: (wanted: CatalogueWanted) => void,
): () => void {
  const heard = (event: Event): void => listener((event as CustomEvent<CatalogueWanted>).detail);
  target.addEventListener(eventName, heard);
  return () => target.removeEventListener(eventName, heard);
}
