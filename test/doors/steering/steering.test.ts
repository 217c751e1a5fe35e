import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { describeSteering, readContainerSteering, readSteering } from '../../../src/doors/steering/read-steering.ts'
import { epochMillis, isoSeconds, ValidationError } from '../../../src/model/index.ts'
import { fc } from '../../fast-check.ts'

const NOW = epochMillis(Date.parse('2026-03-02T09:00:00Z'))

const REFUSED: readonly (readonly [rule: string, sent: unknown, says: RegExp])[] = [
  ['nothing', undefined, /expected object/],
  ['a list', [], /expected object/],
  ['a text', 'rotation', /expected object/],
  [
    'a member that there is not',
    { latencyMs: 5, zzzzzzzz: 1 },
    /zzzzzzzz: is no member here; there is connections, httpEndpoint/,
  ],
  ['a misspelt member', { httpToken: 'optional' }, /^httpToken: is no member here; did you mean httpTokens\?$/],
  ['a misspelt member of a fault', { faults: [{ latency: 5 }] }, /^faults\.0\.latency: .*; did you mean latencyMs\?/],
  ['another spelling of a value', { httpTokens: 'Optional' }, /^httpTokens: .*"optional"\|"required"/],
  ['a number as text', { hops: '2' }, /^hops: .*expected number/],
  ['no hops', { hops: 0 }, /^hops: .*>=1/],
  ['more hops than there can be', { hops: 65 }, /^hops: .*<=64/],
  ['half a hop', { httpPutResponseHopLimit: 1.5 }, /^httpPutResponseHopLimit: .*int/],
  ['a hop limit of 65', { httpPutResponseHopLimit: 65 }, /<=64/],
  ['negative latency', { faults: [{ latencyMs: -1 }] }, /^faults\.0\.latencyMs: .*>=0/],
  ['a latency beyond a minute', { faults: [{ latencyMs: 60_001 }] }, /<=60000/],
  ['a latency that is no number', { faults: [{ latencyMs: Number.NaN }] }, /^faults\.0\.latencyMs: /],
  ['a fault for no request', { faults: [{ answer: 503, times: 0 }] }, /^faults\.0\.times: .*>=1/],
  ['a fault for more requests than there will be', { faults: [{ answer: 503, times: 1e9 }] }, /<=1000000/],
  ['a fault that does nothing', { faults: [{ path: 'meta-data' }] }, /needs latencyMs or answer/],
  [
    'a status that is no refusal',
    { faults: [{ answer: 200 }] },
    /^faults\.0\.answer: must be 400, .*"reset", "none" or "stall"/,
  ],
  ['a status that EC2 does not send', { faults: [{ answer: 418 }] }, /^faults\.0\.answer: must be 400/],
  ['an ending that there is not', { faults: [{ answer: 'crash' }] }, /^faults\.0\.answer: must be 400/],
  [
    'a fault for a path with a version',
    { faults: [{ path: 'latest/api/token', answer: 403 }] },
    /leave out the version/,
  ],
  ['too many faults', { faults: Array(21).fill({ answer: 503 }) }, /^faults: .*<=20/],
  ['a rate of none', { faults: [{ answer: 503, perSecond: 0 }] }, /^faults\.0\.perSecond: .*>=1/],
  ['a rate that is no number', { faults: [{ answer: 503, perSecond: '5' }] }, /^faults\.0\.perSecond: .*number/],
  ['a rate beyond any', { faults: [{ answer: 503, perSecond: 1001 }] }, /<=1000/],
  ['a rate alone, which does nothing', { faults: [{ perSecond: 5 }] }, /needs latencyMs or answer/],
  ['connections in another way', { connections: 'closed' }, /^connections: .*"refused"/],
  ['a document that there is not', { document: 'stale' }, /^document: must be expired, .* or \{"failed": CODE\}$/],
  ['a document with a code of two words', { document: { failed: 'Not Found' } }, /^document\.failed: must be a code/],
  ['credentials that are good for no time', { lifetime: 'PT0S' }, /^lifetime: must be between PT1S and PT36H$/],
  ['credentials that rotate after a week', { rotateAfter: 'P7D' }, /^rotateAfter: must be between/],
  ['a method that there is not', { faults: [{ method: 'FETCH', answer: 503 }] }, /^faults\.0\.method: .*"GET"/],
  ['a tag that cannot be served', { tags: { 'a b': '' } }, /^tags\.a b: must be a key of letters/],
  ['a tag by a name of the language', JSON.parse('{"tags":{"__proto__":""}}'), /^tags\.__proto__: cannot be a tag/],
  ['rotation in another way', { rotation: 'fast' }, /^rotation: .*"stopped"/],
  [
    'a duration with a sign',
    { spotInterruption: { action: 'stop', in: '-PT2M' } },
    /^spotInterruption\.in: .*duration/,
  ],
  ['a duration in words', { rebalance: { in: '2 minutes' } }, /^rebalance\.in: .*duration/],
  ['an instant without a zone', { rebalance: { at: '2026-03-02T09:00:00' } }, /^rebalance\.at: .*instant/],
  ['a day that there is not', { rebalance: { at: '2026-02-31T25:00:00Z' } }, /^rebalance\.at: .*instant/],
  ['two times for one thing', { rebalance: { in: 'PT1M', at: '2026-03-02T09:00:00Z' } }, /takes in or at, not both/],
  ['an interruption without an action', { spotInterruption: {} }, /^spotInterruption\.action: /],
  ['an event of another kind', { maintenanceEvents: [{ code: 'reboot' }] }, /^maintenanceEvents\.0\.code: /],
  ['an event of two lines', { maintenanceEvents: [{ code: 'system-reboot', description: 'a\nb' }] }, /one line/],
  ['a state with a newline', { lifecycle: [{ state: 'Terminated\n' }] }, /^lifecycle\.0\.state: .*"Terminated"/],
  ['a member by a name of the language', JSON.parse('{"__proto__":{"hops":2}}'), /^__proto__: is no member here/],
  [
    'a path by a name of the language',
    JSON.parse('{"metadata":{"__proto__":"x","meta-data/x":"y"}}'),
    /^metadata\.__proto__: must be below meta-data/,
  ],
  ['a value that is no text', { metadata: { 'meta-data/x': 1 } }, /^metadata\.meta-data\/x: .*string/],
  ['a value without end', { metadata: { 'meta-data/x': 'x'.repeat(65_537) } }, /<=65536/],
]

