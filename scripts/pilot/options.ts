import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { BackendChoice } from '../../src/engine/engine-api.ts';
import { readCosts } from '../../src/pilot/costs.ts';
import { criteriaPresets, presetNames, readCriteria } from '../../src/pilot/criteria.ts';
import type { Acceptance, CostPerForward, PilotCriteria, PilotPrompt } from '../../src/pilot/pilot.ts';
import type { Drafter, PilotSchedule, PilotSettings } from '../../src/pilot/plan.ts';
import { combinesWith } from '../../src/pilot/weight-values.ts';
import {
  backends,
  draftLengthsOf,
  joinDashedValues,
  modelsUrlOf,
  numberOf,
  numbersOf,
  oneOf,
  withoutUndefined,
} from '../demo/option-values.ts';
import { acceptanceOf, defaultMembers, type TeamMethod, teamMethodOf } from '../demo/team-options.ts';

export interface PilotOptions {
  /** A file, or `-` for stdin. */
  readonly promptsFile: string;
  settings(prompts: readonly PilotPrompt[]): PilotSettings;
  readonly criteria: PilotCriteria;
  readonly costPerForward: CostPerForward;
  /** Models of the methods that were picked. */
  readonly usedModels: readonly string[];
  /** File or URL of the module of a custom combination that takes part; null without one. */
  readonly combineModule: string | null;
  readonly backend: BackendChoice;
  readonly modelsUrl: URL | null;
  /** Folder for the report and for what an interrupted pilot keeps. */
  readonly out: string;
  /** Runs kept from earlier are thrown away. */
  readonly fresh: boolean;
  /** In Chromium, where visitors run it, instead of this process's own Node.js. */
  readonly browser: boolean;
  readonly json: boolean;
}

/** What follows "Usage: " and the command. */
export const usage = `PROMPTS [options]
  PROMPTS               file with prompts, - for stdin: JSON Lines, {"prompt": "…"}, {"messages": […]} or a string
                        a line, with "expected" where quality is measured; or plain text, a prompt a line
  --methods LIST        speculative, ngram (for one model), alternate, naive, black-box, mixture (for a team); each
                        beside its reference, plain or sequential (default speculative,alternate,naive)
  --draft-length LIST   numbers or adaptive, each tried (default 2,4 for one model; 1 for the team's default proposer)
  --acceptance RULE     exact | coupled | lenient:L | typical[:E,D]; several times: each tried (default exact)
  --weights LIST        λ of the first member of a weighted team, each tried; the others share the rest
  --mu LIST             μ of a contrastive team, each tried
  --model ID            model that the drafts are for (default story-base)
  --draft ID            its draft model (default story-draft)
  --members LIST        the team: id[:dtype][@temperature],… (default ${defaultMembers})
  --combine RULE        weighted[:W,…] | contrastive[:MU[,ALPHA]] | geometric[:W,…] | custom:MODULE (default weighted,
                        all alike; contrastive where --mu is given)
  --default-proposer I  member that starts, counted from 0 (default: the heaviest or the cheapest)
  --temperature T, --top-k K, --top-p P, --min-p P, --stop TEXT   as for the demo
  --max-tokens N        tokens to write at most, each time (default 64)
  --seed S              of the first prompt; each prompt has a seed of its own, counted up (default 1)
  --repeats N           seeds for each prompt (default 1)
  --criteria NAME       strict | balanced | fast, or a JSON file with "criteria", such as an earlier report.json
                        (default balanced); the next four change one number of them
  --min-speed-up X      wanted: median over at least 5 texts; above 1 also three quarters of them faster
  --max-deviation D     allowed: mean total variation a position
  --min-same-texts S    wanted at temperature 0 and under coupled: share of the texts that are the reference's
  --max-pass-rate-loss L  allowed: pass rate of the reference minus the method's, 0.02 for 2 points
  --cost-per-forward LIST  what a forward pass of each model costs, in any unit: id=COST,… (default: its measured time)
  --backend NAME        auto | wasm | webgpu (default auto)
  --models-url URL      folder of models, on an HTTP server or of this machine, instead of the bundled ones
  --browser             run in headless Chromium, where visitors run it, instead of Node.js
  --out DIR             for report.html, report.json, methods.csv, runs.csv, and what is kept while it runs
                        (default pilot-report); the same command there goes on with an interrupted pilot
  --fresh               throw away what is kept there, and run all anew
  --json                print the report as JSON and nothing else
  --help                print this
docs/pilot.md describes the report and its files.`;

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;
const definitions = {
  methods: text,
  'draft-length': text,
  acceptance: texts,
  weights: text,
  mu: text,
  model: text,
  draft: text,
  members: text,
  combine: text,
  'default-proposer': text,
  temperature: text,
  'top-k': text,
  'top-p': text,
  'min-p': text,
  stop: texts,
  'max-tokens': text,
  seed: text,
  repeats: text,
  criteria: text,
  'min-speed-up': text,
  'max-deviation': text,
  'min-same-texts': text,
  'max-pass-rate-loss': text,
  'cost-per-forward': text,
  backend: text,
  'models-url': text,
  out: text,
  fresh: flag,
  browser: flag,
  json: flag,
  help: flag,
} as const;

