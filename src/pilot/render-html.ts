import { expectedText } from './expected.ts';
import { type Markup, markup, trustedMarkup } from './markup.ts';
import type { Recommendation } from './recommend.ts';
import { isRecommended, nameOf, type PilotReport, type ReportedMethod } from './report.ts';
import { reportStyle } from './report-style.ts';
import { differingTexts, type JudgedText, passDifferences, textsOf } from './report-texts.ts';
import {
  chartText,
  circumstancesText,
  columnsOf,
  criteriaText,
  groupHeadline,
  groupsText,
  headline,
  isFaster,
  overview,
  reasons,
  toneOf,
} from './report-words.ts';

/** Longer lists fold the page; all of it is in the JSON. */
const maxTexts = 50;
const maxDifferences = 20;

/**
 * The report as a page of its own: nothing in it is fetched or run, and its policy says so.
 * @param chart SVG of the speed-ups; null where there is nothing to draw
 */
export function reportHtml(report: PilotReport, chart: string | null): string {
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pilot: ${headline(report)}</title>
<style>${trustedMarkup(reportStyle)}</style>
</head>
<body>
<header>
<p class="kicker">Antiphon ${report.environment.engineVersion} · pilot report · <time datetime="${report.createdAt}">${report.createdAt.slice(0, 16).replace('T', ' ')} UTC</time></p>
<h1>${unbroken(headline(report))}</h1>
<p class="soft">${circumstancesText(report)}</p>
<p class="soft">Asked for ${criteriaText(report)}.</p>
</header>
<main>
${groupOverview(report)}
${report.recommendations.map((recommendation) => recommendationCard(report, recommendation))}
${chart === null ? null : chartFigure(report, chart)}
${methodTables(report)}
${passes(report)}
${differences(report)}
${byPrompt(report)}
${texts(report)}
${environment(report)}
</main>
</body>
</html>
`;
  return page.html;
}

function groupOverview(report: PilotReport): Markup | null {
  const groups = overview(report);
  if (!groups) return null;
  const [first, ...others] = groups.titles;
  return markup`<p>${groupsText(report)}</p>
<div class="scroll" tabindex="0" role="group" aria-label="One method for each group"><table>
<thead><tr><th scope="col">${first}</th>${others.map((title) => markup`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${groups.rows.map(
    ([group, ...cells]) =>
      markup`<tr><th scope="row">${unbroken(group)}</th>${cells.map((cell) => markup`<td class="number">${unbroken(cell)}</td>`)}</tr>
`,
  )}</tbody>
</table></div>`;
}

function recommendationCard(report: PilotReport, recommendation: Recommendation): Markup {
  const { kind, group, method } = recommendation;
  const asked = report.plan.groups[group].methods[method].method;
  const title = groupHeadline(report, recommendation);
  return markup`<section class="card ${toneOf(report, recommendation)}" aria-label="${title}">
${report.recommendations.length > 1 ? markup`<h2>${unbroken(title)}</h2>` : null}
${reasons(report, recommendation).map((sentence) => markup`<p>${sentence}</p>`)}
${
  kind === 'nothing-measured'
    ? null
    : markup`<details><summary>The method of its requests</summary><pre>${JSON.stringify(asked, null, 2)}</pre></details>`
}
</section>`;
}

function chartFigure(report: PilotReport, chart: string): Markup {
  return markup`<h2>Speed-up, prompt by prompt</h2>
<figure><div class="scroll" tabindex="0" role="group" aria-label="Chart of the speed-ups">${trustedMarkup(chart)}</div>
<figcaption>${chartText(report)}</figcaption></figure>`;
}

function methodTables(report: PilotReport): Markup {
  const columns = columnsOf(report);
  return markup`<h2>Methods</h2>
${report.plan.groups.map(
  ({ title }, group) => markup`<h3>${title}</h3>
<div class="scroll" tabindex="0" role="group" aria-label="Methods of ${title}"><table>
<thead><tr><th scope="col">Method</th>${columns.map((column) => markup`<th scope="col">${column.title}</th>`)}</tr></thead>
<tbody>${report.methods.filter((summary) => summary.group === group).map((summary) => methodRow(report, summary))}</tbody>
</table></div>`,
)}
<details><summary>What the columns say</summary><dl>${columns.map(
    ({ title, meaning }) => markup`<dt>${title}</dt><dd>${meaning}</dd>`,
  )}</dl></details>`;
}

function methodRow(report: PilotReport, summary: ReportedMethod): Markup {
  const isChosen = isRecommended(report, summary);
  return markup`<tr class="${isChosen ? `recommended ${isFaster(summary) ? 'faster' : ''}` : ''}"><th scope="row">${unbroken(nameOf(report, summary).title)}${
    isChosen ? markup`<span class="tag">recommended</span>` : null
  }</th>${columnsOf(report).map(({ cell }) => markup`<td class="number">${cell(summary)}</td>`)}</tr>
`;
}

function passes(report: PilotReport): Markup | null {
  const differing = passDifferences(report);
  if (differing.length === 0) return null;
  const mark = (passed: boolean, text: string): Markup =>
    markup`<td class="text"><b>${passed ? 'passes' : 'fails'}</b> ${text}</td>`;
  return markup`<h2>Where only one passes</h2>
<p>Texts of one prompt and seed of which one is as expected and the other is not; losses first.</p>
${differing.length > maxDifferences ? markup`<p class="soft">The first ${maxDifferences} of ${differing.length}.</p>` : null}
<div class="scroll" tabindex="0" role="group" aria-label="Texts of which one passes"><table>
<thead><tr><th scope="col">Method</th><th scope="col">Prompt</th><th scope="col">Expected</th><th scope="col">Reference</th><th scope="col">This method</th></tr></thead>
<tbody>${differing.slice(0, maxDifferences).map(
    ({ title, prompt, repeat, expected, reference, own, ownPassed }) =>
      markup`<tr><th scope="row">${title}</th><td>${prompt + 1}. ${shortened(report.plan.prompts[prompt].text)}${report.plan.repeats > 1 ? ` (seed ${repeat + 1})` : null}</td><td>${expectedText(expected)}</td>${mark(!ownPassed, reference)}${mark(ownPassed, own)}</tr>
`,
  )}</tbody>
</table></div>`;
}

function differences(report: PilotReport): Markup | null {
  const differing = differingTexts(report);
  if (differing.length === 0) return null;
  return markup`<h2>Where texts differ</h2>
<p>These methods were to write the reference’s text, token for token. Where two tokens are all but equally likely, passes of another width round otherwise, and the text goes another way from there on.</p>
${differing.length > maxDifferences ? markup`<p class="soft">The first ${maxDifferences} of ${differing.length}.</p>` : null}
<div class="scroll" tabindex="0" role="group" aria-label="Texts that differ"><table>
<thead><tr><th scope="col">Method</th><th scope="col">Prompt</th><th scope="col">Token</th><th scope="col">Reference</th><th scope="col">This method</th></tr></thead>
<tbody>${differing.slice(0, maxDifferences).map(
    ({ title, prompt, position, common, reference, own }) =>
      markup`<tr><th scope="row">${title}</th><td class="number">${prompt + 1}</td><td class="number">${position + 1}</td><td class="text">${common}<del>${reference}</del></td><td class="text">${common}<ins>${own}</ins></td></tr>
`,
  )}</tbody>
</table></div>`;
}

/** Every speed-up, so that a prompt on which a method loses can be found. */
function byPrompt(report: PilotReport): Markup {
  const compared = report.methods.filter(({ method }) => method > 0);
  const ratioOf = (summary: ReportedMethod, prompt: number): string => {
    const ratios = summary.speedUps
      .filter((each) => each.prompt === prompt)
      .map(({ ratio }) => ratio.toFixed(2));
    return ratios.length > 0 ? ratios.join(' ') : '–';
  };
  return markup`<h2>Prompt by prompt</h2>
<details><summary>Speed-up of each method on each prompt</summary>
<div class="scroll" tabindex="0" role="group" aria-label="Speed-up by prompt"><table>
<thead><tr><th scope="col">Prompt</th>${compared.map((summary) => {
    const { title, group } = nameOf(report, summary);
    return markup`<th scope="col">${title}${report.plan.groups.length > 1 ? markup`<br>${group}` : null}</th>`;
  })}</tr></thead>
<tbody>${report.plan.prompts.map(
    ({ text, id }, prompt) =>
      markup`<tr><th scope="row" class="prompt">${prompt + 1}. ${id === null ? null : `${id}: `}${shortened(text)}</th>${compared.map(
        (summary) => markup`<td class="number">${ratioOf(summary, prompt)}</td>`,
      )}</tr>
`,
  )}</tbody>
</table></div></details>`;
}

function texts(report: PilotReport): Markup | null {
  const told = report.recommendations.filter(({ kind }) => kind !== 'nothing-measured');
  if (told.length === 0) return null;
  return markup`<h2>What was written</h2>
${told.map((recommendation) => textsOfGroup(report, recommendation))}`;
}

function textsOfGroup(report: PilotReport, recommendation: Recommendation): Markup {
  const { plan } = report;
  const { title, methods } = plan.groups[recommendation.group];
  const [reference, chosen] = [0, recommendation.method].map((index) => methods[index].title);
  const written = (method: string, run: JudgedText | null): Markup =>
    markup`<p class="soft">${method}${run?.passed == null ? null : run.passed ? ': passes' : ': fails'}</p>`;
  return markup`<p class="soft">By ${reference} and by ${chosen}, for ${title}${
    plan.prompts.length > maxTexts ? `; the first ${maxTexts} prompts` : ''
  }.</p>
${textsOf(report, recommendation)
  .slice(0, maxTexts)
  .map(
    ({
      number,
      prompt: { text, expected },
      reference: other,
      own,
    }) => markup`<details><summary>${number}. ${shortened(text)}${marksOf(other, own)}</summary>
${expected === undefined ? null : markup`<p class="soft">Expected: ${expectedText(expected)}</p>`}
${written(reference, other)}<blockquote>${text}${other?.text ?? ' – not run'}</blockquote>
${
  own && own.text === other?.text
    ? markup`<p class="soft">${chosen}: the same text</p>`
    : markup`${written(chosen, own)}<blockquote>${text}${own?.text ?? ' – not run'}</blockquote>`
}</details>
`,
  )}`;
}

/** For the summary of two texts. */
function marksOf(reference: JudgedText | null, own: JudgedText | null): string | null {
  if (reference?.passed == null || own?.passed == null) return null;
  if (reference.passed === own.passed) return own.passed ? ' – both pass' : ' – both fail';
  return own.passed ? ' – only this method passes' : ' – only the reference passes';
}

function environment(report: PilotReport): Markup {
  const { environment: where, runs } = report;
  const sessions = [...new Set(runs.map(({ session }) => session))];
  const { costPerForward } = report;
  const seconds = runs.reduce((sum, run) => sum + (run.failure ? 0 : run.elapsedMs), 0) / 1000;
  return markup`<h2>Circumstances</h2>
<p>${runs.length} of ${report.planned} runs, ${seconds.toFixed(0)} s of decoding, begun ${sessions.map((session) => session.slice(0, 16).replace('T', ' ')).join(', ')} UTC. All methods ran on one prompt before the next began, in an order that turns from prompt to prompt, so that what slows the machine down slows all of them; each decoded a few tokens uncounted before.</p>
<div class="scroll" tabindex="0" role="group" aria-label="Models"><table>
<thead><tr><th scope="col">Model</th><th scope="col">Title</th><th scope="col">Backend</th>${costPerForward && markup`<th scope="col">Cost per forward</th>`}<th scope="col">SHA-256 of its weights</th></tr></thead>
<tbody>${where.models.map(
    ({ id, title, backend, sha256 }) =>
      markup`<tr><th scope="row">${id}</th><td>${title}</td><td>${backend}</td>${costPerForward && markup`<td class="number">${costPerForward[id]}</td>`}<td>${sha256}</td></tr>
`,
  )}</tbody>
</table></div>
<p class="soft">${where.browser}; ${where.threads} WebAssembly ${where.threads === 1 ? 'thread' : 'threads'}.</p>`;
}

/** Keeps "γ = 4" on one line. */
const unbroken = (text: string): string => text.replaceAll(' = ', '\u00a0=\u00a0');

/** For a summary or a row's head. */
function shortened(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  if (line === '') return '(empty prompt)';
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
