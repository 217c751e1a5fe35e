import { PADDED_KINDS } from '../elements.ts'
import { ARN_COLONS } from '../matching/text-test.ts'
import { quote } from './finding.ts'
import type { StatementCheck } from './policy-view.ts'

/** Whether a text has the form of a region's name. @see https://docs.aws.amazon.com/general/latest/gr/rande.html */
export function looksLikeRegion(text: string): boolean {
  return /^[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}$/.test(text)
}

const OPEN = /[*?]|\$\{/

const arns: StatementCheck = ({ resource }, report, { kind }) => {
  for (const text of resource?.texts ?? []) {
    const [prefix, , service = '', region = '', account = '', path] = text.value.split(':', ARN_COLONS + 1)
    if (prefix !== 'arn') continue
    const what = quote(text.value)
    if (/[A-Z]/.test(service)) {
      const why = `The service in ${what} has capitals, and services are compared as written: use lower case.`
      report('ERROR', 'INVALID_ARN_SERVICE_CASE', why, text)
    }
    if (path === undefined) {
      // An ARN that skips parts besides is refused.
      if (!PADDED_KINDS.has(kind) || text.value.endsWith('*') || text.value.includes('::')) continue
      const why = `${what} stops early and stands for everything that begins so: end it in * or complete it.`
      report('WARNING', 'arn-stops-early', why, text)
      continue
    }
    if (region !== '' && !OPEN.test(region) && !looksLikeRegion(region)) {
      report('ERROR', 'INVALID_ARN_REGION', `${what} names no region where the region stands: correct it.`, text)
    }
    if (account !== '' && account !== 'aws' && !OPEN.test(account) && !/^[0-9]{12}$/.test(account)) {
      report('ERROR', 'INVALID_ARN_ACCOUNT', `The account in ${what} is not of 12 digits: correct it.`, text)
    } else if (service === 's3' && region === '' && account !== '' && !path.startsWith('accesspoint/')) {
      const why = `Buckets have no account in their ARNs, so ${what} matches none: leave the account empty.`
      report('ERROR', 'ARN_ACCOUNT_NOT_ALLOWED', why, text)
    }
  }
}

/** Parts of resource ARNs. */
export const resourceChecks: readonly StatementCheck[] = [arns]
