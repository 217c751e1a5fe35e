import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from './cli-context.ts'

/** The two files that AWS's SDKs and CLI share. */
export interface AwsFiles {
  readonly credentials: string
  readonly config: string
}

/** Where the shared files are. @see https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html */
export function awsFiles(environment: Environment): AwsFiles {
  const home = environment['HOME'] || homedir()
  const place = (variable: string, name: string): string =>
    (environment[variable] || join('~', '.aws', name)).replace(/^~(?=\/)/, () => home)
  return {
    credentials: place('AWS_SHARED_CREDENTIALS_FILE', 'credentials'),
    config: place('AWS_CONFIG_FILE', 'config'),
  }
}
