import { parseArgs } from 'node:util';
import { validateDecodeRequest } from '../../src/engine/decode-request.ts';
import type { BackendChoice } from '../../src/engine/engine-api.ts';
import type { DecodeMethod, DecodeRequest } from '../../src/engine/request-types.ts';
import {
  backends,
  biasOf,
  draftLengthsOf,
  joinDashedValues,
  modelsUrlOf,
  numberOf,
  oneOf,
  withoutUndefined,
} from './option-values.ts';
import { memberPromptsOf, promptOf, templateVariablesOf } from './prompt-options.ts';
import { acceptanceOf, defaultMembers, teamMethodOf } from './team-options.ts';

export interface DemoOptions {
  /** One for each run, in order; they differ in their seeds. */
  readonly requests: readonly (DecodeRequest & { readonly seed: number })[];
  /** True where the number of runs was given: the JSON is an array then, of one result too. */
  readonly severalRuns: boolean;
  /** Models to load: those of the method. */
  readonly usedModels: readonly string[];
  /** Models that must exist: those, and a draft model or members that were given whatever the method. */
  readonly namedModels: readonly string[];
  /** Models of the members, in their order, where several write together; else empty. */
  readonly team: readonly string[];
  /** File or URL of the module of the method's custom combination; null without one. */
  readonly combineModule: string | null;
  readonly backend: BackendChoice;
  /** Folder of models on a server, ending with a slash; null for the bundled ones. */
  readonly modelsUrl: URL | null;
  /** In Chromium, where visitors run it, instead of this process's own Node.js. */
  readonly browser: boolean;
  readonly json: boolean;
  /** After each text, its method and the reference run again to compare their speed. */
  readonly speed: boolean;
  /** File that receives the run's trace; null for none. */
  readonly traceFile: string | null;
}

/** What follows "Usage: " and the command. */
export const usage = `[options]
  --prompt TEXT         text to continue (default "Once upon a time"; may be empty)
  --chat TEXT           in place of a prompt: a message to reply to, written by the model's own chat template
  --system TEXT         the system prompt before it
  --template-variable NAME=VALUE  for the chat template, as enable_thinking=false; may be given several times
  --method NAME         plain | speculative | ngram | collaborative (default: collaborative where an option of a team
                        is given, plain where --model is and --draft is not, else speculative)
  --model ID            model that writes (default story-base)
  --draft ID            draft model of speculative (default story-draft)
  --draft-length N      tokens drafted in a row, 0 to 16 (default 4; ngram adaptive). Collaborative: 1 to 16 (default 1),
                        for the default proposer alone, or N,N,… for each member. adaptive in place of any N:
                        chosen while decoding, from acceptance and measured times
  --acceptance RULE     exact | coupled | lenient:L | typical[:E,D] (default exact)
  --members LIST        who writes together: id[:dtype][@temperature],… (default ${defaultMembers})
  --combine RULE        weighted[:W,…] | contrastive[:MU[,ALPHA]] | geometric[:W,…] | custom:MODULE, a file or URL
                        (default weighted, all alike; contrastive: the first is the expert, the second the amateur)
  --schedule NAME       alternate | naive | black-box | sequential | mixture (default alternate)
  --default-proposer I  member that starts, counted from 0 (default: the heaviest or the cheapest)
  --member-prompt I=TEXT  a prompt of its own for member I; may be given several times
  --member-chat I=TEXT, --member-system I=TEXT  messages of its own; a system prompt alone goes before --chat
  --temperature T       0 or more; 0 takes the most likely token (default 1)
  --top-k K             keep the K most likely tokens; 0 keeps all (default 0)
  --top-p P             keep the most likely tokens up to mass P, in (0, 1] (default 1)
  --min-p P             keep tokens with at least P of the largest probability, in [0, 1] (default 0)
  --logit-bias LIST     ID=BIAS,…: added to the logits of tokens by their ids, each in [-100, 100]
  --frequency-penalty P   taken off a token's logit for each time the text holds it, in [-2, 2] (default 0)
  --presence-penalty P    taken off a token's logit once the text holds it, in [-2, 2] (default 0)
  --logprobs K          log probability of each token, and of the K likeliest, 0 to 20, in the JSON
  --seed S              same seed, same text (default: drawn at random). An adaptive draft length follows the
                        clock: then only at temperature 0 and with --acceptance coupled
  --max-tokens N        tokens to write at most (default 200)
  --stop TEXT           end before this text; may be given several times
  --special-tokens      spell special tokens in the text
  --backend NAME        auto | wasm | webgpu (default auto)
  --models-url URL      folder of models, on an HTTP server or of this machine, instead of the bundled ones
  --browser             run in headless Chromium, where visitors run it, instead of Node.js
  --runs N              the same with seeds S, S+1 … S+N-1
  --trace FILE          record the run in a file, see docs/trace.md; not with --runs
  --speed               after each text, run method and reference again in turns and compare their speed; a single
                        text in a terminal is compared anyway
  --json                print the result as JSON (an array with --runs) and nothing else
  --help                print this
Models are named by their catalogue id, by their folder or its URL, or by their repository on the hub (owner/name).`;

const methods = ['plain', 'speculative', 'ngram', 'collaborative'] as const;
type Method = (typeof methods)[number];

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const definitions = {
  prompt: text,
  chat: text,
  system: text,
  'template-variable': { type: 'string', multiple: true },
  method: text,
  model: text,
  draft: text,
  'draft-length': text,
  acceptance: text,
  members: text,
  combine: text,
  schedule: text,
  'default-proposer': text,
  'member-prompt': { type: 'string', multiple: true },
  'member-chat': { type: 'string', multiple: true },
  'member-system': { type: 'string', multiple: true },
  temperature: text,
  'top-k': text,
  'top-p': text,
  'min-p': text,
  'logit-bias': text,
  'frequency-penalty': text,
  'presence-penalty': text,
  logprobs: text,
  seed: text,
  'max-tokens': text,
  'special-tokens': flag,
  stop: { type: 'string', multiple: true },
  backend: text,
  'models-url': text,
  runs: text,
  trace: text,
  browser: flag,
  json: flag,
  speed: flag,
  help: flag,
} as const;

