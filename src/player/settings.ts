import type { ComplexAttributeConverter, PropertyDeclarations } from 'lit';
import type { PlayerSettings } from './player-api.ts';

/** An attribute that is there and holds no number is NaN, which the request's schema refuses by name. */
const number: ComplexAttributeConverter<number | null> = {
  fromAttribute: (text) => {
    if (text === null) return null;
    return text.trim() === '' ? Number.NaN : Number(text);
  },
};

const text: ComplexAttributeConverter<string | null> = { fromAttribute: (value) => value };

/** Lists and objects that were given as properties have no attribute. */
const textOrList: ComplexAttributeConverter = {
  ...text,
  toAttribute: (value) => (typeof value === 'string' || typeof value === 'number' ? String(value) : null),
};

type Kind = { readonly converter: ComplexAttributeConverter } | { readonly type: typeof Boolean };

const kinds: Readonly<Record<keyof PlayerSettings, Kind>> = {
  prompt: { converter: text },
  method: { converter: text },
  members: { converter: textOrList },
  combine: { converter: text },
  weights: { converter: textOrList },
  mu: { converter: number },
  alpha: { converter: number },
  combineUrl: { converter: text },
  schedule: { converter: text },
  acceptance: { converter: text },
  leniency: { converter: number },
  epsilon: { converter: number },
  delta: { converter: number },
  defaultProposer: { converter: number },
  draftLength: { converter: textOrList },
  seed: { converter: number },
  maxTokens: { converter: number },
  temperature: { converter: number },
  topK: { converter: number },
  topP: { converter: number },
  minP: { converter: number },
  stopStrings: { converter: textOrList },
  modelsUrl: { converter: text },
  catalogueUrl: { converter: text },
  backend: { converter: text },
  views: { converter: text },
  autoplay: { type: Boolean },
};

export type SettingName = keyof PlayerSettings;

export const settingNames = Object.keys(kinds) as SettingName[];

/** `maxTokens` -> `max-tokens`. */
export function attributeName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** All settings as Lit declares properties: each also an attribute, in both directions, unless it has its default. */
export const settingDeclarations: PropertyDeclarations = Object.fromEntries(
  settingNames.map((name) => [
    name,
    { ...kinds[name], attribute: attributeName(name), reflect: true, useDefault: true },
  ]),
);

/** Settings of an element without attributes. */
export function initialSettings(): PlayerSettings {
  const nothing = Object.fromEntries(settingNames.map((name) => [name, null]));
  return { ...(nothing as unknown as PlayerSettings), prompt: '', autoplay: false };
}
