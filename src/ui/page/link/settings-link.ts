import type { ChatForm } from '../../form/chat-form.ts';
import { acceptances, backends, combinations, schedules } from '../../form/choices.ts';
import { type DraftLengthForm, maxDraftLength } from '../../form/draft-length.ts';
import { methods, type Place, type RequestForm, type StandIn } from '../../form/request-form.ts';
import { type MemberForm, maxMembers, minMembers, type TeamForm } from '../../form/team-form.ts';
import { draftModel, targetModel } from '../../models/default-models.ts';

/** What a link says. */
export interface LinkedSettings {
  /** Without what has to be asked for: its stand-ins name that, and nothing is loaded from there unasked. */
  readonly form: RequestForm;
  /** What was no use, a sentence each; everything else is taken. */
  readonly problems: readonly string[];
  /** The form with that. */
  readonly whole: RequestForm;
}

/** More tokens than any model of the catalogue has in its context. */
const maxTokensLimit = 131_072;
/** As in the engine's request schema, whose code is not fetched for a link. */
const largestWeight = 1e6;

/** Fields of the form that are numbers, with their names in a link, the least and the most that make sense. */
const numberFields = [
  ['seed', 'seed', 0, Number.MAX_SAFE_INTEGER],
  ['temperature', 'temperature', 0, 2],
  ['topK', 'top-k', 0, maxTokensLimit],
  ['topP', 'top-p', 0, 1],
  ['minP', 'min-p', 0, 1],
  ['maxTokens', 'max', 1, maxTokensLimit],
] as const;

/** Everything a form says, as the part of an address behind the #. */
export function linkOf(form: RequestForm): string {
  const link = new URLSearchParams();
  const { team, acceptance } = form;
  const put = (name: string, value: string | number | null): void => {
    if (value !== null && value !== '' && !Number.isNaN(value)) link.set(name, String(value));
  };
  put('prompt', form.prompt);
  put('chat', form.chat ? 1 : null);
  put('system', form.chat?.system ?? null);
  for (const [field, name] of numberFields) put(name, form[field]);
  put('stop', form.stopLines);
  put('backend', form.backend === 'auto' ? null : form.backend);
  put('hub', form.hubUrl);
  put('method', form.method);
  put('target', form.target === targetModel ? null : form.target);
  put('draft-model', form.draft === draftModel ? null : form.draft);
  put('draft', form.draftLength);
  put('acceptance', acceptance.kind);
  put('leniency', acceptance.leniency);
  put('epsilon', acceptance.epsilon);
  put('delta', acceptance.delta);
  put('combine', team.combination);
  put('mu', team.mu);
  put('mask', team.masksImplausible ? 1 : null);
  put('module', team.moduleUrl);
  put('schedule', team.schedule);
  const starter = team.members.findIndex(({ key }) => key === team.starter);
  put('starter', starter < 0 ? null : starter + 1);
  for (const [index, member] of team.members.entries()) {
    const own = (name: string, value: string | number | null): void => put(`${name}${index + 1}`, value);
    own('model', member.model);
    own('share', member.share);
    own('weight', member.exponent);
    own('draft', member.draftLength);
    own('temperature', member.temperature);
    own('prompt', member.prompt);
    own('system', member.system);
  }
  return link.toString();
}

/**
 * Reads a link over a form that stands in for what the link does not say, or says wrong.
 * @param hash the part of an address behind the #
 * @param pageUrl what addresses in the link are relative to; other origins are foreign
 */
export function readLink(hash: string, base: RequestForm, pageUrl: string): LinkedSettings {
  const reader = new LinkReader(new URLSearchParams(hash));
  const changes: Record<string, number> = {};
  for (const [field, name, min, max] of numberFields) {
    changes[field] = reader.number(name, base[field], min, max);
  }
  const { acceptance } = base;
  const whole: RequestForm = {
    ...base,
    ...changes,
    prompt: reader.text('prompt') ?? base.prompt,
    chat: readChat(reader, base.chat),
    stopLines: reader.text('stop') ?? base.stopLines,
    backend: reader.kind('backend', backends, 'auto'),
    hubUrl: readHub(reader, pageUrl) ?? base.hubUrl,
    method: reader.kind('method', methods, base.method),
    target: reader.text('target') || base.target,
    draft: reader.text('draft-model') || base.draft,
    draftLength: reader.draftLength('draft', base.draftLength, 0),
    acceptance: {
      kind: reader.kind('acceptance', acceptances, acceptance.kind),
      leniency: reader.number('leniency', acceptance.leniency, 1),
      epsilon: reader.number('epsilon', acceptance.epsilon, 0, 1),
      delta: reader.number('delta', acceptance.delta, 0),
    },
    team: readTeam(reader, base.team),
  };
  reader.refuseUnknown();
  return { form: withoutForeign(whole, pageUrl), whole, problems: reader.problems };
}

function readHub(reader: LinkReader, pageUrl: string): string | null {
  const address = reader.text('hub');
  const isAddress = address !== null && URL.canParse(address, pageUrl);
  if (address === null || (isAddress && /^https?:/.test(new URL(address, pageUrl).href))) return address;
  reader.problems.push(`Invalid hub ${quoted(address)}: not a web address.`);
  return null;
}

/** Earlier turns are in no link: they stay while the page is open. */
function readChat(reader: LinkReader, base: ChatForm | null): ChatForm | null {
  const isChat = reader.text('chat') === '1';
  const system = reader.text('system') ?? '';
  return isChat ? { system, turns: base?.turns ?? [] } : null;
}

