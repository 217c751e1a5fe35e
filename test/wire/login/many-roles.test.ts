import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roleArn, setUp, trusting } from './setting.ts'

test('no more than 1,000 roles are judged for one sign-in, and the page says that there are more', async (t) => {
  const names = Array.from({ length: 1100 }, (_, index) => `Role${String(index).padStart(4, '0')}`)
  const { visitor } = await setUp(t, {
    roles: (arn) =>
      names.map((name) =>
        trusting(
          name,
          name === 'Role0000' || name >= 'Role1000' ? arn : 'arn:aws:iam::111111111111:oidc-provider/idp.example.com',
        ),
      ),
  })
  const someone = visitor()
  const begunAt = performance.now()
  const answer = await someone.signIn()
  t.diagnostic(`${Math.round(performance.now() - begunAt)} ms`)
  assert.equal(answer.headers.get('location'), '/login/corp/roles', 'nobody is sent on who may have another role')
  const again = performance.now()
  const page = await (await someone.get('/login/corp/roles')).text()
  t.diagnostic(`${Math.round(performance.now() - again)} ms when it was read before`)
  assert.match(page, /There are more roles than could be looked through/)
  assert.deepEqual(
    [...page.matchAll(/value="(arn:[^"]+)"/g)].map(([, arn]) => arn),
    [roleArn('Role0000')],
  )
})
