type Child = Node | string | null
type Properties<Tag extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[Tag], 'style'>
> & { onclick?: () => void }

/** An element with properties and children; text stays text, so nothing a user typed becomes markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties<Tag> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children.filter((child) => child !== null))
  return made
}

/** A labelled form field. */
export const field = (label: string, control: HTMLElement): HTMLElement =>
  element('label', {}, label, control)
