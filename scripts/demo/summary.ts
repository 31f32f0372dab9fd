import type { DecodeStatistics, ForwardsByWidth, ProposerStatistics } from '../../src/decode/statistics.ts';
import type { DecodeResult, EngineInfo } from '../../src/engine/engine-api.ts';
import { proposerIndex } from '../../src/round/proposer.ts';
import { comparedCalls } from '../../src/speed/calls.ts';
import { measuredSpeedUp, minPairs, type SpeedPair } from '../../src/speed/speed-up.ts';
import { callsText, factorText, speedVerdict, spreadText } from '../../src/speed/speed-words.ts';
import { wouldWin } from '../../src/speed/would-win.ts';

const reasons: Readonly<Record<DecodeResult['finishReason'], string>> = {
  stop: 'ended at a stop string',
  end: 'the model ended the text',
  length: 'ended at the maximum of tokens',
  context: 'the context is full',
  abort: 'stopped',
};

function methodInWords({ method }: DecodeResult['request']): string {
  if (method.kind === 'plain') return `plain, ${method.model}`;
  if (method.kind === 'collaborative') {
    const members = method.members.map(
      ({ model, draftLength }, member) =>
        `${model} (draft length ${draftLength}${member === method.defaultProposer ? ', default proposer' : ''})`,
    );
    return `collaborative, ${method.schedule}, ${method.combine.kind}, ${method.acceptance.kind}: ${members.join(', ')}`;
  }
  const drafter = method.drafter.kind === 'model' ? method.drafter.model : 'n-gram lookup';
  return `speculative, ${method.target} with drafts from ${drafter}, draft length ${method.drafter.draftLength}`;
}

function backendInWords(result: DecodeResult, info: EngineInfo): string {
  if (result.backend === 'webgpu') return 'WebGPU';
  return `WebAssembly, ${info.threads} ${info.threads === 1 ? 'thread' : 'threads'}`;
}

/** How long forwards took: a line a member, and one a pair of members with the verdicts on what the one proposed. */
function timesInWords({ members, pairs }: Pick<DecodeStatistics, 'members' | 'pairs'>): string[] {
  const ofMembers = members
    .filter(({ forwardsByWidth }) => forwardsByWidth.length > 0)
    .map(({ modelId, forwardsByWidth }) => `  ${modelId}: ${byTokens(forwardsByWidth)}`);
  const ofPairs = pairs.map(
    ({ proposer, verifier, proposals, acceptanceRate, forwards, forwardsByWidth }) =>
      `  ${nameOf(members[proposerIndex(proposer, members)])} → ${nameOf(members[verifier])}: ${proposals} proposals, ` +
      `${(100 * (acceptanceRate ?? 0)).toFixed(1)} % accepted, ${forwards} scores: ${byTokens(forwardsByWidth)}`,
  );
  return [
    ...(ofMembers.length > 0 ? ['median ms of a forward by tokens fed (how many):', ...ofMembers] : []),
    ...(ofPairs.length > 0 ? ['pairs, who proposed → who scored before the verdict:', ...ofPairs] : []),
  ];
}

const nameOf = ({ modelId }: ProposerStatistics): string => modelId ?? 'n-gram lookup';

function byTokens(forwards: readonly ForwardsByWidth[]): string {
  return forwards
    .map(({ tokens, count, medianMs }) => `${tokens}: ${medianMs.toFixed(1)} (${count})`)
    .join(', ');
}

/** What a decode came to, in a few lines for a person. */
export function summaryOf(result: DecodeResult, info: EngineInfo): string {
  const { stats } = result;
  const speed = stats.tokensPerSecond === null ? '' : `, ${stats.tokensPerSecond.toFixed(1)} tokens/s`;
  const first =
    stats.timeToFirstTokenMs === null ? '' : `, first after ${stats.timeToFirstTokenMs.toFixed(0)} ms`;
  const lines = [
    `${methodInWords(result.request)}; ${backendInWords(result, info)}; seed ${result.seed}`,
    `${stats.tokens} tokens${speed}${first}; ${reasons[result.finishReason]}`,
  ];
  if (stats.acceptanceRate !== null && stats.tokensPerRound !== null) {
    lines.push(
      `${(100 * stats.acceptanceRate).toFixed(1)} % of the verified proposals accepted, ` +
        `${stats.tokensPerRound.toFixed(2)} tokens per round`,
    );
  }
  for (const member of stats.members) {
    const { proposals, acceptanceRate, meanDraftLength } = member;
    // A target that never proposes has none of this.
    if (!meanDraftLength) continue;
    const accepted = acceptanceRate === null ? '' : `, ${(100 * acceptanceRate).toFixed(1)} % accepted`;
    lines.push(
      `  ${nameOf(member)}: ${proposals} proposals${accepted}, mean draft length ${meanDraftLength.toFixed(1)}`,
    );
  }
  const calls = comparedCalls(result.request, result.rounds, result.finishReason);
  if (calls) lines.push(`${callsText(calls)}, prompt left out`);
  if (result.lossy && stats.deviation) {
    const { mean, max } = stats.deviation;
    lines.push(
      `lossy: off the combined distribution by ${mean.toFixed(4)} (total variation), at most ${max.toFixed(4)}`,
    );
  }
  lines.push(`forwards: ${stats.forwards.map(({ modelId, count }) => `${modelId} ${count}`).join(', ')}`);
  lines.push(...timesInWords(stats));
  return lines.join('\n');
}

/** How fast it was beside its reference, in a line for a person; null where nothing was measured. */
export function speedLine(result: DecodeResult, pairs: readonly SpeedPair[]): string | null {
  const speedUp = measuredSpeedUp(pairs);
  if (!speedUp) return null;
  const { request, stats } = result;
  const winner = speedUp.outcome === 'slower' ? wouldWin(result, speedUp) : null;
  const verdict = speedVerdict(speedUp, request.method, winner);
  if (!verdict) return `speed: ${pairs.length} of ${minPairs} pairs were compared, too few to name one`;
  const { isFaster, factor, words, advice } = verdict;
  const lead = isFaster ? `${factor} ${words}` : words;
  const predicted = stats.speedUp ? `; predicted ${factorText(stats.speedUp.predicted)}` : '';
  return `${lead} (${spreadText(speedUp)}${predicted})${advice === null ? '' : `. ${advice}`}`;
}
