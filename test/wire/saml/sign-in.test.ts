import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteSAMLProviderCommand, IAMClient } from '@aws-sdk/client-iam'
import { el, written } from '../../saml/canonical-xml.ts'
import { type AssertionParts, inSeconds, type ResponseParts, response, withSignature } from '../../saml/saml-idp.ts'
import { SOURCE, TARGET } from '../cast.ts'
import { Browser, begin, type Fields } from './browser.ts'
import { base64, pair, providerArn, roleArn, type Setting, setUp, trusting } from './setting.ts'

let set: Setting
before(async () => {
  set = await setUp()
})
after(() => set[Symbol.asyncDispose]())

/** A response for the one role `Open`, unless told; as it is posted. */
function signed(parts: AssertionParts = {}, around: ResponseParts = {}): Fields {
  return { SAMLResponse: base64(set.signed({ roles: [pair('Open')], ...parts }, around)) }
}

/** The same, as an answer to a request. */
function answering(request: string, parts: AssertionParts = {}): Fields {
  return signed({ confirmation: { InResponseTo: request }, ...parts }, { inResponseTo: request })
}

async function refusedWith(answer: Response, status: number, sentence: RegExp): Promise<string> {
  const page = await answer.text()
  assert.equal(answer.status, status, page)
  assert.match(page, sentence)
  assert.equal(answer.headers.get('set-cookie'), null)
  const reference = /Reference: <code>([0-9a-f-]{36})/.exec(page)?.[1] ?? ''
  assert.equal(answer.headers.get('x-amzn-requestid'), reference)
  return reference
}

async function recorded(requestId: string) {
  return (await set.broker.events()).filter(({ requestID }) => requestID === requestId)
}

/** What the operator is told of a refusal, as text. */
async function explained(requestId: string): Promise<string> {
  await sleep(1100)
  const { addresses, operatorToken } = set.broker
  const answer = await fetch(`${addresses.admin}/operations/ExplainRefusal`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${operatorToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ requestId }),
  })
  return await answer.text()
}

const NOT_SIGNED = /Response signature invalid/
const USED = /The assertion was exchanged before\. Sign in again\./
const ELSEWHERE = /This sign-in was begun in another browser/

