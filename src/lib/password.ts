const BCRYPT_COST = 12
/** Of no password: compared where there is no user, so that the time tells nothing. */
const NOBODY = '$2b$12$C6UzMDM.H6dfI/f/IKcEeOeNnGZ2Xo1l3lqzPuYv5wlzgM0vMVvGq'

/** Hashes a password for storage: bcrypt with 12 rounds, as the original's rows have it. */
export const hashPassword = (password: string): Promise<string> =>
  Bun.password.hash(password, { algorithm: 'bcrypt', cost: BCRYPT_COST })

/** True when the password matches its stored hash (bcrypt or argon2); null, no hash, takes as long and never matches. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const isHash = stored !== null && /^\$(2[abxy]|argon2(id|i|d))\$/.test(stored)
  try {
    const matches = await Bun.password.verify(password, isHash ? stored : NOBODY)
    return isHash && matches
  } catch {
    // A damaged hash matches nothing.
    return false
  }
}
