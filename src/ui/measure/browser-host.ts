import type { MeasuredHost } from '../../measure/measurement.ts';

/** https://developer.mozilla.org/docs/Web/API/NavigatorUAData; Chromium's browsers have it. */
interface UserAgentData {
  readonly brands: readonly { readonly brand: string; readonly version: string }[];
  readonly platform: string;
  getHighEntropyValues(hints: readonly string[]): Promise<{
    readonly fullVersionList?: UserAgentData['brands'];
    readonly platformVersion?: string;
    readonly architecture?: string;
    readonly model?: string;
  }>;
}

/** What this browser tells of itself and of the machine. */
export async function browserHost(): Promise<MeasuredHost> {
  const { userAgent, platform, hardwareConcurrency, deviceMemory, userAgentData } = navigator as Navigator & {
    readonly deviceMemory?: number;
    readonly userAgentData?: UserAgentData;
  };
  const hints = ['fullVersionList', 'platformVersion', 'architecture', 'model'] as const;
  const told = await userAgentData?.getHighEntropyValues(hints).catch(() => null);
  return {
    userAgent,
    brands: (told?.fullVersionList ?? userAgentData?.brands ?? []).map(({ brand, version }) => ({
      ...{ brand, version },
    })),
    platform: userAgentData?.platform || platform,
    platformVersion: told?.platformVersion || null,
    architecture: told?.architecture || null,
    model: told?.model || null,
    cores: hardwareConcurrency || null,
    memoryGiB: deviceMemory ?? null,
  };
}