describe('signing in by what an identity provider posts', () => {
  for (const [what, parts, sentence] of [
    ['that is for another service', { audiences: [['urn:other']] }, /does not contain the required audience/],
    ['that is old', { issueInstant: inSeconds(-600) }, /must be redeemed within 5 minutes/],
    ['of another issuer', { issuer: 'https://other.example.com' }, /Issuer not present in specified provider/],
    [
      'for roles of providers that there are not',
      { roles: [pair('Open', providerArn('gone'))] },
      /provider doesn(&#39;|')t exist/,
    ],
    ['without a role', { roles: [] }, /provider doesn(&#39;|')t exist/],
    ['that answers a request that nobody made', { confirmation: { InResponseTo: '_made-up' } }, NOT_SIGNED],
    ['that answers a handle of nothing', { confirmation: { InResponseTo: `_${'A'.repeat(43)}` } }, NOT_SIGNED],
    [
      'whose provider takes answers only',
      { roles: [pair('Begun', providerArn('only'))] },
      /answers to sign-ins that began here only/,
    ],
  ] as const) {
    test(`a response ${what} is refused in the words that the API has`, async () => {
      const answer = await new Browser(set.broker.endpoint).postFromElsewhere('/saml', signed(parts))
      await refusedWith(answer, 400, sentence)
    })
  }

  for (const [what, SAMLResponse] of [
    ['nothing', ''],
    ['what is no base64', '%%%'],
    ['no document', base64('hello')],
    ['more than the API takes', 'A'.repeat(100_001)],
  ] as const) {
    test(`${what} is refused`, async () => {
      await refusedWith(
        await new Browser(set.broker.endpoint).postFromElsewhere('/saml', { SAMLResponse }),
        400,
        /You are not signed in/,
      )
    })
  }

  test('a body that is too large is refused before it is read', async () => {
    const answer = await new Browser(set.broker.endpoint).postFromElsewhere('/saml', {
      SAMLResponse: 'A'.repeat(300_000),
    })
    assert.equal(answer.status, 413)
  })

  test('nothing is taken from an address, nor is a response that is sent as something else', async () => {
    const { SAMLResponse = '' } = signed()
    assert.equal(
      (await new Browser(set.broker.endpoint).get(`/saml?SAMLResponse=${encodeURIComponent(SAMLResponse)}`)).status,
      405,
    )
    const body = JSON.stringify({ SAMLResponse })
    const headers = { 'Content-Type': 'application/json' }
    assert.equal((await fetch(`${set.broker.endpoint}/saml`, { method: 'POST', headers, body })).status, 415)
  })

  test('the reference of a refusal is that of its record, which an administrator can have explained', async () => {
    // Of one provider's refusals within a second one is recorded.
    await sleep(1100)
    const reference = await refusedWith(
      await new Browser(set.broker.endpoint).postFromElsewhere('/saml', signed({ audiences: [['urn:other']] })),
      400,
      /required audience/,
    )
    await sleep(1100)
    const [event] = await recorded(reference)
    assert.equal(event?.eventName, 'AssumeRoleWithSAML')
    assert.equal(event?.errorCode, 'InvalidIdentityToken')
    assert.match(await explained(reference), /urn:other/)
  })

  test('one role is taken at once, and its session is the browser’s', async () => {
    const browser = new Browser(set.broker.endpoint)
    const answer = await browser.postFromElsewhere('/saml', signed())
    assert.equal(answer.status, 303, await answer.text())
    assert.equal(answer.headers.get('location'), '/console/credentials')
    assert.match(answer.headers.getSetCookie().at(-1) ?? '', /^rolecall=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
    const page = await (await browser.get('/console/credentials')).text()
    assert.match(page, /arn:aws:sts::111111111111:assumed-role\/Open\/alice/)
  })

  test('a response signs in one of two browsers that post it at once', async () => {
    const response = signed()
    const answers = await Promise.all(
      [1, 2, 3].map(() => new Browser(set.broker.endpoint).postFromElsewhere('/saml', response)),
    )
    const statuses = answers.map(({ status }) => status).sort()
    assert.deepEqual(statuses, [303, 400, 400])
    const refused = answers.find(({ status }) => status === 400)
    assert.ok(refused)
    await refusedWith(refused, 400, USED)
  })

  test('the session lasts as long as the provider says, where the role lets it', async () => {
    const attributes = { 'https://aws.amazon.com/SAML/Attributes/SessionDuration': '7200' }
    const browser = new Browser(set.broker.endpoint)
    await browser.postFromElsewhere('/saml', signed({ roles: [pair('Long')], attributes }))
    const page = await (await browser.get('/console')).text()
    const seconds = Number(/data-seconds-left="(\d+)"/.exec(page)?.[1])
    assert.ok(seconds > 7100 && seconds <= 7200, String(seconds))
    const tooLong = await new Browser(set.broker.endpoint).postFromElsewhere('/saml', signed({ attributes }))
    await refusedWith(tooLong, 400, /exceeds the MaxSessionDuration set for this role/)
  })
})

describe('choosing one of several roles', () => {
  const roles = [pair('Open'), pair('Bare'), pair('Pinned')]

  test('the page is what tools read that sign in for people', async () => {
    const { SAMLResponse = '' } = signed({ roles })
    const answer = await new Browser(set.broker.endpoint).postFromElsewhere('/saml', {
      SAMLResponse,
      RelayState: '/console',
    })
    const page = await answer.text()
    assert.equal(answer.status, 200)
    assert.match(page, /<form id="saml_form" class="picker" method="post" action="\/saml"/)
    assert.match(page, /<fieldset><legend[^>]*>Roles<\/legend><div class="saml-account"/)
    assert.match(page, /<div class="saml-account-name">Account: source \(111111111111\)<\/div>/)
    for (const name of ['Open', 'Bare', 'Pinned']) {
      const arn = roleArn(name)
      assert.ok(
        page.includes(`<input class="saml-radio" type="radio" name="roleIndex" id="${arn}" value="${arn}"`),
        page,
      )
      assert.ok(page.includes(`<label class="saml-role-description" for="${arn}">${name}</label>`))
    }
    assert.ok(page.includes(`name="SAMLResponse" value="${SAMLResponse}"`))
    assert.ok(page.includes('name="RelayState" value="/console"'))
    assert.ok(page.includes('name="portal"'))
    assert.doesNotMatch(page, /data-sends-itself|checked/)
  })

  test('no other site can frame it, and nothing in it runs', async () => {
    const { headers } = await new Browser(set.broker.endpoint).postFromElsewhere('/saml', signed({ roles }))
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/)
    assert.equal(headers.get('x-frame-options'), 'DENY')
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal(headers.get('referrer-policy'), 'same-origin')
  })

  test('a role that is chosen is the session’s; the same one is not had twice, by whoever posts it', async () => {
    const response = signed({ roles })
    const chosen = { ...response, roleIndex: roleArn('Bare') }
    const browser = new Browser(set.broker.endpoint)
    assert.equal((await browser.postFromElsewhere('/saml', response)).status, 200)
    assert.equal((await browser.post('/saml', chosen)).headers.get('location'), '/console/credentials')
    assert.match(await (await browser.get('/console')).text(), /assumed-role\/Bare\/alice/)
    await refusedWith(await browser.post('/saml', chosen), 400, USED)
    await refusedWith(await new Browser(set.broker.endpoint).postFromElsewhere('/saml', chosen), 400, USED)
  })

  for (const [what, roleIndex, status, sentence] of [
    ['the assertion is not for', roleArn('Long'), 403, /Not authorized to perform sts:AssumeRoleWithSAML/],
    ['of another account', roleArn('Open', TARGET), 400, /provider doesn(&#39;|')t exist/],
    ['that there is not', roleArn('Absent'), 403, /Not authorized to perform sts:AssumeRoleWithSAML/],
    ['that is no ARN', '<script>alert(1)</script>', 400, /RoleArn|roleArn|Request ARN is invalid/],
    ['that is nothing', '', 400, /roleArn|RoleArn|invalid/],
    ['whose trust policy says no', roleArn('Pinned'), 403, /Not authorized to perform sts:AssumeRoleWithSAML/],
  ] as const) {
    test(`a role ${what} is refused`, async () => {
      const page = await new Browser(set.broker.endpoint).post('/saml', { ...signed({ roles }), roleIndex })
      const text = await page.clone().text()
      assert.ok(!text.includes('<script>alert'))
      await refusedWith(page, status, sentence)
    })
  }

  test('a refused choice can be explained by its reference', async () => {
    await sleep(1100)
    const answer = await new Browser(set.broker.endpoint).post('/saml', {
      ...signed({ roles }),
      roleIndex: roleArn('Pinned'),
    })
    const reference = await refusedWith(answer, 403, /Not authorized/)
    assert.match(await explained(reference), /saml:aud/)
  })

  test('whoever waits too long with the choice signs in again', async () => {
    const response = signed({ roles, issueInstant: inSeconds(-358) })
    assert.equal((await new Browser(set.broker.endpoint).postFromElsewhere('/saml', response)).status, 200)
    await sleep(2500)
    const late = await new Browser(set.broker.endpoint).post('/saml', { ...response, roleIndex: roleArn('Bare') })
    await refusedWith(late, 400, /must be redeemed within 5 minutes/)
  })

  test('names that would be markup are text, and roles that cannot be are not offered', async () => {
    const evil = ['x"><script>alert(1)</script>', "x' onclick='alert(1)", 'x\u202Egnp', '</label>']
    const named = evil.map((name) => pair(name))
    const page = await (
      await new Browser(set.broker.endpoint).postFromElsewhere('/saml', signed({ roles: [...roles, ...named] }))
    ).text()
    assert.ok(!page.includes('<script>') && !page.includes('</label></label>'))
    assert.ok(!page.includes('\u202E'))
    assert.ok(page.includes('>script></label>'), 'what follows the last slash is the name')
  })

  test('accounts are named with their aliases, each role once', async () => {
    const both = [...roles, pair('Open'), `${roleArn('Open')},${providerArn('once')}`]
    const page = await (
      await new Browser(set.broker.endpoint).postFromElsewhere('/saml', signed({ roles: both }))
    ).text()
    assert.equal(page.split(`id="${roleArn('Open')}"`).length, 2)
    assert.equal(page.split('class="saml-account"').length, 2)
  })
})

describe('where a sign-in leads', () => {
  for (const relayState of [
    '//evil.example/console',
    'https://evil.example/console',
    'javascript:alert(1)',
    '/\\evil.example',
    '/console/../signout',
    '/console?x=//evil',
    '/consoles',
    '/console/\r\nSet-Cookie: a=b',
    `/console/${'a'.repeat(4096)}`,
    'https://console.aws.amazon.com/',
    '',
  ]) {
    test(`to the usual page for the RelayState ${JSON.stringify(relayState).slice(0, 50)}`, async () => {
      const answer = await new Browser(set.broker.endpoint).postFromElsewhere('/saml', {
        ...signed(),
        RelayState: relayState,
      })
      assert.equal(answer.headers.get('location'), '/console/credentials')
      assert.equal(answer.headers.get('a'), null)
    })
  }

  test('to a page of ours that the RelayState names, as a path or whole', async () => {
    for (const relayState of ['/console', `${set.broker.endpoint}/console`]) {
      const answer = await new Browser(set.broker.endpoint).postFromElsewhere('/saml', {
        ...signed(),
        RelayState: relayState,
      })
      assert.equal(answer.headers.get('location'), '/console')
    }
  })
})

describe('a sign-in that is begun here', () => {
  for (const path of [
    `/saml/login/${SOURCE}/gone`,
    `/saml/login/${SOURCE}/once`,
    '/saml/login/nobody/corp',
    `/saml/login/${TARGET}/corp`,
    '/saml/login/__proto__/corp',
    `/saml/login/${SOURCE}/..%2Fcorp`,
    `/saml/login/${SOURCE}/${'x'.repeat(5000)}`,
    `/saml/login/${SOURCE}/%00`,
  ]) {
    test(`is none at ${path.slice(0, 40)}`, async () => {
      const answer = await new Browser(set.broker.endpoint).get(path)
      assert.equal(answer.status, 404)
      assert.equal(answer.headers.get('set-cookie'), null)
      assert.match(await answer.text(), /No sign-in begins here/)
    })
  }

  test('goes to the provider with a request that nobody can guess, from the account’s number or alias', async () => {
    const ids = new Set<string>()
    for (const account of [SOURCE, 'source']) {
      const browser = new Browser(set.broker.endpoint)
      const answer = await browser.get(`/saml/login/${account}/corp`)
      assert.match(answer.headers.get('location') ?? '', /^https:\/\/idp\.example\.com\/sso\?SAMLRequest=/)
      assert.match(answer.headers.get('set-cookie') ?? '', /^rolecall-saml=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
      ids.add(await begin(browser))
    }
    // An xs:ID, and no longer than it has to be.
    for (const id of ids) assert.match(id, /^_[\w-]+\.[\w-]{150,300}$/)
    assert.equal(ids.size, 2)
  })

  test('is not over before a page of ours has sent the choice, from the browser in which it was begun', async () => {
    const browser = new Browser(set.broker.endpoint)
    const response = answering(await begin(browser))
    const page = await browser.postFromElsewhere('/saml', response)
    assert.equal(page.status, 200)
    assert.equal(page.headers.get('set-cookie'), null)
    assert.match(await page.text(), /action="\/saml\/role" data-sends-itself/)
    const chosen = { ...response, roleIndex: roleArn('Open') }
    const elsewhere = await browser.post('/saml/role', chosen, { Origin: 'https://evil.example' })
    assert.match(await elsewhere.text(), /not sent from a page of this site/)
    const done = await browser.post('/saml/role', chosen)
    assert.equal(done.headers.get('location'), '/console/credentials', await done.text())
    assert.equal(browser.holds('rolecall-saml'), undefined)
    assert.match(await (await browser.get('/console')).text(), /assumed-role\/Open\/alice/)
  })

  test('does not sign in another browser: nobody can be made to use the sign-in of somebody else', async () => {
    const attacker = new Browser(set.broker.endpoint)
    const response = answering(await begin(attacker))
    const chosen = { ...response, roleIndex: roleArn('Open') }
    const victim = new Browser(set.broker.endpoint)
    await refusedWith(await victim.post('/saml/role', chosen), 403, ELSEWHERE)
    await begin(victim)
    await sleep(1100)
    const reference = await refusedWith(await victim.post('/saml/role', chosen), 403, ELSEWHERE)
    // Also not past that page.
    const direct = await victim.postFromElsewhere('/saml', chosen)
    assert.equal(direct.status, 200)
    assert.equal(direct.headers.get('set-cookie'), null)
    await sleep(1100)
    assert.equal((await recorded(reference))[0]?.errorCode, 'AccessDenied')
    // The attempt took nothing away from whoever began it.
    assert.equal((await attacker.post('/saml/role', chosen)).status, 303)
  })

  test('is answered once, whatever role is chosen', async () => {
    const browser = new Browser(set.broker.endpoint)
    const request = await begin(browser)
    const response = answering(request, { roles: [pair('Open'), pair('Bare')] })
    const cookie = `rolecall-saml=${browser.holds('rolecall-saml')}`
    const post = (name: string) =>
      new Browser(set.broker.endpoint).post('/saml/role', { ...response, roleIndex: roleArn(name) }, { Cookie: cookie })
    const answers = await Promise.all([post('Open'), post('Bare')])
    assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 400])
    await refusedWith(await post('Open'), 400, NOT_SIGNED)
    await refusedWith(
      await new Browser(set.broker.endpoint).postFromElsewhere('/saml', answering(request)),
      400,
      NOT_SIGNED,
    )
  })

  test('is answered by the provider that was asked, and nobody else', async () => {
    const browser = new Browser(set.broker.endpoint)
    const request = await begin(browser, '/saml/login/source/only')
    const { attacker, assertion } = set
    const issuer = 'https://other.example.com'
    const confirmation = { InResponseTo: request }
    const other = assertion({ issuer, confirmation, roles: [pair('Elsewhere', providerArn('other'))] })
    const answer = written(response({ issuer, inResponseTo: request }, withSignature(other, attacker)))
    const posted = await browser.postFromElsewhere('/saml', { SAMLResponse: base64(answer) })
    await refusedWith(posted, 400, /Issuer not present in specified provider/)
    const roles = [pair('Begun', providerArn('only'))]
    const right = answering(request, { roles })
    assert.equal((await browser.postFromElsewhere('/saml', right)).status, 200)
    const done = await browser.post('/saml/role', { ...right, roleIndex: roleArn('Begun') })
    assert.equal(done.headers.get('location'), '/console/credentials', await done.text())
  })

  test('is answered by the assertion itself, and not by what stands around it', async () => {
    const browser = new Browser(set.broker.endpoint)
    const request = await begin(browser)
    await refusedWith(await browser.postFromElsewhere('/saml', signed({}, { inResponseTo: request })), 400, NOT_SIGNED)
  })
})

test('a sign-in that was begun too long ago is none, nor is one whose provider has gone since', async () => {
  await using own = await setUp()
  const outer = set
  set = own
  try {
    const browser = new Browser(set.broker.endpoint)
    const late = answering(await begin(browser))
    own.broker.clock.advance(15 * 60_000)
    await refusedWith(await browser.postFromElsewhere('/saml', late), 400, NOT_SIGNED)

    const response = answering(await begin(browser))
    assert.equal((await browser.postFromElsewhere('/saml', response)).status, 200)
    const { credentials, region, endpoint } = await own.broker.as(`arn:aws:iam::${SOURCE}:root`)
    const iam = new IAMClient({ credentials, region, endpoint })
    await iam.send(new DeleteSAMLProviderCommand({ SAMLProviderArn: providerArn() }))
    iam.destroy()
    const chosen = { ...response, roleIndex: roleArn('Open') }
    await refusedWith(await browser.post('/saml/role', chosen), 400, /provider doesn(&#39;|')t exist/)
  } finally {
    set = outer
  }
})

test('identity providers import metadata that leads here', async () => {
  const answer = await new Browser(set.broker.endpoint).get('/saml/metadata.xml')
  assert.equal(answer.headers.get('content-type'), 'application/samlmetadata+xml')
  const text = await answer.text()
  assert.ok(text.includes(`entityID="${set.broker.endpoint}/saml"`), text)
  assert.ok(text.includes(`Location="${set.broker.endpoint}/saml"`))
})

test('an assertion is exchanged once for a role, by however many providers of its issuer', async () => {
  const both = { Statement: ['corp', 'mixed'].map((name) => trusting(providerArn(name))), Version: '2012-10-17' }
  await using own = await setUp([{ RoleName: 'Two', AssumeRolePolicyDocument: both }])
  const roles = ['corp', 'mixed'].map((name) => pair('Two', providerArn(name)))
  const conditions = [
    el('saml:AudienceRestriction', {}, el('saml:Audience', {}, 'urn:amazon:webservices')),
    el('saml:OneTimeUse'),
  ]
  for (const parts of [{ roles }, { roles, conditions }]) {
    const xml = own.signed(parts)
    const exchanged = (name: string) => own.exchange(xml, { RoleArn: roleArn('Two'), PrincipalArn: providerArn(name) })
    assert.equal((await exchanged('corp')).status, 200)
    assert.match((await exchanged('mixed')).fault?.message ?? '', USED)
  }
})
