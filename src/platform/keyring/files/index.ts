/** A key ring kept as one file per key in a folder. An adapter: only what wires a node together imports it. @module */
export { openFileKeyRing } from './open-file-key-ring.ts'
