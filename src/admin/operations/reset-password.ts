import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { notFound } from '../../core/problem.ts'
import { hashPassword } from '../../lib/password-hash.ts'
import { defineOperation } from './define.ts'

const password = v.pipe(
  v.string(),
  v.minLength(1, 'the password is empty'),
  v.maxLength(1024, 'the password is longer than 1024 characters'),
  v.check((text) => !/\p{Cc}/u.test(text), 'the password has control characters'),
)

/** Gives a user a new password, for those who are locked out; the user may be told to change it at the next login. */
export const userResetPassword = defineOperation(
  v.object({ email: v.string(), password, mustChange: v.boolean() }),
  async ({ store, clock }, { email, password, mustChange }) => {
    const { users } = store.tables
    const hash = await hashPassword(password)
    const at = new Date(clock.now())
    const changed = await store.tx((tx) =>
      tx
        .update(users)
        .set({ password: hash, passwordChangedAt: at, needPasswordChange: mustChange, modifiedAt: at })
        .where(eq(users.email, email))
        .returning({ status: users.status, role: users.role }),
    )
    const [user] = changed
    if (!user) throw notFound('user', `There is no user "${email}".`)
    return { email, role: user.role, status: user.status, mustChange }
  },
)
