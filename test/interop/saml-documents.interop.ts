import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import { ServiceProvider } from '../../src/domain/federation/saml/service-provider.ts'
import { epochMillis } from '../../src/model/index.ts'
import { execute, isInstalled } from './setting.ts'

const SCHEMAS = '/usr/share/simplesamlphp/schemas'
const LIBRARY = '/usr/share/simplesamlphp/lib/_autoload.php'
const hasPhp = await isInstalled('php', '-r', `exit((int) !file_exists('${LIBRARY}'));`)
const skip = hasPhp ? false : 'SimpleSAMLphp is not installed'
const ADDRESS = 'https://sts.example.com/saml'

suite('SAML documents of ours, read by others', () => {
  const ours = new ServiceProvider({ partition: 'aws', publicUrl: 'https://sts.example.com', isRegion: () => true })
  const request = new URL(
    ours.requestSignIn('https://idp.example.com/sso', { id: '_a1b2', now: epochMillis(Date.now()), relayState: 'x' }),
  )
  const authnRequest = inflateRawSync(Buffer.from(request.searchParams.get('SAMLRequest') ?? '', 'base64')).toString()
  /** Runs a program in PHP on a document, and gives what it prints. */
  const php = async (program: string, document: string): Promise<string> => {
    const { stdout, stderr } = await execute('php', ['-d', 'display_errors=stderr', '-r', program], {
      PATH: process.env['PATH'] ?? '',
      DOCUMENT: document,
    })
    assert.equal(stderr, '')
    return stdout
  }

  for (const [name, schema, document] of [
    ['metadata', 'metadata', ours.metadata()],
    ['a request for a sign-in', 'protocol', authnRequest],
  ] as const) {
    test(`${name} is as the schema of OASIS says`, { skip }, async () => {
      const validate = `$d = new DOMDocument(); $d->loadXML(getenv('DOCUMENT'));
        echo $d->schemaValidate('${SCHEMAS}/saml-schema-${schema}-2.0.xsd') ? 'valid' : 'not valid';`
      assert.equal(await php(validate, document), 'valid')
    })
  }

  test('metadata is imported by SimpleSAMLphp', { skip }, async () => {
    const read = `require '${LIBRARY}'; error_reporting(E_ALL & ~E_DEPRECATED);
      $m = \\SimpleSAML\\Metadata\\SAMLParser::parseString(getenv('DOCUMENT'))->getMetadata20SP();
      echo json_encode([$m['entityid'], $m['AssertionConsumerService'][0]['Location'], $m['saml20.sign.assertion'],
        in_array('https://aws.amazon.com/SAML/Attributes/Role', $m['attributes.required'])]);`
    assert.deepEqual(JSON.parse(await php(read, ours.metadata())), [ADDRESS, ADDRESS, true, true])
  })

  test('a request for a sign-in is read by SimpleSAMLphp', { skip }, async () => {
    const read = `require '${LIBRARY}'; error_reporting(E_ALL & ~E_DEPRECATED);
      $r = \\SAML2\\Message::fromXML(\\SAML2\\DOMDocumentFactory::fromString(getenv('DOCUMENT'))->firstChild);
      echo json_encode([get_class($r), $r->getId(), $r->getIssuer()->getValue(), $r->getAssertionConsumerServiceURL()]);`
    assert.deepEqual(JSON.parse(await php(read, authnRequest)), ['SAML2\\AuthnRequest', '_a1b2', ADDRESS, ADDRESS])
  })
})
