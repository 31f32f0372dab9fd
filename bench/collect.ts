import {
  boundOf,
  growthAt,
  isSteady,
  placeText,
  plainTokensPerSecond,
  speedUpText,
  tellingModel,
} from '../src/measure/conclusions.ts';
import {
  type MeasuredBackend,
  type MeasuredHost,
  type MeasuredMethod,
  type Measurement,
  readMeasurement,
} from '../src/measure/measurement.ts';
import { backendNames } from '../src/measure/names.ts';
import { measuredSpeedUp } from '../src/speed/speed-up.ts';

/** A file that "Measure this device" has saved. */
export interface SavedFile {
  readonly name: string;
  readonly text: string;
}

export interface Collected {
  /** A table with a row per device and backend; the empty string without a readable file. */
  readonly markdown: string;
  /** Why files were left out, each with its name. */
  readonly refused: readonly string[];
}

/** Makes one table of many devices. */
export function collect(files: readonly SavedFile[]): Collected {
  const refused: string[] = [];
  const read: Measurement[] = [];
  for (const { name, text } of files) {
    try {
      read.push(readMeasurement(text));
    } catch (error) {
      refused.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { markdown: read.length === 0 ? '' : tableOf(read), refused };
}

const header = `| device | backend | model | t(2) ÷ t(1) | t(5) ÷ t(1) | t(9) ÷ t(1) | bound by | plain tokens/s | speculative | taking turns |
|---|---|---|---|---|---|---|---|---|---|
`;

function tableOf(measurements: readonly Measurement[]): string {
  const rows = measurements.flatMap(({ backends, ...rest }) =>
    backends.flatMap((one) => (one.outcome === 'measured' ? [rowOf(rest, one)] : [])),
  );
  const missing = measurements.flatMap(({ backends, ...rest }) =>
    backends.flatMap((one) =>
      one.outcome === 'unavailable'
        ? [`- ${plain(deviceText(rest))}: no ${backendNames[one.backend]}, because ${plain(one.reason)}`]
        : [],
    ),
  );
  return `${header}${rows.join('\n')}\n
Speed-ups are over plain decoding, and over asking every model for every token: median of pairs (smallest–largest), and
whether the middle half of them lies on one side of 1.
${missing.length > 0 ? `\n${missing.join('\n')}\n` : ''}`;
}

type Device = Omit<Measurement, 'backends'>;

function rowOf(device: Device, measured: MeasuredBackend): string {
  const model = tellingModel(measured);
  const ratio = (tokens: number): string => (model && growthAt(model, tokens)?.toFixed(2)) || '–';
  const speedUp = (kind: MeasuredMethod['kind']): string =>
    speedUpText(measuredSpeedUp(measured.methods.find((method) => method.kind === kind)?.pairs ?? []));
  const cells = [
    deviceText(device),
    placeText(measured, 'in software'),
    model?.title ?? '–',
    ...[2, 5, 9].map(ratio),
    (model && (isSteady(model) ? boundOf(model) : 'open')) ?? '–',
    plainTokensPerSecond(measured)?.toFixed(1) ?? '–',
    speedUp('speculative'),
    speedUp('turns'),
  ];
  return `| ${cells.map(plain).join(' | ')} |`;
}

/** "Pixel 7, Android 14, 8 cores, Google Chrome 156 (2026-11-29)" */
function deviceText({ host, createdAt }: Device): string {
  const { model, platform, platformVersion, architecture, cores } = host;
  const parts = [
    model,
    [platform, platformVersion, architecture].filter(Boolean).join(' '),
    cores === null ? null : `${cores} cores`,
    browserText(host),
  ];
  return `${parts.filter(Boolean).join(', ')} (${createdAt.slice(0, 10)})`;
}

/** Browsers name their engine, too, and one that is none, so that nobody relies on the list. */
function browserText({ brands, userAgent }: MeasuredHost): string {
  const real = brands.filter(({ brand }) => !/^\W*not\W*a\W*brand/i.test(brand));
  const named = real.find(({ brand }) => brand !== 'Chromium') ?? real[0];
  if (named) return `${named.brand} ${named.version.split('.')[0]}`;
  const { product, version } =
    /\b(?<product>Firefox|Chrome|Node\.js)\/(?<version>\d+)/.exec(userAgent)?.groups ??
    /Version\/(?<version>\d+).*(?<product>Safari)/.exec(userAgent)?.groups ??
    {};
  return product && version ? `${product} ${version}` : 'an unknown browser';
}

/** Files come from anywhere: nothing in them may break out of a cell, or be markup. */
const plain = (text: string): string => text.replaceAll(/[|\\`<>[\]*_\r\n]+/g, ' ').trim();
