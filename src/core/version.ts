import { version } from '../../package.json'

/** Our own version, as `--version` prints it. */
export const VERSION: string = version
