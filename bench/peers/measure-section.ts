import type { Browser } from 'playwright';
import { ContenderPage } from './contender-page.ts';
import type { ContenderSite } from './contender-site.ts';
import type { ContenderPrompt, OpenedContender, TimedDecode } from './pages/contender.ts';
import type { ContenderSpec, PeerContext, PeerSection } from './peer-sections.ts';
import { promptWindow } from './prompt-window.ts';

/** All that one engine did with one context. */
export interface ContenderDecodes {
  readonly name: string;
  readonly sameFile: boolean;
  /** How many times its tokens/s Antiphon is to reach; null for Antiphon. */
  readonly atLeast: number | null;
  readonly opened: OpenedContender | null;
  /** [trials]; null where it failed, and in all trials after that. */
  readonly decodes: readonly (TimedDecode | null)[];
  /** Why it failed, or was not asked; null where it answered. */
  readonly failure: string | null;
}

export interface ContextDecodes {
  readonly section: string;
  readonly backend: PeerSection['backend'];
  /** Tokens of the prompts [trials]. */
  readonly promptTokens: readonly number[];
  /** Antiphon first. */
  readonly contenders: readonly ContenderDecodes[];
}

/** An engine that takes longer for one decode has failed: a machine that is shared can starve spinning threads. */
const decodeLimitMs = 600_000;

/** An engine that would take longer to begin, going by a shorter prompt, is not asked: the others would wait. */
const longestBeginMs = 75_000;

/** After its first tokens the browser goes on for a second or two to compile better code for an engine. */
const warmUpTokens = 16;
const settleMs = 2000;

/** Between two decodes: the threads of the first go to sleep. */
const pauseMs = 200;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One engine of a section while it is open. */
interface Running {
  readonly spec: ContenderSpec;
  page: ContenderPage | null;
  opened: OpenedContender | null;
  failure: string | null;
  /** Milliseconds until it began to answer, for each token of the latest prompt; 0 before it was asked. */
  beginMsPerToken: number;
}

/**
 * Opens the engines of a section in one browser and lets them decode the same prompts in turn, in one trial from first
 * to last and in the next from last to first. Each decodes a prompt uncounted before. An engine that fails is left
 * out from there on; one that would be minutes in beginning is not asked.
 */
export async function measureSection(
  browser: Browser,
  site: ContenderSite,
  section: PeerSection,
  log: (line: string) => void,
): Promise<ContextDecodes[]> {
  const running: Running[] = [];
  try {
    for (const spec of section.contenders) {
      // Antiphon is the first: the others are given as many threads.
      running.push(await open(browser, site, section, spec, running[0]?.opened?.threads ?? null));
      log(`   opened  ${spec.name}${running.at(-1)?.failure ? `: ${running.at(-1)?.failure}` : ''}`);
    }
    const measured: ContextDecodes[] = [];
    for (const context of section.contexts) {
      measured.push(await measureContext(section, context, running, log));
    }
    return measured;
  } finally {
    for (const { page } of running) await page?.close();
  }
}

async function open(
  browser: Browser,
  site: ContenderSite,
  { backend, tokenizer }: PeerSection,
  spec: ContenderSpec,
  threads: number | null,
): Promise<Running> {
  const { kind, modelUrl, dtype } = spec;
  const running: Running = { spec, page: null, opened: null, failure: null, beginMsPerToken: 0 };
  await attempt(running, async () => {
    running.page = await ContenderPage.open(browser, site, kind, {
      modelUrl,
      dtype,
      backend,
      threads: spec.threads === 'same' ? threads : null,
    });
    running.opened = running.page.opened;
    const text = 'One day';
    await running.page.decode({ text, tokenIds: tokenizer.encode(text) }, warmUpTokens);
    await pause(settleMs);
  });
  return running;
}

async function measureContext(
  section: PeerSection,
  { tokens: context, trials }: PeerContext,
  running: readonly Running[],
  log: (line: string) => void,
): Promise<ContextDecodes> {
  const prompts = Array.from({ length: trials }, (_, trial) =>
    promptWindow(section.tokenizer, section.promptText(trial), context),
  );
  const decodes = new Map<Running, (TimedDecode | null)[]>(running.map((each) => [each, []]));
  const tooSlow = new Map(running.map((each) => [each, reasonNotToAsk(each, context)]));
  for (const [trial, prompt] of prompts.entries()) {
    for (const each of trial % 2 === 0 ? running : running.toReversed()) {
      if (tooSlow.get(each) !== null) continue;
      const timed = await decodeOnce(each, prompt, section.maxTokens);
      decodes.get(each)?.push(timed);
      if (timed) log(lineOf(section.title, context, each.spec.name, timed));
      else log(`   failed  ${section.title}, ${context} tokens: ${each.spec.name}: ${each.failure}`);
    }
  }
  return {
    section: section.title,
    backend: section.backend,
    promptTokens: prompts.map(({ tokenIds }) => tokenIds.length),
    contenders: running.map((each) => ({
      name: each.spec.name,
      sameFile: each.spec.sameFile,
      atLeast: each.spec.bar?.(context) ?? null,
      opened: each.opened,
      decodes: decodes.get(each) ?? [],
      failure: each.failure ?? tooSlow.get(each) ?? null,
    })),
  };
}

function reasonNotToAsk({ page, beginMsPerToken }: Running, context: number): string | null {
  const seconds = (beginMsPerToken * context) / 1000;
  if (!page || seconds * 1000 <= longestBeginMs) return null;
  return `not asked: going by shorter prompts it would begin after ${seconds.toFixed(0)} s`;
}

async function decodeOnce(
  running: Running,
  prompt: ContenderPrompt,
  maxTokens: number,
): Promise<TimedDecode | null> {
  const { page } = running;
  if (!page) return null;
  await pause(pauseMs);
  let timed: TimedDecode | null = null;
  await attempt(running, async () => {
    timed = await withinLimit(page.decode(prompt, maxTokens));
    const { tokenIds } = prompt;
    running.beginMsPerToken = (timed.tokenAtMs[0] ?? 0) / tokenIds.length;
    // Engines that take text may cut it a little differently; ids they would have taken as they are.
    const allowed = timed.tokenIds ? 0 : Math.ceil(tokenIds.length / 100);
    if (Math.abs(timed.promptTokens - tokenIds.length) > allowed) {
      throw new Error(`took the prompt for ${timed.promptTokens} tokens, not ${tokenIds.length}`);
    }
  });
  return running.failure === null ? timed : null;
}

/** What goes wrong is kept, and the page closed: whatever still runs there would disturb the others. */
async function attempt(running: Running, call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    running.failure = `failed: ${message.split('\n')[0]}`;
    await running.page?.close();
    running.page = null;
  }
}

async function withinLimit<Value>(value: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no end within ${decodeLimitMs / 60_000} minutes`)),
      decodeLimitMs,
    );
  });
  try {
    return await Promise.race([value, limit]);
  } finally {
    clearTimeout(timer);
    // When the page is closed the decode ends, too late for anybody to hear.
    value.catch(() => {});
  }
}

function lineOf(title: string, context: number, name: string, { tokenAtMs }: TimedDecode): string {
  const seconds = ((tokenAtMs.at(-1) ?? 0) - tokenAtMs[0]) / 1000;
  const speed = (tokenAtMs.length - 1) / seconds;
  return `${speed.toFixed(1).padStart(7)} tokens/s, first after ${tokenAtMs[0]?.toFixed(0)} ms  ${title}, ${context} tokens: ${name}`;
}
