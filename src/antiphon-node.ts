/** What a program of Node.js gets from `import … from 'antiphon/node'`. */
export * from './antiphon-common.ts';
export { connect, type NodeConnectOptions as ConnectOptions } from './node/connect.ts';