const CLIMBING = [
  ...['meta-data/../x', '../meta-data', 'meta-data/..', 'meta-data/./x', '..', '.', './meta-data'],
  ...['/meta-data', 'meta-data/', 'meta-data//x', '', '/', 'meta-data/%2e%2e/x', 'meta-data\\..\\x', 'meta-data/x?y'],
  ...['meta-data/x#y', 'meta-data/\u0000', 'meta-data/x\n', `meta-data/${'x'.repeat(256)}`],
]

describe('an instance is not steered with', () => {
  for (const [rule, sent, says] of REFUSED) {
    test(rule, () => {
      assert.throws(
        () => readSteering(sent, NOW),
        (error: unknown) => error instanceof ValidationError && says.test(error.message),
      )
    })
  }

  for (const path of CLIMBING) {
    test(`the path ${JSON.stringify(path.slice(0, 40))}`, () => {
      assert.throws(() => readSteering({ faults: [{ path, answer: 503 }] }, NOW), ValidationError)
      assert.throws(() => readSteering({ metadata: { [path]: 'x' } }, NOW), ValidationError)
    })
  }

  for (const path of ['api/token', 'user-data/x', 'meta-data', 'dynamic', 'latest/meta-data/x', 'toString']) {
    test(`a value for ${path}, which is none of the tree`, () => {
      assert.throws(() => readSteering(JSON.parse(`{"metadata":{"${path}":"x"}}`), NOW), /metadata\..*must be below/)
    })
  }

  test('a member that only instances take is none of a container, and nothing is offered that it does not take', () => {
    assert.throws(
      () => readContainerSteering({ connections: 'refused' }),
      /^(?:\w+: )?connections: is no member here; there is rotation, lifetime, rotateAfter, faults, document$/,
    )
    assert.throws(
      () => readContainerSteering({ rotations: 'stopped' }),
      /rotations: is no member here; did you mean rotation\?$/,
    )
  })

  test('__proto__, which is a member like any other that there is not', () => {
    assert.throws(() => readSteering(JSON.parse('{"__proto__":{"hops":2}}'), NOW), /__proto__: is no member here/)
  })

  test('many mistakes, of which it names a bounded number', () => {
    const sent = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`${'m'.repeat(200)}${index}`, 1]))
    assert.throws(
      () => readSteering(sent, NOW),
      (error: unknown) =>
        error instanceof ValidationError && error.message.length < 8000 && /; and 480 more$/.test(error.message),
    )
  })
})

