import { type ConditionTrace, GITHUB, readOidcKey, type StatementTrace } from '../../engines/policy/index.ts'
import { foldCase, quoted } from '../../model/index.ts'
import type { KeptLayer } from './keep-trace.ts'
import { plain } from './words.ts'

/** The parts of a subject of GitHub: owner and repository, each perhaps with its number, and what the job is for. */
const GITHUB_SUBJECT = /^repo:([^/:]+)\/([^:]+):(.+)$/
const NUMBERED = /@[0-9*]/
const MOST_SAID = 5

/**
 * What is often the matter where conditions on a token's claims are not met, beside what they say themselves.
 * @param provider - as `Principal` elements name it: an ARN, or the host of one that AWS knows
 */
export function claimPitfalls(
  layers: readonly Pick<KeptLayer, 'kind' | 'policies'>[],
  provider: string,
): readonly string[] {
  if (provider.startsWith('arn:') && !provider.includes(':oidc-provider/')) return []
  const url = provider.replace(/^.*:oidc-provider\//, '')
  const said = layers
    .filter(({ kind }) => kind === 'trust')
    .flatMap(({ policies }) => policies.flatMap(({ statements }) => statements))
    .filter(({ effect, failed }) => effect === 'Allow' && failed.every((part) => part === 'condition'))
    .flatMap((statement) => pitfallsOf(statement, url))
  return [...new Set(said)].slice(0, MOST_SAID)
}

function pitfallsOf({ conditions }: StatementTrace, url: string): readonly string[] {
  return conditions.filter(({ holds }) => !holds).flatMap((condition) => pitfall(condition, url) ?? [])
}

function pitfall(condition: ConditionTrace, url: string): string | undefined {
  const key = readOidcKey(foldCase(condition.key))
  if (key === undefined) return undefined
  const { operator, expected, actual } = condition
  const name = plain(condition.key)
  if (key.provider !== foldCase(url)) {
    return `${name} is of another provider: the keys of this one begin with ${plain(url)}:, a slash at its end included`
  }
  if (actual === undefined) return undefined
  const values = expected.filter((value) => value !== undefined)
  const isPlainText = /^StringEquals(?:IfExists)?$/i.test(operator)
  const wildcard = isPlainText ? values.find((value) => /[*?]/.test(value)) : undefined
  if (wildcard !== undefined)
    return `${operator} takes ${quoted(wildcard)} letter by letter: * and ? stand for others with StringLike only`
  if (key.claim === 'amr' && !/^For(?:Any|All)/i.test(operator)) {
    return `${name} is a list: ask for it with ForAnyValue:${operator}`
  }
  const [value] = actual
  if (value === undefined) return undefined
  const near = values.find((each) => plainly(each) === plainly(value))
  if (near !== undefined)
    return `${quoted(value)} and ${quoted(near)} are not the same: capitals, spaces and a slash at the end count`
  return GITHUB.test(url) && key.claim === 'sub' ? githubSubject(value, values) : undefined
}

/** Where a subject of GitHub and those that a policy asks for are not of one format. */
function githubSubject(value: string, expected: readonly string[]): string | undefined {
  const [, owner = '', repository = '', job = ''] = GITHUB_SUBJECT.exec(value) ?? []
  const asked = expected.map((each) => GITHUB_SUBJECT.exec(each)).filter((each) => each !== null)
  if (owner === '')
    return `The subject is not GitHub's own: a template of its repository or organization says what is in it`
  if (asked.length === 0)
    return 'The subjects of GitHub are like repo:OWNER/REPOSITORY:ref:refs/heads/BRANCH: no branch, path or URL alone'
  const numbered = NUMBERED.test(owner) || NUMBERED.test(repository)
  if (asked.some(([, of = '', name = '']) => (NUMBERED.test(of) || NUMBERED.test(name)) !== numbered)) {
    return numbered
      ? 'GitHub writes the numbers of owner and repository into the subjects of repositories made or renamed since July 2026: repo:OWNER@ID/REPOSITORY@ID:...; ask for that, or for :repository_id'
      : 'This repository is one whose subjects have no numbers: repo:OWNER/REPOSITORY:...'
  }
  const same = asked.find(([, of, name]) => of === owner && name === repository)
  const wanted = same?.[3]
  if (wanted === undefined || kindOfJob(wanted) === kindOfJob(job)) return undefined
  return `GitHub writes ${plain(kindOfJob(job))} here: a job with an environment has that in place of its branch, and one for a pull request has pull_request`
}

function kindOfJob(job: string): string {
  return job.startsWith('ref:refs/') ? job.split('/', 2).join('/') : (job.split(':', 1)[0] ?? '')
}

function plainly(text: string): string {
  return foldCase(text.trim()).replace(/\/$/, '')
}
