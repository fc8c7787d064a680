// Reads how many tests passed, failed and were skipped out of a suite's output.

const sum = (text, pattern) =>
  [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0)

/** Bun ends with ` 3 pass`, ` 1 skip`, ` 0 fail`, ` 1 error` on lines of their own. */
function ofBun(output) {
  return {
    passed: sum(output, /^ (\d+) pass$/gm),
    failed: sum(output, /^ (\d+) fail$/gm) + sum(output, /^ (\d+) errors?$/gm),
    skipped: sum(output, /^ (\d+) (?:skip|todo)$/gm),
  }
}

/** tools/check.ts prints one `ok NAME` or `FAIL NAME` a check. */
function ofCheck(output) {
  return {
    passed: sum(output.replace(/^ok .*$/gm, '#1'), /^#(1)$/gm),
    failed: sum(output.replace(/^FAIL .*$/gm, '#1'), /^#(1)$/gm),
    skipped: 0,
  }
}

/** `bench NAME ratio=…` or `bench NAME missing PART`; the exit code says whether one failed. */
function ofBench(output) {
  return {
    passed: [...output.matchAll(/^bench \S+ ratio=/gm)].length,
    failed: 0,
    skipped: [...output.matchAll(/^bench \S+ missing /gm)].length,
  }
}

const READERS = {
  bun: ofBun,
  check: ofCheck,
  bench: ofBench,
  exit: () => ({ passed: 0, failed: 0, skipped: 0 }),
}

/**
 * @param {'bun' | 'check' | 'bench' | 'exit'} reads @param {string} output @param {number | string} end exit code or signal
 * @returns {{passed: number, failed: number, skipped: number}} A suite that ran nothing, or ended badly without a failed test, failed once.
 */
export function countResults(reads, output, end) {
  const counts = READERS[reads](output)
  if (reads === 'exit' && end === 0) return { ...counts, passed: 1 }
  const ranNothing = counts.passed + counts.failed === 0
  if (counts.failed === 0 && (end !== 0 || ranNothing)) return { ...counts, failed: 1 }
  return counts
}
