import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'

/** What the package promises to other programs. A change here is a change of its contract: think of the changelog. */
const CONTRACT = {
  'src/index.ts': [
    'Broker',
    'BrokerClient',
    'BrokerOptions',
    'ConfigError',
    'DirectoryFileError',
    'DirectoryInput',
    'Fault',
    'startBroker',
  ],
  'src/testing/index.ts': [
    'AuditRecord',
    'ContainerSteeringInput',
    'RecordedRequest',
    'RequestWanted',
    'startTestBroker',
    'SteeringInput',
    'TestBroker',
    'TestBrokerOptions',
    'TestClock',
    'TestContainer',
    'TestInstance',
    'TestMachine',
    'WaitOptions',
  ],
}

for (const [file, names] of Object.entries(CONTRACT)) {
  test(`${file} exports exactly what the package promises`, async () => {
    const source = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8')
    const lists = [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].map(([, list = '']) => list)
    const exported = lists.flatMap((list) => list.split(',')).map((name) => name.trim().replace(/^type /, ''))
    assert.deepEqual(exported.filter((name) => name !== '').sort(), [...names].sort())
    assert.equal(source.match(/^export /gm)?.length, lists.length, 'names are exported one by one, in lists')
  })
}
