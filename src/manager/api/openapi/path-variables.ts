const DESCRIPTIONS: Readonly<Record<string, string>> = {
  session: 'Name or id of a session, or the first characters of its id.',
  folder: 'Name or id of a folder.',
  invitation: 'Id of an invitation.',
  template: 'Id of a template.',
  log: 'Id of an error log.',
  name: 'Name of a scaling group.',
  token: 'What the address that a run answered with ends in.',
  version: 'Version of the editor.',
  file: 'Name of a file of the editor.',
}

/** The variables of a path in braces, as OpenAPI parameters. */
export const pathVariables = (path: string): object[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...(DESCRIPTIONS[name] === undefined ? {} : { description: DESCRIPTIONS[name] }),
    schema: { type: 'string' },
  }))
