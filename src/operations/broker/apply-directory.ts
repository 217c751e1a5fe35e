import {
  type DesiredDirectory,
  type Difference,
  type DirectoryPlan,
  planDirectory,
} from '../../domain/directory/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'

/** What a directory is to hold, and how far that goes. */
export interface ApplyDirectoryInput {
  readonly desired: DesiredDirectory
  /** Deletes what is in the accounts that are listed, and is not listed itself. Accounts are never deleted. */
  readonly prune: boolean
  /** Says what would change, and changes nothing. */
  readonly dryRun: boolean
}

/** What changed, or would change. */
export interface AppliedDirectory {
  /** False when nothing was changed: it was a dry run, or everything is as it is desired. */
  readonly applied: boolean
  /** In the order of the file. An access key that does not exist yet has no id in a dry run. */
  readonly changes: readonly Difference[]
  /** What the changes lead to that nobody may have meant. */
  readonly warnings: readonly string[]
}

/** What one record keeps of a large directory. */
const MOST_RECORDED = 100

/**
 * Makes the directory hold what is desired: creates and replaces what is listed, keeps the rest unless it is told to
 * prune. All of it or nothing; doing it again changes nothing.
 * @throws `DirectoryMistakes` with everything that is wrong
 * @throws `ConcurrentModification` when others keep changing the directory in between
 */
export const applyDirectory = defineOperatorOperation<ApplyDirectoryInput, AppliedDirectory>({
  action: 'rolecall:ApplyDirectory',
  grants: true,
  requires: () => [{ action: 'rolecall:ApplyDirectory', resource: '*' }],

  async perform({ input: { desired, prune, dryRun }, facts }, { directory, keyring, random }, recordFirst) {
    const unlisted = prune ? 'pruned' : 'kept'
    const plan = () => planDirectory(desired, { directory, keyring, random, now: facts.now, unlisted })
    if (dryRun) {
      const { differences, inventedKeys, warnings } = await plan()
      const changes = differences.map((difference) => withoutInvented(difference, inventedKeys))
      return { applied: false, changes, warnings }
    }
    return applied(await directory.change(plan, (planned) => recordFirst(applied(planned))))
  },

  details: ({ desired, prune, dryRun }, output) => ({
    requestParameters: { accounts: desired.Accounts.slice(0, MOST_RECORDED).map(({ Id }) => Id), prune, dryRun },
    responseElements: output && {
      applied: output.applied,
      count: output.changes.length,
      changes: output.changes.slice(0, MOST_RECORDED),
    },
  }),
})

function applied({ changes, differences, warnings }: DirectoryPlan): AppliedDirectory {
  return { applied: changes.length > 0, changes: differences, warnings }
}

/** Without the id of a key that nobody will ever have. */
function withoutInvented(difference: Difference, inventedKeys: ReadonlySet<string>): Difference {
  const { accessKeyId, ...rest } = difference
  return accessKeyId !== undefined && inventedKeys.has(accessKeyId) ? rest : difference
}
