import { css, html, type TemplateResult } from 'lit';
import type { ForwardsByWidth } from '../../decode/statistics.ts';
import { proposerIndex } from '../../round/proposer.ts';
import { memberClass } from '../kit/member-style.ts';
import { decimalText, noNumber, percentText } from '../kit/number-text.ts';
import type { RunNumbers } from './run-numbers.ts';

type Times = Pick<RunNumbers, 'members' | 'pairs'>;

/** Looks of `timeTables`, over those of tables in general. */
export const timeTablesStyle = css`
  details {
    margin-top: 1rem;
  }
  summary {
    color: var(--ink-soft);
    font-size: 0.875rem;
  }
  caption {
    padding: 0.9rem 0 0.3rem;
    text-align: start;
    font-size: 0.8125rem;
  }
  .count {
    color: var(--ink-soft);
    font-size: 0.75rem;
  }
  .pair {
    display: inline-flex;
    align-items: center;
    gap: 0.3rem;
  }
  .width {
    white-space: nowrap;
  }
`;

/** How long forwards took by the tokens they were fed, of each member and of each pair that judged; to be unfolded. */
export function timeTables(times: Times): TemplateResult | null {
  const widths = [
    ...new Set(times.members.flatMap(({ forwardsByWidth }) => forwardsByWidth.map(({ tokens }) => tokens))),
  ].sort((a, b) => a - b);
  if (widths.length === 0) return null;
  return html`<details>
    <summary>Times of the forwards</summary>
    ${memberTimes(times, widths)} ${times.pairs.length > 0 ? pairTimes(times) : null}
  </details>`;
}

function memberTimes(times: Times, widths: readonly number[]): TemplateResult {
  const cell = ({ count, medianMs }: ForwardsByWidth) =>
    html`${decimalText(medianMs, 1)} <span class="count">×${count}</span>`;
  return html`<table>
    <caption>Median milliseconds and count of forward passes, by number of tokens fed</caption>
    <thead>
      <tr>
        <th scope="col">tokens</th>
        ${times.members.map((_, member) => html`<th scope="col">${badge(times, member)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${widths.map(
        (width) => html`<tr>
          <th scope="row">${width}</th>
          ${times.members.map(({ forwardsByWidth }) => {
            const own = forwardsByWidth.find(({ tokens }) => tokens === width);
            return html`<td>${own ? cell(own) : noNumber}</td>`;
          })}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function pairTimes(times: Times): TemplateResult {
  return html`<table>
    <caption>Proposer → verifier, with the median milliseconds of its scoring passes by number of tokens</caption>
    <thead>
      <tr>
        <th scope="col">pair</th>
        <th scope="col">proposed</th>
        <th scope="col">accepted</th>
        <th scope="col">scores</th>
        <th scope="col">ms a score</th>
      </tr>
    </thead>
    <tbody>
      ${times.pairs.map(
        ({ proposer, verifier, proposals, acceptanceRate, forwards, forwardsByWidth }) => html`<tr>
          <th scope="row">
            <span class="pair">${badge(times, proposerIndex(proposer, times.members))} → ${badge(times, verifier)}</span>
          </th>
          <td>${proposals}</td>
          <td>${percentText(acceptanceRate)}</td>
          <td>${forwards}</td>
          <td>
            ${forwardsByWidth.map(
              ({ tokens, medianMs }, index) =>
                html`${index > 0 ? ', ' : ''}<span class="width">${tokens}: ${decimalText(medianMs, 1)}</span>`,
            )}
          </td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function badge({ members }: Times, member: number): TemplateResult {
  const { letter, name } = members[member];
  return html`<span class="badge ${memberClass(member)}">${letter}</span
    ><span class="visually-hidden">${name}</span>`;
}
