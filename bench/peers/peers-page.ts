import { type Quartiles, withSpread } from '../../src/speed/quartiles.ts';
import type { PeerRow } from './peer-rows.ts';
import { type StepPhases, stepParts, stepPartsInWords } from './step-phases.ts';

/**
 * The comparison as a page of Markdown.
 * @param leftOut engines that the sweep passed over, by section
 */
export function peersPage(
  rows: readonly PeerRow[],
  phases: readonly StepPhases[],
  leftOut: ReadonlyMap<string, readonly string[]>,
  chartFile: string,
): string {
  const sections = [...new Set(rows.map(({ section }) => section))];
  return `# Plain decoding beside other engines

One browser, one server, greedy decoding. All engines of a section are open at the same time and decode the same prompts in
turn, each in a page of its own; a trial's prompt begins like no earlier one's. Tokens/s count the tokens after the first
and the time after it; "×" is Antiphon's tokens/s over those of the engine, trial by trial, "× first token" the engine's
time to the first token over Antiphon's. transformers.js is given token ids, wllama text, which it cuts itself. Medians, with
the quartiles in brackets. All times are the page's. "Same tokens" holds for engines that read the same file.

![Tokens per second and the parts of a step](${chartFile})

${sections
  .map((section) =>
    sectionInWords(
      section,
      rows.filter((row) => row.section === section),
      leftOut.get(section) ?? [],
    ),
  )
  .join('\n\n')}

## Parts of a step

Milliseconds a token of Antiphon, after the first one. "Rest of the loop" is what the engine's clock shows beside its phases
(scheduling, turns for messages), "to the page" what the page's clock shows beside the engine's. On WebGPU a forward is over
as soon as it is submitted: the read-back waits for the work.

${phasesInWords(phases)}
`;
}

const textTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function sectionInWords(section: string, rows: readonly PeerRow[], leftOut: readonly string[]): string {
  const lines = rows.map((row) => [
    String(row.promptTokens),
    row.name,
    withSpread(row.tokensPerSecond, 1),
    withSpread(row.speedRatio, 2),
    barInWords(row.atLeast, row.speedRatio),
    withSpread(row.firstTokenMs, 0),
    withSpread(row.firstTokenRatio, 2),
    row.failure === null ? agreementInWords(row) : row.failure.replaceAll('|', '\\|'),
  ]);
  const engines = [...new Map(rows.map((row) => [row.name, row])).values()].map(
    ({ name, threads, version }) =>
      [
        name,
        ...(version ? [version] : []),
        ...(threads === null ? [] : [`${threads} ${threads === 1 ? 'thread' : 'threads'}`]),
      ].join(', '),
  );
  if (leftOut.length > 0) engines.push(`left out of the quick sweep: ${leftOut.join('; ')}`);
  return `## ${section}

${engines.map((engine) => `- ${engine}`).join('\n')}

${textTable(['prompt', 'engine', 'tokens/s', '×', 'bar', 'first token, ms', '× first token', 'same tokens'], lines)}`;
}

function barInWords(atLeast: number | null, ratio: Quartiles | null): string {
  if (atLeast === null) return '';
  if (!ratio) return `≥ ${atLeast}`;
  return `≥ ${atLeast}: ${ratio.median >= atLeast ? 'met' : 'missed'}`;
}

function agreementInWords({ agreement }: PeerRow): string {
  if (!agreement) return '';
  const { trials, firstDifference } = agreement;
  return firstDifference === null ? `all ${trials} trials` : `up to token ${firstDifference}`;
}

function phasesInWords(phases: readonly StepPhases[]): string {
  const head = ['', 'prompt', ...stepParts.map((part) => stepPartsInWords[part]), 'together'];
  const rows = phases.map(({ section, promptTokens, msPerToken }) => [
    section,
    String(promptTokens),
    ...stepParts.map((part) => msPerToken[part].toFixed(2)),
    stepParts.reduce((sum, part) => sum + msPerToken[part], 0).toFixed(2),
  ]);
  return textTable(head, rows);
}
