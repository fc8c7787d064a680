import type { GraphContext } from './context.ts'
import type { RowOf } from './rows.ts'
import type { Arguments, Objects } from './types.generated.ts'

type ArgumentsOf<Type, Field> = Type extends keyof Arguments
  ? Field extends keyof Arguments[Type]
    ? Arguments[Type][Field]
    : Record<never, never>
  : Record<never, never>

type Resolver<Row, Type extends keyof Objects, Field extends keyof Objects[Type]> = (
  row: Row,
  args: ArgumentsOf<Type, Field>,
  context: GraphContext,
) => Objects[Type][Field] | Promise<Objects[Type][Field]>

type Camel<Name> = Name extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Name

/** Whether the row has the field's value under the field's name in camel case, or under the very name. */
type IsInRow<Row, Field, Value> =
  Camel<Field> extends infer Name extends keyof Row
    ? Row[Name] extends Value
      ? true
      : false
    : Field extends keyof Row
      ? Row[Field] extends Value
        ? true
        : false
      : false

type MissingIn<Type extends keyof Objects> = {
  [Field in keyof Objects[Type]]-?: IsInRow<RowOf<Type>, Field, Objects[Type][Field]> extends true
    ? never
    : Field
}[keyof Objects[Type]]

/** The resolvers of a type: one for each field that its row does not hold as it is, others as one likes. */
export type FieldsOf<Type extends keyof Objects> = {
  [Field in MissingIn<Type>]-?: Resolver<RowOf<Type>, Type, Field>
} & { [Field in keyof Objects[Type]]?: Resolver<RowOf<Type>, Type, Field> }

type RootFields<Root extends 'Queries' | 'Mutations'> = {
  [Field in keyof Objects[Root]]?: Resolver<unknown, Root, Field>
}

/** Finds the row behind a global id's type and plain id, or null where the requester may not see one. */
type NodeFinder<Type extends keyof Objects> = (
  context: GraphContext,
  id: string,
) => Promise<RowOf<Type> | null>

/** One resource of the API: its SDL and the resolvers of it. */
export interface GraphResource {
  readonly sdl: string
  readonly queries?: RootFields<'Queries'>
  readonly mutations?: RootFields<'Mutations'>
  readonly types?: { readonly [Type in keyof Objects]?: FieldsOf<Type> }
  /** The types that `node` answers. */
  readonly nodes?: { readonly [Type in keyof Objects]?: NodeFinder<Type> }
}
