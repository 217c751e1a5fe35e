/**
 * From the trace of a decision to words: one line that says why, and a tree of everything that was considered. Shows
 * values as they are: whoever may not see them must not be shown the words. @module
 */
export { describeTrace } from './describe-trace.ts'
export { summarizeTrace } from './summarize-trace.ts'
export type { Asked } from './words.ts'
