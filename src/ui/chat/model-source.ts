/** Where the models of a chat come from. */
export interface ModelSource {
  /** `hub`: what answers as the Hugging Face hub does; `folder`: plain files, a model in a folder of its own. */
  readonly kind: 'hub' | 'folder';
  /** Absolute; empty for huggingface.co. */
  readonly address: string;
}

export const publicHub: ModelSource = { kind: 'hub', address: '' };

/** What the part of an address behind the # says. */
export interface ChatLink {
  readonly team: string | null;
  readonly source: ModelSource;
  /** A source on another origin, which must not be contacted before the reader agrees. */
  readonly wanted: ModelSource | null;
  /** What is wrong with the link, in a sentence. */
  readonly problem: string | null;
}

/**
 * @param hash the part of an address behind the #: `team`, and `hub` or `models`
 * @param agreed the source that the reader used last
 * @param pageUrl what addresses are relative to; other origins are foreign
 */
export function readChatLink(hash: string, agreed: ModelSource | null, pageUrl: string): ChatLink {
  const link = new URLSearchParams(hash);
  const own = { team: link.get('team'), source: agreed ?? publicHub, wanted: null, problem: null };
  const kind = link.has('models') ? 'folder' : 'hub';
  const address = link.get('models') ?? link.get('hub');
  if (address === null) return own;
  const named = sourceAt(kind, address, pageUrl);
  if (!named)
    return {
      ...own,
      problem: `The link’s address of the models is not a web address: “${address.slice(0, 60)}”.`,
    };
  const isOwn = new URL(named.address).origin === new URL(pageUrl).origin || isSame(named, agreed);
  return isOwn ? { ...own, source: named } : { ...own, wanted: named };
}

export function chatLink(team: string | null, { kind, address }: ModelSource): string {
  const link = new URLSearchParams();
  if (team !== null) link.set('team', team);
  if (address !== '') link.set(kind === 'hub' ? 'hub' : 'models', address);
  return link.toString();
}

/** @returns null for what is not a web address */
export function sourceAt(kind: ModelSource['kind'], address: string, pageUrl: string): ModelSource | null {
  if (!URL.canParse(address, pageUrl)) return null;
  const { href, protocol } = new URL(address, pageUrl);
  if (!/^https?:$/.test(protocol)) return null;
  return { kind, address: kind === 'hub' ? href.replace(/\/+$/, '') : href.replace(/\/*$/, '/') };
}

/** @param repository "owner/name" @returns what `load` takes */
export function modelAt({ kind, address }: ModelSource, repository: string): string {
  return kind === 'hub' ? repository : `${address}${repository}/`;
}

/** "huggingface.co", or the address */
export const sourceText = ({ address }: ModelSource): string => address || 'huggingface.co';

const isSame = (one: ModelSource, other: ModelSource | null): boolean =>
  one.kind === other?.kind && one.address === other.address;

const storageKey = 'antiphon-chat-source';

/** The source that the reader chose last; the hub where the browser keeps nothing. */
export function agreedSource(): ModelSource | null {
  try {
    const link = localStorage.getItem(storageKey);
    // Written by this page: nothing in it is foreign to the reader.
    const { source, wanted } = readChatLink(link ?? '', null, location.href);
    return link === null ? null : (wanted ?? source);
  } catch {
    return null;
  }
}

export function keepSource(source: ModelSource): void {
  try {
    localStorage.setItem(storageKey, chatLink(null, source));
  } catch {
    // Asked again at the next visit.
  }
}
