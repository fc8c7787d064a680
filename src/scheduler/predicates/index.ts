import { concurrency } from './concurrency.ts'
import { dependencies } from './dependencies.ts'
import type { Predicate } from './predicate.ts'
import { reservedTime } from './reserved-time.ts'
import { resourceLimits } from './resource-limits.ts'

/** In the order of scheduling.md §6; all are evaluated, every failure is told. */
export const PREDICATES: readonly Predicate[] = [reservedTime, dependencies, concurrency, ...resourceLimits]
