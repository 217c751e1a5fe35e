/** Directories written down, in files or as objects: turned into operations. Changes nothing by itself. @module */
export type { DirectoryInput } from './directory-schema.ts'
export { DirectoryFileError, readDirectoryObject } from './directory-source.ts'
export { loadDirectory, readDirectories } from './load-directory.ts'
export { readApplyDirectory } from './read-apply-directory.ts'
