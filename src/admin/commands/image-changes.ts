import type { Command } from 'commander'
import { isImageAlias, parseImageRef } from '../../core/image-ref.ts'
import { AdminError } from '../admin-error.ts'
import type { Session } from '../session.ts'

interface ArchFlags {
  arch: string
}

/** What changes or checks single images, beside their short names. */
export function addImageChanges(image: Command, session: Session, architecture: string): void {
  image
    .command('forget')
    .description('forget an image and its short names until the next scan')
    .argument('<image>', 'full reference or short name')
    .option('--arch <name>', 'architecture of the image', architecture)
    .action(async (reference: string, { arch }: ArchFlags) => {
      const result = await session.run('mgr image forget', (admin) =>
        admin.call('image.forget', { reference, architecture: arch }),
      )
      session.print(`${result.name} for ${result.architecture} is forgotten`, result)
    })
  image
    .command('set-resource-limit')
    .description('the least and the most that sessions of an image may ask of a slot')
    .argument('<image>', 'full reference or short name')
    .argument('<slot>', 'e.g. cpu, mem, cuda.shares')
    .argument('<range>', 'MIN:MAX, MIN: or :MAX; "inf" is no limit')
    .option('--arch <name>', 'architecture of the image', architecture)
    .addHelpText('after', '\nExample:\n  backendai mgr image set-resource-limit python mem 1g:16g')
    .action(async (reference: string, slot: string, range: string, { arch }: ArchFlags) => {
      const params = { reference, slot, ...rangeOf(range), architecture: arch }
      const result = await session.run('mgr image set-resource-limit', (admin) =>
        admin.call('image.set-limit', params),
      )
      session.print(`${result.name}: ${slot} from ${result.min} to ${result.max ?? 'any'}`, result)
    })
  image
    .command('validate-image-alias')
    .description('whether a text may be a short name; exit code 1 where not')
    .argument('<alias>')
    .action((alias: string) => {
      session.print(`"${alias}" may be a short name`, { alias, isValid: requireAlias(alias) })
    })
  image
    .command('validate-image-canonical')
    .description('take a full image reference apart; exit code 1 where it is none')
    .argument('<reference>')
    .action((reference: string) => {
      const { registry, repository, tag } = refOf(reference)
      session.print(`registry ${registry}\nimage ${repository}\ntag ${tag}`, {
        registry,
        image: repository,
        tag,
      })
    })
}

function rangeOf(text: string): { min: string | null; max: string | null } {
  const [min = '', max, ...more] = text.split(':')
  if (max === undefined || more.length > 0 || (min === '' && max === '')) {
    throw new AdminError(`expected a range such as 1g:16g, 1g: or :16g, got "${text}"`, 2)
  }
  return { min: min === '' ? null : min, max: max === '' ? null : infinite(max) }
}

const infinite = (text: string): string => (/^inf(inity)?$/i.test(text) ? 'Infinity' : text)

function requireAlias(alias: string): true {
  if (isImageAlias(alias)) return true
  throw new AdminError(`"${alias}" is no name for an alias`, 1)
}

function refOf(text: string) {
  try {
    return parseImageRef(text)
  } catch (error) {
    throw new AdminError(error instanceof Error ? error.message : String(error), 1)
  }
}