/** Options that mean nothing unless several write together. */
const teamOptions = [
  'members',
  'combine',
  'schedule',
  'default-proposer',
  'member-prompt',
  'member-chat',
  'member-system',
] as const;

/** A draft model is looked for only where it is named or the bundled one fits. */
function usualMethod(values: { readonly [Name in keyof typeof definitions]?: unknown }): Method {
  if (teamOptions.some((name) => values[name] !== undefined)) return 'collaborative';
  return values.model !== undefined && values.draft === undefined ? 'plain' : 'speculative';
}

/** @returns null where help was asked for. Throws an Error or EngineError that names the option or field. */
export function parseDemoOptions(args: readonly string[]): DemoOptions | null {
  const { values } = parseArgs({
    args: joinDashedValues(args, definitions),
    options: definitions,
    strict: true,
  });
  if (values.help) return null;
  const method = oneOf('method', values.method ?? usualMethod(values), methods);
  const backend = oneOf('backend', values.backend ?? 'auto', backends);
  const modelsUrl = modelsUrlOf(values['models-url']);
  const runs = numberOf('runs', values.runs) ?? 1;
  if (!Number.isSafeInteger(runs) || runs < 1)
    throw new Error(`--runs is ${runs}; give a whole number from 1`);
  if (values.trace !== undefined && values.runs !== undefined) {
    throw new Error('--trace records one run; leave --runs out');
  }
  const model = values.model ?? 'story-base';
  const draft = values.draft ?? 'story-draft';
  const draftLengths = draftLengthsOf(values['draft-length']);
  if (method === 'speculative' || method === 'ngram') {
    if (draftLengths && draftLengths.length > 1) {
      throw new Error(`--draft-length is '${values['draft-length']}'; ${method} takes one draft length`);
    }
  }
  const acceptance = acceptanceOf(values.acceptance);
  const team = teamMethodOf({
    members: values.members,
    combine: values.combine,
    schedule: values.schedule,
    acceptance: values.acceptance,
    defaultProposer: values['default-proposer'],
    memberPrompts: (count) =>
      memberPromptsOf(
        {
          prompts: values['member-prompt'],
          chats: values['member-chat'],
          systems: values['member-system'],
        },
        count,
        values,
      ),
    // A single one may be 0 for the other methods.
    draftLengths: method === 'collaborative' || draftLengths?.length !== 1 ? draftLengths : undefined,
  });
  const methodOf = (chosen: Method): DecodeMethod => {
    if (chosen === 'plain') return { kind: 'plain', model, ...(acceptance && { acceptance }) };
    if (chosen === 'collaborative') return team;
    const length = draftLengths?.length === 1 ? { draftLength: draftLengths[0] } : {};
    const drafter =
      chosen === 'ngram'
        ? { kind: 'ngram' as const, ...length }
        : { kind: 'model' as const, model: draft, ...length };
    return { kind: 'speculative', target: model, drafter, ...(acceptance && { acceptance }) };
  };

  const promptFields = promptOf(values);
  const requestWith = (chosen: Method, seed: number | undefined): DecodeRequest =>
    withoutUndefined({
      ...promptFields,
      chatTemplate: templateVariablesOf(values['template-variable']),
      specialTokens: values['special-tokens'],
      maxTokens: numberOf('max-tokens', values['max-tokens']),
      stop: values.stop,
      seed,
      sampling: withoutUndefined({
        temperature: numberOf('temperature', values.temperature),
        topK: numberOf('top-k', values['top-k']),
        topP: numberOf('top-p', values['top-p']),
        minP: numberOf('min-p', values['min-p']),
        logitBias: biasOf(values['logit-bias']),
        frequencyPenalty: numberOf('frequency-penalty', values['frequency-penalty']),
        presencePenalty: numberOf('presence-penalty', values['presence-penalty']),
      }),
      logprobs: numberOf('logprobs', values.logprobs),
      method: methodOf(chosen),
    });

  const givenSeed = numberOf('seed', values.seed);
  const { seed: firstSeed } = validateDecodeRequest(requestWith(method, givenSeed));
  // Every option counts whatever the method: those that use them all are validated too.
  for (const each of ['speculative', 'collaborative'] as const) {
    validateDecodeRequest(requestWith(each, givenSeed));
  }
  const requests = Array.from({ length: runs }, (_, run) => {
    const request = requestWith(method, firstSeed + run);
    validateDecodeRequest(request);
    return { ...request, seed: firstSeed + run };
  });
  const memberModels = team.members.map((member) => member.model);
  const modelsOf = {
    plain: [model],
    ngram: [model],
    speculative: [model, draft],
    collaborative: memberModels,
  };
  const usedModels = [...new Set(modelsOf[method])];
  const givenModels = [
    ...(values.draft === undefined ? [] : [draft]),
    ...(values.members === undefined ? [] : memberModels),
  ];
  return {
    requests,
    severalRuns: values.runs !== undefined,
    usedModels,
    namedModels: [...new Set([...usedModels, ...givenModels])],
    team: method === 'collaborative' ? memberModels : [],
    combineModule: method === 'collaborative' && team.combine.kind === 'custom' ? team.combine.url : null,
    backend,
    modelsUrl,
    browser: values.browser ?? false,
    json: values.json ?? false,
    speed: values.speed ?? false,
    traceFile: values.trace ?? null,
  };
}
