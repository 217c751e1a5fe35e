import { ValidationError } from '../../model/index.ts'
import { type ApplyDirectoryInput, membersOf } from '../broker/index.ts'
import { DirectoryFileError, readDirectoryObject } from './directory-source.ts'

const SHAPE =
  'Send {"directory": {"Accounts": []}, "prune": false, "dryRun": false}: a directory in the shape of a directory file.'

/** Reads the input of `rolecall:ApplyDirectory` as it comes through the operator's door. @throws {@link ValidationError} */
export function readApplyDirectory(value: unknown): ApplyDirectoryInput {
  const { directory, prune = false, dryRun = false } = membersOf(value, ['directory', 'prune', 'dryRun'], SHAPE)
  if (directory === undefined || typeof prune !== 'boolean' || typeof dryRun !== 'boolean') {
    throw new ValidationError(SHAPE)
  }
  try {
    return { desired: readDirectoryObject(directory).desired, prune, dryRun }
  } catch (error) {
    throw error instanceof DirectoryFileError ? new ValidationError(error.message) : error
  }
}
