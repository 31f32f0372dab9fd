import * as v from 'valibot';
import { EngineError } from '../../../errors/engine-error.ts';
import { parseOrThrow } from '../../../errors/parse-or-throw.ts';
import { DTYPES } from '../../../models/files/dtype.ts';

const CountSchema = v.pipe(v.number(), v.integer(), v.minValue(1));
const TextSchema = v.pipe(v.string(), v.nonEmpty());

/** What a model is good for in a team: to be followed, to run ahead, to bring its own way, to be contrasted with, to talk. */
export const ROLES = ['verifier', 'draft', 'specialist', 'amateur', 'chat'] as const;

const ModelSchema = v.object({
  /** As `load` takes it: the id of a bundled model, or a repository. */
  model: TextSchema,
  source: v.picklist(['bundled', 'hub']),
  title: TextSchema,
  parameters: CountSchema,
  roles: v.pipe(v.array(v.picklist(ROLES)), v.minLength(1)),
  weights: v.pipe(
    v.array(
      v.object({
        dtype: v.picklist(DTYPES),
        /** To download. */
        bytes: CountSchema,
        /** Of the file itself, or computed from the shape: then it is about so large (weight-bytes.ts). */
        basis: v.picklist(['file', 'shape']),
      }),
    ),
    v.minLength(1),
  ),
  /** What its config.json says, so that its memory is estimated before the network is asked. */
  shape: v.object({
    layers: CountSchema,
    width: CountSchema,
    heads: CountSchema,
    kvHeads: CountSchema,
    headSize: CountSchema,
    innerWidth: CountSchema,
    vocabSize: CountSchema,
    contextLength: CountSchema,
  }),
  /** What of it was run here, in a sentence; null for a model that is only listed. */
  ran: v.nullable(TextSchema),
});

const memberOf = <const Role extends (typeof ROLES)[number]>(...roles: Role[]) =>
  v.object({ model: TextSchema, role: v.picklist(roles) });

const WeightsSchema = v.pipe(v.array(v.number()), v.minLength(2));

const CombineSchema = v.variant('kind', [
  v.object({ kind: v.literal('weighted'), weights: WeightsSchema }),
  v.object({ kind: v.literal('geometric'), weights: WeightsSchema }),
  v.object({
    kind: v.literal('contrastive'),
    mu: v.pipe(v.number(), v.minValue(0)),
    masksImplausible: v.boolean(),
  }),
]);

const named = { id: TextSchema, title: TextSchema, note: TextSchema };
const draftLength = v.union([CountSchema, v.literal('adaptive')]);

const TeamSchema = v.variant('method', [
  v.object({
    ...named,
    method: v.literal('draft-model'),
    members: v.tuple([memberOf('verifier'), memberOf('draft')]),
    draftLength,
  }),
  v.object({ ...named, method: v.literal('ngram'), members: v.tuple([memberOf('verifier')]), draftLength }),
  v.object({
    ...named,
    method: v.literal('collaborative'),
    members: v.pipe(v.array(memberOf('verifier', 'specialist', 'amateur')), v.minLength(2), v.maxLength(4)),
    combine: CombineSchema,
  }),
]);

const FamilySchema = v.pipe(
  v.object({
    id: TextSchema,
    title: TextSchema,
    /** Entries of the tokenizer that all its models have; rows of logits may be padded to more. */
    vocabulary: CountSchema,
    /** Of the weights: an SPDX identifier, or the name of the terms. */
    licence: TextSchema,
    note: TextSchema,
    models: v.pipe(v.array(ModelSchema), v.minLength(1)),
    teams: v.array(TeamSchema),
  }),
  v.check(
    ({ models, teams }) => teams.every((team) => team.members.every((member) => isFilledBy(member, models))),
    'a member of a team is no model of the family, or not one for its role',
  ),
  v.check(({ teams }) => teams.every(hasAWeightEach), 'a team has other weights than members'),
);

const TeamCatalogueSchema = v.object({
  version: v.literal(1),
  families: v.pipe(
    v.array(FamilySchema),
    v.check(
      (families) => areUnique(families.flatMap(({ models }) => models.map(({ model }) => model))),
      'two models have one name',
    ),
    v.check(
      (families) => areUnique(families.flatMap(({ id, teams }) => [id, ...teams.map((team) => team.id)])),
      'two entries have one id',
    ),
  ),
});

/** The families of models, and teams of them, that the page offers, as `public/teams.json` lists them. */
export type TeamCatalogue = v.InferOutput<typeof TeamCatalogueSchema>;
/** Models whose token ids mean the same text. */
export type Family = TeamCatalogue['families'][number];
export type FamilyModel = Family['models'][number];
export type Team = Family['teams'][number];
export type Role = FamilyModel['roles'][number];

export const TEAMS_FILE = 'teams.json';

/**
 * The catalogue in a parsed `teams.json`; `source` names it in the message.
 * Throws EngineError `integrity` where the form is another.
 */
export function readTeamCatalogue(json: unknown, source: string): TeamCatalogue {
  return parseOrThrow(
    TeamCatalogueSchema,
    json,
    'the whole file',
    ({ field: path, sentence }) =>
      new EngineError(
        'integrity',
        `${source} is not a catalogue of teams: ${sentence}. See docs/models.md for the format.`,
        { details: { source, path } },
      ),
  );
}

function isFilledBy(
  { model, role }: { readonly model: string; readonly role: string },
  models: readonly { readonly model: string; readonly roles: readonly string[] }[],
): boolean {
  return models.some((one) => one.model === model && one.roles.includes(role));
}

function hasAWeightEach(team: v.InferOutput<typeof TeamSchema>): boolean {
  if (team.method !== 'collaborative' || team.combine.kind === 'contrastive') return true;
  return team.combine.weights.length === team.members.length;
}

const areUnique = (names: readonly string[]): boolean => new Set(names).size === names.length;
