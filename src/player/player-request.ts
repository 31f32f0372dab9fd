import { refuse } from '../engine/decode-request.ts';
import type { DecodeMethod, DecodeRequest } from '../engine/request-types.ts';
import { defaultTeam, draftModel, targetModel } from '../ui/models/default-models.ts';
import type { PlayerSettings } from './player-api.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Who takes part where no members are named. */
const defaultMembers: Readonly<Record<string, readonly string[]>> = {
  collaborative: defaultTeam,
  speculative: [targetModel, draftModel],
};

/**
 * The request that the settings ask for, to be validated. What is set and has no place in it is put there all the
 * same: the schema refuses it by name.
 * @throws EngineError `invalid-request` where no request can be made of them; `details.field` is a path in the request
 */
export function requestOf(settings: PlayerSettings): DecodeRequest {
  const { prompt, temperature, topK, topP, minP, maxTokens, seed } = settings;
  return {
    prompt: prompt ?? '',
    ...given({ maxTokens, seed, stop: stopStringsOf(settings.stopStrings) }),
    sampling: given({ temperature, topK, topP, minP }),
    method: methodOf(settings) as unknown as DecodeMethod,
  } as DecodeRequest;
}

function methodOf(settings: PlayerSettings): Fields {
  const kind = settings.method ?? 'collaborative';
  const members = membersOf(settings.members, defaultMembers[kind] ?? [targetModel]);
  const draftLengths = draftLengthsOf(settings.draftLength);
  const { schedule, defaultProposer } = settings;
  const rest = given({
    schedule,
    defaultProposer,
    combine: combineOf(settings, members.length),
    acceptance: acceptanceOf(settings),
  });
  if (kind === 'collaborative') {
    return {
      kind,
      combine: { kind: 'weighted', weights: equalWeights(members.length) },
      ...rest,
      ...teamOf(members, draftLengths),
    };
  }
  const draftLength = oneDraftLength(draftLengths);
  if (kind !== 'speculative') return { kind, model: only('plain', 1, members)[0], ...draftLength, ...rest };
  const [target, drafter] = only(kind, 2, members);
  const drafting = drafter === undefined ? { kind: 'ngram' } : { kind: 'model', model: drafter };
  return { kind, target, drafter: { ...drafting, ...draftLength }, ...rest };
}

/** One draft length is the default proposer's, several are the members'. */
function teamOf(members: readonly unknown[], draftLengths: readonly unknown[]): Fields {
  const team = members.map((member) => (typeof member === 'string' ? { model: member } : member));
  if (draftLengths.length < 2) return { members: team, ...oneDraftLength(draftLengths) };
  if (draftLengths.length !== team.length) {
    const counts = `${draftLengths.length} for ${team.length} members`;
    refuse('method.draftLength', `${counts}: pass one per member, or a single one for the default proposer`);
  }
  return {
    members: team.map((member, index) => ({ draftLength: draftLengths[index], ...(member as Fields) })),
  };
}

/** The members by name, of a method in which they have nothing of their own. */
function only(kind: string, max: number, members: readonly unknown[]): readonly unknown[] {
  if (members.length > max) {
    const taken = max === 1 ? 'one model' : 'a target and a draft model';
    refuse('method.members', `${kind} takes ${taken}, not ${members.length}`);
  }
  return members;
}

function oneDraftLength(draftLengths: readonly unknown[]): Fields {
  if (draftLengths.length > 1)
    refuse('method.draftLength', `expected one number, got ${draftLengths.length}`);
  return draftLengths.length === 1 ? { draftLength: draftLengths[0] } : {};
}

function membersOf(members: PlayerSettings['members'], byDefault: readonly string[]): readonly unknown[] {
  if (members === null || members === undefined) return byDefault;
  if (typeof members !== 'string') return members;
  return members.trim().startsWith('[') ? jsonList('method.members', members) : words(members);
}

function stopStringsOf(stop: PlayerSettings['stopStrings']): readonly unknown[] | null {
  if (typeof stop !== 'string') return stop;
  return stop.trim().startsWith('[') ? jsonList('stop', stop) : [stop];
}

function draftLengthsOf(lengths: PlayerSettings['draftLength']): readonly unknown[] {
  if (lengths === null || lengths === undefined) return [];
  if (typeof lengths === 'number') return [lengths];
  if (typeof lengths !== 'string') return lengths;
  return words(lengths).map((word) => (word === 'adaptive' ? word : Number(word)));
}

function combineOf(settings: PlayerSettings, members: number): Fields | null {
  const { combine, mu, alpha, combineUrl: url } = settings;
  const weights =
    typeof settings.weights === 'string' ? words(settings.weights).map(Number) : settings.weights;
  const parts = given({ weights, mu, alpha, url });
  if (!combine && Object.keys(parts).length === 0) return null;
  const kind = combine ?? 'weighted';
  const isWeighted = kind === 'weighted' || kind === 'geometric';
  return { kind, ...(isWeighted ? { weights: equalWeights(members) } : {}), ...parts };
}

function acceptanceOf(settings: PlayerSettings): Fields | null {
  const { acceptance, leniency, epsilon, delta } = settings;
  const parts = given({ leniency, epsilon, delta });
  if (!acceptance && Object.keys(parts).length === 0) return null;
  return { kind: acceptance ?? 'exact', ...parts };
}

function equalWeights(members: number): readonly number[] {
  return Array.from({ length: members }, () => 1 / members);
}

function words(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

function jsonList(field: string, text: string): readonly unknown[] {
  try {
    return JSON.parse(text) as unknown[];
  } catch (error) {
    return refuse(field, `expected a JSON list: ${error instanceof Error ? error.message : error}`);
  }
}

/** The fields that are set. */
function given(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}
