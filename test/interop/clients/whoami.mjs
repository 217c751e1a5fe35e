// Calls GetCallerIdentity with the credentials of a provider of the AWS SDK for JavaScript: once for each line "call". A
// line "later" makes it refresh them.
import process from 'node:process'
import { createInterface } from 'node:readline'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { fromContainerMetadata, fromHttp, fromInstanceMetadata, fromTokenFile } from '@aws-sdk/credential-providers'

const [, , name] = process.argv
const providers = new Map(Object.entries({ fromContainerMetadata, fromHttp, fromInstanceMetadata, fromTokenFile }))
const credentials = providers.get(name)?.()
const client = new STSClient({ maxAttempts: 1, ...(credentials !== undefined && { credentials }) })
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('later')) await client.config.credentials({ forceRefresh: true })
  else process.stdout.write(`${await call()}\n`)
}

async function call() {
  try {
    const { Arn } = await client.send(new GetCallerIdentityCommand())
    return `ok ${Arn} ${(await client.config.credentials()).accessKeyId}`
  } catch (error) {
    return `error ${error.name}`
  }
}
