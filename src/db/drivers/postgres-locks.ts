/** Advisory locks of this product on PostgreSQL: the first number keeps them apart from other programs' locks. */
const CLASS = 0x6261636b

export const MIGRATION_LOCK = `${CLASS}, 1`
/** Held from the first outbox row of a transaction to its commit, so that sequence numbers appear in their order. */
export const OUTBOX_LOCK = `${CLASS}, 2`