const methodNames = ['speculative', 'ngram', 'alternate', 'naive', 'black-box', 'mixture'] as const;
const drafterOf: Readonly<Record<string, Drafter>> = { speculative: 'model', ngram: 'ngram' };

/** @returns null where help was asked for. Throws an Error that names the option. */
export function parsePilotOptions(args: readonly string[]): PilotOptions | null {
  const { values, positionals } = parseArgs({
    args: joinDashedValues(args, definitions),
    options: definitions,
    strict: true,
    allowPositionals: true,
  });
  if (values.help) return null;
  const [promptsFile] = positionals;
  if (promptsFile === undefined || positionals.length > 1) {
    throw new Error(`there are ${positionals.length} files of prompts; give one, or - for stdin`);
  }
  const names = (values.methods ?? 'speculative,alternate,naive')
    .split(',')
    .map((name) => oneOf('methods', name.trim(), methodNames));
  const drafters = names.flatMap((name) => drafterOf[name] ?? []);
  const schedules = names.filter((name): name is PilotSchedule => drafterOf[name] === undefined);
  const draftLengths = draftLengthsOf(values['draft-length']);
  const target = values.model ?? 'story-base';
  const draft = values.draft ?? 'story-draft';
  const team = teamOf(values);
  const request = withoutUndefined({
    maxTokens: numberOf('max-tokens', values['max-tokens']) ?? 64,
    stop: values.stop,
    seed: numberOf('seed', values.seed) ?? 1,
    sampling: withoutUndefined({
      temperature: numberOf('temperature', values.temperature),
      topK: numberOf('top-k', values['top-k']),
      topP: numberOf('top-p', values['top-p']),
      minP: numberOf('min-p', values['min-p']),
    }),
  });
  const settings = {
    repeats: numberOf('repeats', values.repeats) ?? 1,
    request,
    speculative: { target, draft, drafters, draftLengths: draftLengths ?? [2, 4] },
    team: {
      members: team.members,
      combines: combinesOf(team.combine, values),
      schedules,
      draftLengths: draftLengths ?? [1],
      ...(team.defaultProposer === undefined ? {} : { defaultProposer: team.defaultProposer }),
    },
    acceptances: acceptancesOf(values.acceptance),
  };
  const usedModels = [
    ...(drafters.length > 0 ? [target] : []),
    ...(drafters.includes('model') ? [draft] : []),
    ...(schedules.length > 0 ? team.members.map(({ model }) => model) : []),
  ];
  return {
    promptsFile,
    settings: (prompts) => ({ ...settings, prompts }),
    criteria: criteriaOf(values),
    costPerForward: readCosts(values['cost-per-forward'] ?? ''),
    usedModels: [...new Set(usedModels)],
    combineModule: schedules.length > 0 && team.combine.kind === 'custom' ? team.combine.url : null,
    backend: oneOf('backend', values.backend ?? 'auto', backends),
    modelsUrl: modelsUrlOf(values['models-url']),
    out: values.out ?? 'pilot-report',
    fresh: values.fresh ?? false,
    browser: values.browser ?? false,
    json: values.json ?? false,
  };
}

