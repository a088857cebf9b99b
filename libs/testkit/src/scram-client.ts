// The client's side of SCRAM-SHA-256 (RFC 5802 §5, RFC 7677), for tests that have to get it wrong at a certain place.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

export interface ScramClientOptions {
  name: string;
  password: string;
  /** RFC 5802 §7: `n,,`, `y,,`, `p=tls-exporter,,`. */
  gs2Header?: string;
  /** What the channel binding stands for. */
  channelData?: Buffer;
  nonce?: string;
}

export class ScramClient {
  readonly #options: ScramClientOptions;
  readonly #bare: string;
  #serverSignature = '';

  constructor(options: ScramClientOptions) {
    this.#options = options;
    const name = options.name.replace(/=/g, '=3D').replace(/,/g, '=2C');
    this.#bare = `n=${name},r=${options.nonce ?? randomBytes(18).toString('base64')}`;
  }

  first(): string {
    return `${this.#options.gs2Header ?? 'n,,'}${this.#bare}`;
  }

  /** The client-final-message to a server-first-message. */
  final(serverFirst: string): string {
    const { password, gs2Header = 'n,,', channelData = Buffer.alloc(0) } = this.#options;
    const [, nonce = '', salt = '', iterations = ''] = /^r=(.*),s=(.*),i=(\d+)$/.exec(serverFirst) ?? [];
    const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
    const clientKey = hmac(salted, 'Client Key');
    const storedKey = createHash('sha256').update(clientKey).digest();
    const binding = Buffer.concat([Buffer.from(gs2Header), channelData]).toString('base64');
    const withoutProof = `c=${binding},r=${nonce}`;
    const message = `${this.#bare},${serverFirst},${withoutProof}`;
    const signature = hmac(storedKey, message);
    const proof = Buffer.from(clientKey.map((octet, at) => octet ^ (signature[at] ?? 0)));
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), message).toString('base64');
    return `${withoutProof},p=${proof.toString('base64')}`;
  }

  /** RFC 5802 §5: whether the server knows the keys, too. */
  isServer(serverFinal: string): boolean {
    return this.#serverSignature !== '' && serverFinal === `v=${this.#serverSignature}`;
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
