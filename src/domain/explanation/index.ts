/**
 * From the trace of a decision to words: one line that says why, a tree of everything that was considered, and what
 * would have to change. What is kept of a refusal, the sealed reference to it, and which side may see what of it. The
 * words for a trace show values as they are: whoever may not see them must not be shown those. @module
 */
export { changesFor } from './changes.ts'
export { claimPitfalls } from './claim-pitfalls.ts'
export { changesForChecks, describeChecks, summarizeChecks } from './describe-checks.ts'
export { describeTrace } from './describe-trace.ts'
export { findReferred, findRequest } from './find-kept.ts'
export { type KeptTrace, keepTrace } from './keep-trace.ts'
export { type CarriedKey, type KeptExplanation, readExplanation, writeExplanation } from './kept-explanation.ts'
export { maskPersonalTrace } from './mask-personal.ts'
export { openReference, sealReference } from './reference.ts'
export { summarizeTrace } from './summarize-trace.ts'
export { type ExplanationView, sideOf, viewFor } from './view-for.ts'
export type { Asked } from './words.ts'