function readTeam(reader: LinkReader, base: TeamForm): TeamForm {
  const members = readMembers(reader, base);
  const starter = reader.number('starter', 0, 1, maxMembers);
  return {
    combination: reader.kind('combine', combinations, base.combination),
    mu: reader.number('mu', base.mu, 0, largestWeight),
    masksImplausible: reader.text('mask') === '1',
    moduleUrl: reader.text('module') ?? base.moduleUrl,
    schedule: reader.kind('schedule', schedules, base.schedule),
    members,
    starter: members[starter - 1]?.key ?? null,
  };
}

function readMembers(reader: LinkReader, base: TeamForm): readonly MemberForm[] {
  const models: string[] = [];
  for (let model = reader.text('model1'); model !== null; model = reader.text(`model${models.length + 1}`)) {
    models.push(model);
  }
  if (models.length === 0) return base.members;
  if (models.length < minMembers || models.length > maxMembers) {
    reader.problems.push(
      `It has ${models.length === 1 ? 'one member' : `${models.length} members`}; a team has ${minMembers} to ${maxMembers}.`,
    );
    reader.leaveOut(/^(model|share|weight|draft|temperature|prompt|system)\d+$/);
    return base.members;
  }
  const even = 1 / models.length;
  return models.map((model, key) => {
    const number = key + 1;
    const share = reader.number(`share${number}`, even, 0);
    return {
      key,
      model,
      share,
      exponent: reader.number(`weight${number}`, share, -largestWeight, largestWeight),
      draftLength: reader.draftLength(`draft${number}`, 1, 1),
      temperature: reader.numberOrNull(`temperature${number}`, 0, 2),
      prompt: reader.text(`prompt${number}`) ?? '',
      system: reader.text(`system${number}`) ?? '',
    };
  });
}

/** Takes values out of a link and notes what is wrong with them. */
class LinkReader {
  readonly problems: string[] = [];
  readonly #link: URLSearchParams;

  constructor(link: URLSearchParams) {
    this.#link = new URLSearchParams(link);
  }

  text(name: string): string | null {
    const value = this.#link.get(name);
    this.#link.delete(name);
    return value;
  }

  number(name: string, otherwise: number, min: number, max?: number): number {
    return this.numberOrNull(name, min, max) ?? otherwise;
  }

  numberOrNull(name: string, min: number, max = Number.POSITIVE_INFINITY): number | null {
    const text = this.text(name);
    if (text === null) return null;
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value) && value >= min && value <= max) return value;
    const limits = max === Number.POSITIVE_INFINITY ? `of at least ${min}` : `from ${min} to ${max}`;
    this.problems.push(`Invalid ${name} ${quoted(text)}: expected a number ${limits}.`);
    return null;
  }

  draftLength(name: string, otherwise: DraftLengthForm, min: number): DraftLengthForm {
    if (this.#link.get(name) !== 'adaptive') return this.numberOrNull(name, min, maxDraftLength) ?? otherwise;
    this.#link.delete(name);
    return 'adaptive';
  }

  kind<Kind extends string>(
    name: string,
    choices: readonly { readonly kind: Kind }[],
    otherwise: Kind,
  ): Kind {
    const text = this.text(name);
    if (text === null) return otherwise;
    const choice = choices.find(({ kind }) => kind === text);
    if (choice) return choice.kind;
    this.problems.push(
      `Invalid ${name} ${quoted(text)}: expected one of ${choices.map(({ kind }) => kind).join(', ')}.`,
    );
    return otherwise;
  }

  leaveOut(names: RegExp): void {
    for (const name of [...this.#link.keys()]) if (names.test(name)) this.#link.delete(name);
  }

  /** Notes what nobody asked for: a slip of the pen would else be passed over in silence. */
  refuseUnknown(): void {
    const names = [...new Set(this.#link.keys())];
    if (names.length > 0) this.problems.push(`Unknown settings: ${names.map(quoted).join(', ')}.`);
  }
}

/** Puts what the page has in place of what is elsewhere, and leaves out a module, wherever it comes from. */
function withoutForeign(whole: RequestForm, pageUrl: string): RequestForm {
  const standIns: StandIn[] = [];
  const standIn = (place: Place, own: string, wanted: string): string => {
    standIns.push({ ...place, own, wanted });
    return own;
  };
  const checked = (place: Place, own: string, address: string): string =>
    isElsewhere(address, pageUrl) ? standIn(place, own, address) : address;
  const hub = whole.hubUrl === '' ? '' : new URL(whole.hubUrl, pageUrl).href;
  const hubUrl = hub === '' ? '' : checked({ field: 'hubUrl' }, '', hub);
  const members = whole.team.members.map((member, index) => ({
    ...member,
    model: checked(
      { field: 'team', member: member.key },
      index === 0 ? targetModel : draftModel,
      member.model,
    ),
  }));
  const target = checked({ field: 'target' }, targetModel, whole.target);
  const draft = checked({ field: 'draft' }, draftModel, whole.draft);
  // A module that waits for the combination to be chosen would be run unasked by that choice.
  let team: TeamForm = { ...whole.team, members, moduleUrl: '' };
  if (team.combination === 'custom') {
    standIn({ field: 'team', member: null }, 'weighted', whole.team.moduleUrl);
    team = { ...team, combination: 'weighted' };
  }
  return { ...whole, hubUrl, target, draft, team, standIns };
}

/** Names of the catalogue, and addresses of this site, are the page's own; a repository is not. */
function isElsewhere(model: string, pageUrl: string): boolean {
  const isName = /^[\w.-]+(:\w+)?$/.test(model);
  if (isName) return false;
  const isAddress = /^(https?:\/\/|\.{0,2}\/)/.test(model);
  if (!isAddress) return true;
  try {
    return new URL(model, pageUrl).origin !== new URL(pageUrl).origin;
  } catch {
    return true;
  }
}

function quoted(text: string): string {
  const max = 40;
  return `“${text.length > max ? `${text.slice(0, max)}…` : text}”`;
}