function teamOf(values: {
  readonly members?: string | undefined;
  readonly combine?: string | undefined;
  readonly mu?: string | undefined;
  readonly 'default-proposer'?: string | undefined;
}): TeamMethod {
  return teamMethodOf({
    members: values.members,
    combine: values.combine ?? (values.mu === undefined ? undefined : 'contrastive'),
    schedule: undefined,
    acceptance: undefined,
    defaultProposer: values['default-proposer'],
    memberPrompts: () => new Map(),
    draftLengths: undefined,
  });
}

function combinesOf(
  combine: TeamMethod['combine'],
  { weights, mu }: { readonly weights?: string | undefined; readonly mu?: string | undefined },
): readonly TeamMethod['combine'][] {
  if (weights !== undefined && combine.kind !== 'weighted') {
    throw new Error(`--weights is '${weights}', but --combine is ${combine.kind}; it goes with weighted`);
  }
  if (mu !== undefined && combine.kind !== 'contrastive') {
    throw new Error(`--mu is '${mu}', but --combine is ${combine.kind}; it goes with contrastive`);
  }
  const shares = numbersOf('weights', weights);
  const wrong = shares?.find((share) => share < 0 || share > 1);
  if (wrong !== undefined) throw new Error(`--weights has ${wrong}; give shares of the first member, 0 to 1`);
  return combinesWith(combine, shares ?? numbersOf('mu', mu) ?? []);
}

/** One rule each time; a list too, where no rule has commas of its own. */
function acceptancesOf(values: readonly string[] | undefined): readonly Acceptance[] {
  const rules = (values ?? ['exact']).flatMap((value) => value.split(/,(?=[a-z])/));
  return rules.flatMap((rule) => acceptanceOf(rule) ?? []);
}

const criteriaOptions = {
  'min-speed-up': 'minSpeedUp',
  'max-deviation': 'maxDeviation',
  'min-same-texts': 'minSameTexts',
  'max-pass-rate-loss': 'maxPassRateLoss',
} as const satisfies Readonly<Record<string, keyof PilotCriteria>>;

function criteriaOf(
  values: Readonly<Partial<Record<keyof typeof criteriaOptions | 'criteria', string | undefined>>>,
): PilotCriteria {
  const criteria: Record<keyof PilotCriteria, number> = { ...startOf(values.criteria ?? 'balanced') };
  for (const [option, field] of Object.entries(criteriaOptions) as [
    keyof typeof criteriaOptions,
    keyof PilotCriteria,
  ][]) {
    const number = numberOf(option, values[option]);
    if (number === undefined) continue;
    const max = field === 'minSpeedUp' ? Number.POSITIVE_INFINITY : 1;
    if (number < 0 || number > max) {
      throw new Error(`--${option} is ${number}; give a number from 0${max === 1 ? ' to 1' : ''}`);
    }
    criteria[field] = number;
  }
  return criteria;
}

/** A preset, or a file that has criteria or consists of them. */
function startOf(value: string): PilotCriteria {
  const preset = presetNames.find((name) => name === value);
  if (preset) return criteriaPresets[preset];
  if (!existsSync(value)) {
    throw new Error(`--criteria is '${value}'; give one of ${presetNames.join(', ')}, or a file`);
  }
  try {
    const file: unknown = JSON.parse(readFileSync(value, 'utf8'));
    const isAround = typeof file === 'object' && file !== null && 'criteria' in file;
    return readCriteria(isAround ? file.criteria : file);
  } catch (error) {
    throw new Error(`--criteria: ${value}: ${error instanceof Error ? error.message : error}`);
  }
}
