import { Agent, request } from 'node:http'
import type { BrokerQuestion, BrokerStarted, InstanceOrigins } from './broker-child.ts'
import { Child } from './child.ts'
import { DIRECTORY, UNTHROTTLED, withInstances } from './directory.ts'
import { median, percentile, type Row, rounded } from './row.ts'
import type { MemoryUse } from './usage.ts'

const MIB = 1_048_576
const ROUNDS = 3
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds'
const TOKEN_HEADER = 'x-aws-ec2-metadata-token'
const ROLES = '/latest/meta-data/iam/security-credentials/'

/**
 * Measures one process that serves many instances, each on an address of its own: what they occupy once every one was
 * polled, and how long a poll takes: token, role and credentials, a connection each as SDKs do. The first round mints.
 */
export async function manyInstances(count: number): Promise<readonly Row[]> {
  const start = { data: ':memory:', limits: UNTHROTTLED }
  using bare = new Child('broker-child', 0, ['--expose-gc'])
  await bare.ask<BrokerQuestion, BrokerStarted>({ start: { ...start, directory: DIRECTORY } })
  const without = await bare.ask<BrokerQuestion, MemoryUse>({ memory: true })
  using broker = new Child('broker-child', 0, ['--expose-gc'])
  const { ids, directory } = withInstances(count)
  await broker.ask<BrokerQuestion, BrokerStarted>({ start: { ...start, directory: [DIRECTORY, directory] } })
  const listening = await broker.ask<BrokerQuestion, MemoryUse>({ memory: true })
  const { origins } = await broker.ask<BrokerQuestion, InstanceOrigins>({ originsOf: ids })
  const rounds: (readonly number[])[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await pollAll(origins))
  const polled = await broker.ask<BrokerQuestion, MemoryUse>({ memory: true })

  const mib = ({ residentBytes }: MemoryUse): string => `${rounded(residentBytes / MIB)} MiB`
  const name = `${count.toLocaleString('en')} instances, each polled`
  const [first = [], ...later] = rounds
  const held = later.flat()
  return [
    {
      work: `memory, ${name}`,
      measured: `${mib(without)} without, ${mib(listening)} listening, ${mib(polled)} polled; heap ${rounded(polled.heapBytes / MIB)} MiB`,
      value: Math.max(0, polled.residentBytes - without.residentBytes) / MIB,
      unit: 'MiB',
    },
    {
      work: `${name}: first`,
      measured: `three requests; 99 % within ${rounded(percentile(first, 0.99))} ms`,
      value: median(first),
      unit: 'ms',
    },
    {
      work: `${name}: again`,
      measured: `three requests; 99 % within ${rounded(percentile(held, 0.99))} ms`,
      value: median(held),
      unit: 'ms',
    },
  ]
}

/** Polls one after the other; milliseconds of each poll. */
async function pollAll(origins: readonly string[]): Promise<readonly number[]> {
  const times: number[] = []
  for (const origin of origins) {
    const startedAt = performance.now()
    const token = await answerTo('PUT', `${origin}/latest/api/token`, { [TTL_HEADER]: '21600' })
    const role = await answerTo('GET', `${origin}${ROLES}`, { [TOKEN_HEADER]: token })
    const document = await answerTo('GET', `${origin}${ROLES}${role}`, { [TOKEN_HEADER]: token })
    times.push(performance.now() - startedAt)
    if (!document.includes('"Code" : "Success"')) throw new Error(`${origin} has no credentials: ${document}`)
  }
  return times
}

function answerTo(method: string, url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: new Agent() }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.on('end', () => {
        if (response.statusCode === 200) resolve(body)
        else reject(new Error(`${method} ${url} was answered with ${response.statusCode}`))
      })
    })
    asked.on('error', reject).end()
  })
}
