import { version } from '../../package.json';

/** Version of this engine. */
export const engineVersion: string = version;
