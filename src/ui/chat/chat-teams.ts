import type { StoredModel } from '../../engine/engine-api.ts';
import { sizeText } from '../../errors/byte-text.ts';
import { automaticDtype, type Device, deviceFit } from '../page/catalogue/device-fit.ts';
import type { Family, FamilyModel, Team, TeamCatalogue } from '../page/catalogue/team-catalogue.ts';
import { type ModelSource, modelAt } from './model-source.ts';

/** Models that answer together: one decides, and a smaller one, or a look-up in the text, runs ahead of it. */
export interface ChatTeam {
  readonly team: Team;
  /** With the models as `load` takes them. */
  readonly family: Family;
  /** Of the team, the one that decides first. */
  readonly models: readonly FamilyModel[];
}

/** The catalogue's teams for a chat, in its order. */
export function chatTeams({ families }: TeamCatalogue, source: ModelSource): readonly ChatTeam[] {
  return families.flatMap((listed) => {
    const family = at(source, listed);
    return family.teams.flatMap((team) => {
      const models = team.members.flatMap(
        ({ model }) => family.models.find((one) => one.model === model) ?? [],
      );
      const canChat = models.every(({ roles }) => roles.includes('chat'));
      return team.method !== 'collaborative' && canChat ? [{ team, family, models }] : [];
    });
  });
}

function at(source: ModelSource, family: Family): Family {
  const rename = <Named extends { readonly model: string }>(one: Named): Named => ({
    ...one,
    model: modelAt(source, one.model),
  });
  return {
    ...family,
    models: family.models.map(rename),
    teams: family.teams.map((team) => ({ ...team, members: team.members.map(rename) }) as Team),
  };
}

/** The first that fits; the smallest where none does. */
export function suggestedTeam(teams: readonly ChatTeam[], device: Device): ChatTeam | undefined {
  const fitOf = (one: ChatTeam) => teamFit(one, device);
  const bySize = [...teams].sort((one, other) => fitOf(one).totalBytes - fitOf(other).totalBytes);
  return teams.find((one) => fitOf(one).fits) ?? bySize[0];
}

export function teamFit({ models }: ChatTeam, device: Device): ReturnType<typeof deviceFit> {
  return deviceFit(
    models.map((model) => ({ model, dtype: automaticDtype(model, device) })),
    device,
  );
}

/** What of a team is still to come, and what this browser has. */
export interface TeamDownload {
  readonly leftBytes: number;
  readonly storedBytes: number;
}

export function teamDownload(
  { models }: ChatTeam,
  device: Device,
  stored: readonly StoredModel[],
): TeamDownload {
  let [leftBytes, storedBytes] = [0, 0];
  for (const model of models) {
    const dtype = automaticDtype(model, device);
    const wholeBytes = model.weights.find((one) => one.dtype === dtype)?.bytes ?? 0;
    const there = stored.find(({ id }) => id === model.model);
    storedBytes += there?.bytes ?? 0;
    leftBytes += there?.complete ? 0 : Math.max(0, wholeBytes - (there?.bytes ?? 0));
  }
  return { leftBytes, storedBytes };
}

/** @param withoutGpuBytes to download if the graphics card turns out to be of no use */
export function downloadText({ leftBytes, storedBytes }: TeamDownload, withoutGpuBytes = leftBytes): string {
  if (leftBytes === 0) return 'Stored on this device: nothing to download.';
  const otherwise =
    withoutGpuBytes > leftBytes ? ` (${sizeText(withoutGpuBytes)} if the graphics card cannot be used)` : '';
  const left = `about ${sizeText(leftBytes)}${otherwise}`;
  if (storedBytes > 0) return `Still to download: ${left}; ${sizeText(storedBytes)} are here already.`;
  return `Downloads ${left} once. The browser keeps it for the next visit.`;
}
