/** The commands of the executable. Each lives in a file of its own that is loaded when it is used. @module */
export { runCli } from './run-cli.ts'
