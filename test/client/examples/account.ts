/** Who one is, and what one may use. */
import { createClient } from 'backendai/client'

const client = createClient({
  endpoint: process.env.BACKEND_ENDPOINT ?? 'http://127.0.0.1:8081',
  accessKey: process.env.BACKEND_ACCESS_KEY ?? '',
  secretKey: process.env.BACKEND_SECRET_KEY ?? '',
})

const roles = await client.auth.role()
console.log(roles.global_role, roles.domain_role)
const { presets, keypair_using: using } = await client.resources.checkPresets()
console.log(presets.length > 0, Object.keys(using).includes('cpu'))
const { version } = await client.system.version()
console.log(version)
