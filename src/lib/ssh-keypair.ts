export interface SshKeypair {
  /** One line: `ssh-rsa AAAA… comment`. */
  publicKey: string
  /** In OpenSSH's own format. */
  privateKey: string
}

/** Loaded when first needed: most processes never touch a key. */
const ssh = async () => (await import('ssh2')).default.utils

/** A new RSA key of 2048 bits. */
export async function generateSshKeypair(comment: string): Promise<SshKeypair> {
  const utils = await ssh()
  return await new Promise((resolve, reject) => {
    utils.generateKeyPair('rsa', { bits: 2048, comment }, (error, keys) => {
      if (error) reject(error)
      else resolve({ publicKey: keys.public, privateKey: keys.private })
    })
  })
}

/** What is wrong with a pair that somebody brings; null when its halves belong together. */
export async function sshKeypairFault(pair: SshKeypair): Promise<string | null> {
  const utils = await ssh()
  const publicKey = utils.parseKey(pair.publicKey)
  if (publicKey instanceof Error) return 'the public key is not in OpenSSH format'
  const privateKey = utils.parseKey(pair.privateKey)
  if (privateKey instanceof Error) return 'the private key cannot be read (a passphrase is not supported)'
  if (!privateKey.isPrivateKey()) return 'the private key is a public one'
  return publicKey.getPublicSSH().equals(privateKey.getPublicSSH()) ? null : 'the two keys do not match'
}
