/** The npm package's front door: what a page's program gets from `import … from 'antiphon'`. */
export * from './antiphon-common.ts';
export { connect } from './openai/connect-with-openai.ts';
export type { ConnectOptions } from './rpc/connect.ts';