test('whatever is sent is read or refused with a ValidationError', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom('faults', 'metadata', 'lifecycle', 'rebalance', 'hops'),
      (value, name) => {
        for (const sent of [value, { [name]: value }, { [name]: [value] }]) {
          try {
            readSteering(sent, NOW)
          } catch (error) {
            assert.ok(error instanceof ValidationError)
          }
        }
      },
    ),
  )
})

test('what is left out stays as it is, and null is as usual', () => {
  assert.deepEqual(readSteering({}, NOW), {})
  assert.deepEqual(readSteering({ hops: null, faults: null, rebalance: null, metadata: null }, NOW), {
    hops: undefined,
    faults: undefined,
    rebalanceNoticeTime: undefined,
    metadata: undefined,
  })
})

test('the beginning of time is a time', () => {
  const steering = readSteering({ rebalance: { at: '1970-01-01T00:00:00Z' } }, NOW)
  assert.deepEqual(describeSteering(steering)['rebalance'], { at: '1970-01-01T00:00:00Z' })
})

test('an interruption comes after the two minutes of its notice, and hibernation at once', () => {
  const time = (sent: object) => readSteering({ spotInterruption: sent }, NOW).spotInterruption?.time
  assert.equal(time({ action: 'terminate' }), NOW + 120_000)
  assert.equal(time({ action: 'hibernate' }), NOW)
  assert.equal(time({ action: 'stop', in: 'PT1H' }), NOW + 3_600_000)
  assert.equal(time({ action: 'stop', at: '2026-03-02T10:00:00Z' }), NOW + 3_600_000)
})

test('what is far off does not lead past the years that a date can name', () => {
  const { rebalanceNoticeTime } = readSteering({ rebalance: { in: 'P999999DT999999999H' } }, NOW)
  assert.equal(rebalanceNoticeTime && isoSeconds(rebalanceNoticeTime), '9999-01-01T00:00:00Z')
})

test('what is shown can be sent again, and says the same', () => {
  const sent = {
    httpTokens: 'optional',
    connections: 'refused',
    faults: [{ path: 'api/token', latencyMs: 5, answer: 'reset', perSecond: 2, times: 2 }, { answer: 'stall' }],
    spotInterruption: { action: 'stop', in: 'PT1H' },
    rebalance: {},
    maintenanceEvents: [{ code: 'system-reboot', in: 'P1D' }],
    lifecycle: [{ state: 'Terminated', in: 'PT5M' }, { state: 'InService' }],
    metadata: { 'meta-data/ami-id': null, 'user-data': 'x' },
  }
  const read = readSteering(sent, NOW)
  const shown = JSON.parse(JSON.stringify(describeSteering(read)))
  assert.deepEqual(readSteering(shown, epochMillis(NOW + 5)), read)
  assert.deepEqual(shown.lifecycle, [
    { state: 'InService', at: '2026-03-02T09:00:00Z' },
    { state: 'Terminated', at: '2026-03-02T09:05:00Z' },
  ])
})
