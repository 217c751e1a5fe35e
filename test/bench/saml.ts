import { monitorEventLoopDelay } from 'node:perf_hooks'
import { verifyResponse } from '../../src/domain/federation/saml/verify-response.ts'
import { written } from '../saml/canonical-xml.ts'
import { assertion, response, withSignature } from '../saml/saml-idp.ts'
import { ATTACKS } from '../wire/saml/attacks.ts'
import { base64, pair, type Setting, setUp } from '../wire/saml/setting.ts'
import { median, type Row, rounded } from './row.ts'

const LOGINS = 200
const NANOSECONDS_PER_MS = 1e6

/**
 * What verifying a response costs, and what the event loop has of it: while sign-ins and every document of the attack
 * table are answered, asked for on the same loop, so that what a client costs is in it, too.
 */
export async function samlRows(): Promise<readonly Row[]> {
  await using set = await setUp()
  const logins = Array.from({ length: LOGINS }, () => set.signed())
  const attacks = ATTACKS.map(({ document, params }) => {
    const made = document(set)
    return { SAMLAssertion: typeof made === 'string' ? base64(made) : made.base64, ...params }
  })
  // What is loaded once, and threads that are started.
  for (const xml of logins.splice(0, 20)) await set.exchange(xml)
  const idle = await delayWhile(() => new Promise((resolve) => setTimeout(resolve, 2000)))
  const took: number[] = []
  const busy = await delayWhile(async () => {
    for (const xml of logins) {
      const startedAt = performance.now()
      await set.exchange(xml)
      took.push(performance.now() - startedAt)
    }
    for (const params of attacks) await set.exchange('', params)
  })
  const alone = median(verifications(set))
  return [
    {
      work: 'AssumeRoleWithSAML, one after the other',
      measured: `${rounded(median(took))} ms each, of which verifying ${rounded(alone)} ms`,
      value: median(took),
      unit: 'ms',
    },
    {
      work: 'event loop delay while sign-ins and attacks are answered, p99',
      measured: `${rounded(busy.p99)} ms, at most ${rounded(busy.max)} ms; idle ${rounded(idle.p99)} and ${rounded(idle.max)} ms`,
      value: busy.p99,
      unit: 'ms',
      target: { atLeast: 5 },
    },
  ]
}

/** Beyond the interval that it is looked at in. */
async function delayWhile(work: () => Promise<unknown>): Promise<{ readonly p99: number; readonly max: number }> {
  const resolution = 1
  const delay = monitorEventLoopDelay({ resolution })
  delay.enable()
  await work()
  delay.disable()
  const beyond = (nanoseconds: number): number => Math.max(0, nanoseconds / NANOSECONDS_PER_MS - resolution)
  return { p99: beyond(delay.percentile(99)), max: beyond(delay.max) }
}

function verifications({ idp }: Setting): readonly number[] {
  return Array.from({ length: 40 }, () => {
    const xml = written(response({}, withSignature(assertion({ roles: [pair('Open')] }), idp)))
    const startedAt = performance.now()
    verifyResponse({ text: base64(xml), certificates: [idp.certificate], privateKeys: [] })
    return performance.now() - startedAt
  })
}
