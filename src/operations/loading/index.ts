/** Directories written down, in files or as objects: turned into operations. Changes nothing by itself. @module */
export type { DirectoryInput } from './directory-schema.ts'
export { DirectoryFileError } from './directory-source.ts'
export { directoryOf, type FirstAdmin, inventFirstAdmin } from './first-admin.ts'
export { loadDirectory, readDirectories } from './load-directory.ts'
