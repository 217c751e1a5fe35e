import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Sessions } from '../../../src/domain/sessions/index.ts'
import { accountId, epochMillis, PLAIN_TERMS, Violation } from '../../../src/model/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { memoryKeyRing } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { type Edit, edited, edits } from '../edits.ts'
import type { Target } from '../fuzz.ts'

/** What happens to one of the five segments of a token. */
interface SegmentChange {
  readonly segment: number
  readonly how: 'text' | 'decoded' | 'another'
  readonly changes: readonly Edit[]
}

interface Input {
  readonly token: number
  readonly segments: readonly SegmentChange[]
  readonly changes: readonly Edit[]
}

const TOKENS = 3
const SNIPPETS = [
  '.',
  '..',
  '=',
  '+',
  '/',
  '-',
  '_',
  'A',
  '\0',
  '\u00e9',
  ' ',
  '\n',
  '{"alg":"none"}',
  '"kid":"x"',
  'eyJ',
]

const inputs: fc.Arbitrary<Input> = fc.record({
  token: fc.nat(TOKENS - 1),
  segments: fc.array(
    fc.record({
      segment: fc.nat(4),
      how: fc.constantFrom('text', 'decoded', 'another'),
      changes: edits(SNIPPETS, 2),
    }),
    { maxLength: 2 },
  ),
  changes: edits(SNIPPETS, 2),
})

/** Session tokens: none opens but those that were minted. */
export const token: Target<Input> = {
  name: 'token',
  async open() {
    const keyring = memoryKeyRing({ random: systemRandom, clock: systemClock })
    const sessions = new Sessions({ keyring, random: systemRandom, cachedSessions: 2 })
    const minted = Array.from({ length: TOKENS }, () => mint(sessions))
    const textOf = ({ token: index, segments, changes }: Input): string => {
      const parts = minted[index]?.split('.') ?? []
      for (const change of segments) parts[change.segment] = changed(parts[change.segment] ?? '', change, minted)
      return edited(parts.join('.'), changes)
    }
    return {
      inputs,
      check(input) {
        const text = textOf(input)
        assert.equal(sessions.open(text) !== undefined, minted.includes(text))
      },
      show: async (input) => JSON.stringify(textOf(input)),
    }
  },
}

function changed(text: string, { segment, how, changes }: SegmentChange, minted: readonly string[]): string {
  if (how === 'text') return edited(text, changes)
  if (how === 'another') return minted[0]?.split('.')[segment] ?? ''
  const bytes = Buffer.from(text, 'base64url').toString('latin1')
  return Buffer.from(edited(bytes, changes), 'latin1').toString('base64url')
}

function mint(sessions: Sessions): string {
  const account = accountId('222222222222')
  if (account instanceof Violation) throw new Error('twelve digits are an account id')
  const { credentials } = sessions.mint({
    account,
    holder: {
      kind: 'assumed-role',
      roleName: 'Deployer',
      roleId: 'AROAQ3EGQSVYQXAMPLE00',
      sessionName: 'fuzz',
      chainDepth: 0,
    },
    issuedAt: epochMillis(1_000_000),
    lifetimeMs: 3_600_000,
    terms: PLAIN_TERMS,
  })
  return credentials.sessionToken
}
